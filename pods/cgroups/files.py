"""One open file of the kernel, and the few formats such files have.

Every parser takes what the kernel wrote, as bytes, and answers ``None`` for what it cannot read: a half-written or
unknown line is never an error and never a zero.
"""

import os
from pathlib import Path


class KernelFile:
    """An open file of the kernel, read from its beginning each time. ``read`` raises OSError (ENODEV once gone)."""

    __slots__ = ("_descriptor", "_size")

    def __init__(self, path: Path, size: int) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = size

    def read(self) -> bytes:
        """Return the file's text now, in one system call."""
        return os.pread(self._descriptor, self._size, 0)

    def close(self) -> None:
        """Close it; the object is of no use afterwards."""
        os.close(self._descriptor)


def number(text: bytes) -> int | None:
    """Return the one number that a file holds, or None (``max``, empty, anything else)."""
    try:
        value = int(text)
    except ValueError:
        return None
    return value if value >= 0 else None


def keyed(text: bytes, key: bytes) -> int | None:
    """Return the number on the line ``key number`` of a flat keyed file; None without such a line."""
    line = key + b" "
    start = 0 if text.startswith(line) else text.find(b"\n" + line) + 1
    if start == 0 and not text.startswith(line):
        return None
    start += len(line)
    end = text.find(b"\n", start)
    return number(text[start:end] if end >= 0 else text[start:])


def v1_io(text: bytes) -> tuple[int, int]:
    """Return bytes (read, written) of lines ``8:0 Read 123``, summed over devices. No line = nothing was done.

    The closing ``Total n`` has only two fields.
    """
    read = write = 0
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3:
            operation = fields[1].lower()
            if operation == b"read":
                read += number(fields[2]) or 0
            elif operation == b"write":
                write += number(fields[2]) or 0
    return read, write


def v2_io(text: bytes) -> tuple[int, int]:
    """Return bytes (read, written) of lines ``8:0 rbytes=1 wbytes=2 ...``, summed. No line = nothing was done."""
    read = write = 0
    for field in text.split():
        if field.startswith(b"rbytes="):
            read += number(field[7:]) or 0
        elif field.startswith(b"wbytes="):
            write += number(field[7:]) or 0
    return read, write


def v1_devices(text: bytes) -> dict[str, tuple[int, int]]:
    """Return bytes (read, written) by device of lines ``8:0 Read 123``."""
    found: dict[str, tuple[int, int]] = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3 and (operation := fields[1].lower()) in {b"read", b"write"}:
            device = fields[0].decode("ascii", "replace")
            read, written = found.get(device, (0, 0))
            value = number(fields[2]) or 0
            found[device] = (read + value, written) if operation == b"read" else (read, written + value)
    return found


def v2_devices(text: bytes) -> dict[str, tuple[int, int]]:
    """Return bytes (read, written) by device of lines ``8:0 rbytes=1 wbytes=2 ...``."""
    found: dict[str, tuple[int, int]] = {}
    for line in text.splitlines():
        device, _, rest = line.partition(b" ")
        if b"bytes=" in rest:
            found[device.decode("ascii", "replace")] = v2_io(rest)
    return found


def pressure(text: bytes) -> tuple[int | None, int | None]:
    """Return µs of stall since the cgroup was made, (some, full), of a pressure file (PSI).

    ``some avg10=0.00 avg60=0.00 avg300=0.00 total=0``, then the same with ``full``; old kernels have no full of cpu.
    """
    some, _, full = text.partition(b"\nfull ")
    return _total(some) if some.startswith(b"some ") else None, _total(full)


def _total(line: bytes) -> int | None:
    _, found, value = line.rpartition(b" total=")
    return number(value) if found else None
