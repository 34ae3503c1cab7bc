"""Bytes through the interfaces of one network namespace."""

from pathlib import Path

from pods.cgroups.files import KernelFile, number
from pods.cgroups.layout import PROC_ROOT


class NamespaceGoneError(Exception):
    """The process that held the namespace has ended."""


def namespace_inode(pid: int | str, kind: str = "net", proc_root: Path = PROC_ROOT) -> int | None:
    """Return the inode of the process's namespace (two processes share it when it is equal); None when it is gone."""
    try:
        return (proc_root / str(pid) / "ns" / kind).stat().st_ino
    except OSError:
        return None


def host_inodes(proc_root: Path = PROC_ROOT) -> set[int]:
    """Return the network namespaces that are the host's: the first process's and our own.

    A pod in one of them has no counters of its own, and the host's devices must not be read for it. Without privilege
    only our own can be seen.
    """
    return {inode for pid in (1, "self") if (inode := namespace_inode(pid, proc_root=proc_root)) is not None}


class NetworkReader:
    """/proc/PID/net/dev of one process, kept open. One per namespace: containers of a pod share it (same inode).

    The descriptor keeps the namespace, its interfaces and their addresses alive after the last process in it: close it
    as soon as the container is known to have ended.
    """

    def __init__(self, pid: int, proc_root: Path = PROC_ROOT) -> None:
        try:
            self._file: KernelFile | None = KernelFile(proc_root / str(pid) / "net" / "dev", 65536)
        except OSError as error:
            raise NamespaceGoneError(pid) from error

    def read(self) -> tuple[int, int]:
        """Return bytes received and sent over every interface but loopback, since the namespace was made.

        Raises NamespaceGoneError, also after ``close``.
        """
        if self._file is None:
            raise NamespaceGoneError
        try:
            return parse(self._file.read())
        except OSError as error:
            raise NamespaceGoneError from error

    def close(self) -> None:
        """Let the namespace go. Harmless when repeated."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


def parse(text: bytes) -> tuple[int, int]:
    """Return (received, sent) of a ``net/dev`` table: bytes are the first field behind the colon and the ninth."""
    received = sent = 0
    for line in text.splitlines()[2:]:
        name, _, numbers = line.partition(b":")
        fields = numbers.split(maxsplit=9)
        if len(fields) >= 9 and name.strip() != b"lo":
            received += number(fields[0]) or 0
            sent += number(fields[8]) or 0
    return received, sent
