"""Reads the counters of one cgroup, keeping its files open between samples.

Opening costs about ten times what reading costs; a descriptor also goes on answering for *this* cgroup, so a new one
of the same name is never mistaken for it. File names and formulas: libpod's cgroup statistics and the kernel's
Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from pods.cgroups.layout import Layout

UNLIMITED = 1 << 60  # v1 writes "no limit" as the largest page-aligned number


class CgroupGoneError(Exception):
    """The cgroup was removed: its container ended. An ordinary event."""


class Counters(msgspec.Struct, gc=False):
    """One reading. ``None`` = this kernel does not say; the name then stands in the reader's ``missing``."""

    at: int  # monotonic ns, taken with the CPU counter
    cpu: int | None = None  # ns
    memory: int | None = None  # bytes in use, inactive file cache left out
    memory_limit: int | None = None  # bytes, smallest up the tree; None = unlimited or unknown
    pids: int | None = None
    read: int | None = None  # bytes
    write: int | None = None  # bytes


class _File:
    """An open file of the kernel, read from its beginning each time."""

    __slots__ = ("descriptor", "size")

    def __init__(self, path: Path, size: int) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = size

    def read(self) -> bytes:
        try:
            return os.pread(self.descriptor, self.size, 0)
        except OSError as error:  # ENODEV once the cgroup is removed
            raise CgroupGoneError from error

    def close(self) -> None:
        os.close(self.descriptor)


class CgroupReader:
    """The counters of the cgroup ``path`` (as in /proc/PID/cgroup). ``missing`` maps a field to why it is unknown.

    Raises CgroupGoneError when the cgroup does not exist.
    """

    def __init__(self, layout: Layout, path: str) -> None:
        self.path = path
        self.missing: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        self._read: Callable[[], Counters] = self._read_v2 if layout.version == "v2" else self._read_v1
        directories = [layout.directory(name, path) for name in ("cpuacct", "memory", "pids", "blkio")]
        if not any(directory is not None and directory.is_dir() for directory in directories):
            raise CgroupGoneError(path)
        wanted = _V2_FILES if layout.version == "v2" else _V1_FILES
        for field, controller, name, size in wanted:
            self._open(layout, field, controller, name, size)
        # v2 has no file with the limit that holds after all ancestors: read every memory.max up the tree.
        self._limits = _limit_files(layout, path) if layout.version == "v2" else []

    def _open(self, layout: Layout, field: str, controller: str, name: str, size: int) -> None:
        directory = layout.directory(controller, self.path)
        try:
            if directory is None:
                raise FileNotFoundError
            self._files[field] = _File(directory / name, size)
        except OSError as error:
            why = "permission denied" if isinstance(error, PermissionError) else "not in this kernel or cgroup"
            for shown in _FIELDS[field]:
                self.missing[shown] = f"{name}: {why}"

    def read(self) -> Counters:
        """Return the counters now. Raises CgroupGoneError."""
        return self._read()

    def close(self) -> None:
        """Close every file."""
        for file in (*self._files.values(), *self._limits):
            file.close()
        self._files.clear()
        self._limits = []

    def _read_v1(self) -> Counters:
        files = self._files
        counters = Counters(time.monotonic_ns())
        if file := files.get("cpu"):
            counters.cpu = int(file.read())
        if file := files.get("memory"):
            usage = int(file.read())
            stat = files["stat"].read() if "stat" in files else b""
            counters.memory = max(0, usage - (_after(stat, b"total_inactive_file ") or 0))
            counters.memory_limit = _limited(_after(stat, b"hierarchical_memory_limit "))
        if file := files.get("pids"):
            counters.pids = int(file.read())
        if file := files.get("io"):
            counters.read, counters.write = _v1_io(file.read())
        return counters

    def _read_v2(self) -> Counters:
        files = self._files
        counters = Counters(time.monotonic_ns())
        if file := files.get("cpu"):
            microseconds = _after(file.read(), b"usage_usec ")
            counters.cpu = None if microseconds is None else microseconds * 1000
        if file := files.get("memory"):
            usage = int(file.read())
            stat = files["stat"].read() if "stat" in files else b""
            counters.memory = max(0, usage - (_after(stat, b"\ninactive_file ") or 0))
            limits = [int(text) for text in (limit.read().strip() for limit in self._limits) if text.isdigit()]
            counters.memory_limit = min(limits, default=None)
        if file := files.get("pids"):
            counters.pids = int(file.read())
        if file := files.get("io"):
            counters.read, counters.write = _v2_io(file.read())
        return counters


_V1_FILES = (
    ("cpu", "cpuacct", "cpuacct.usage", 64),
    ("memory", "memory", "memory.usage_in_bytes", 64),
    ("stat", "memory", "memory.stat", 8192),
    ("pids", "pids", "pids.current", 64),
    ("io", "blkio", "blkio.throttle.io_service_bytes_recursive", 65536),
)
_V2_FILES = (
    ("cpu", "cpu", "cpu.stat", 4096),
    ("memory", "memory", "memory.current", 64),
    ("stat", "memory", "memory.stat", 8192),
    ("pids", "pids", "pids.current", 64),
    ("io", "io", "io.stat", 65536),
)
# Which of Usage's fields each file gives.
_FIELDS = {
    "cpu": ("cpu",),
    "memory": ("memory",),
    "stat": ("memory_limit",),
    "pids": ("pids",),
    "io": ("read", "write"),
}


def _limit_files(layout: Layout, path: str) -> list[_File]:
    files = []
    elements = path.strip("/").split("/")
    for depth in range(len(elements), 0, -1):
        file = layout.root.joinpath(*elements[:depth], "memory.max")
        if file.exists():
            files.append(_File(file, 64))
    return files


def _after(text: bytes, key: bytes) -> int | None:
    """Return the number that follows ``key``, or None."""
    start = text.find(key)
    if start < 0:
        return None
    start += len(key)
    end = text.find(b"\n", start)
    number = text[start : end if end >= 0 else len(text)]
    return int(number) if number.isdigit() else None


def _limited(limit: int | None) -> int | None:
    return None if limit is None or limit >= UNLIMITED else limit


def _v1_io(text: bytes) -> tuple[int, int]:
    """Sum ``8:0 Read 123`` lines over devices; the closing ``Total n`` has only two fields."""
    read = write = 0
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[2].isdigit():
            operation = fields[1].lower()
            if operation == b"read":
                read += int(fields[2])
            elif operation == b"write":
                write += int(fields[2])
    return read, write


def _v2_io(text: bytes) -> tuple[int, int]:
    """Sum ``8:0 rbytes=1 wbytes=2 ...`` lines over devices."""
    read = write = 0
    for field in text.split():
        if field.startswith(b"rbytes=") and field[7:].isdigit():
            read += int(field[7:])
        elif field.startswith(b"wbytes=") and field[7:].isdigit():
            write += int(field[7:])
    return read, write
