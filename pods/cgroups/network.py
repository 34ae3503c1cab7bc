"""Bytes through the interfaces of one network namespace."""

import os
from pathlib import Path

from pods.cgroups.layout import PROC_ROOT


class NamespaceGoneError(Exception):
    """The process that held the namespace has ended."""


def namespace_inode(pid: int, kind: str = "net", proc_root: Path = PROC_ROOT) -> int | None:
    """Return the inode of the process's namespace (two processes share it when it is equal); None when it is gone."""
    try:
        return (proc_root / str(pid) / "ns" / kind).stat().st_ino
    except OSError:
        return None


class NetworkReader:
    """/proc/PID/net/dev of one process, kept open.

    The descriptor keeps the namespace alive after its last process: close it as soon as the container is known to
    have ended.
    """

    def __init__(self, pid: int, proc_root: Path = PROC_ROOT) -> None:
        try:
            self._descriptor = os.open(proc_root / str(pid) / "net" / "dev", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise NamespaceGoneError(pid) from error

    def read(self) -> tuple[int, int]:
        """Return bytes received and sent over every interface but loopback, since the namespace was made."""
        try:
            text = os.pread(self._descriptor, 65536, 0)
        except OSError as error:
            raise NamespaceGoneError from error
        return parse(text)

    def close(self) -> None:
        """Let the namespace go."""
        os.close(self._descriptor)


def parse(text: bytes) -> tuple[int, int]:
    """Return (received, sent) of a ``net/dev`` table: bytes are the first field behind the colon and the ninth."""
    received = sent = 0
    for line in text.splitlines()[2:]:
        name, colon, numbers = line.partition(b":")
        fields = numbers.split()
        if colon and name.strip() != b"lo" and len(fields) >= 9:
            received += int(fields[0])
            sent += int(fields[8])
    return received, sent
