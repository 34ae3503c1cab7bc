"""Reads the counters of one cgroup, keeping its files open between samples.

Opening costs about ten times what reading costs; a descriptor also goes on answering for *this* cgroup, so a new one
of the same name is never mistaken for it. File names and formulas: libpod's cgroup statistics and the kernel's
Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from pods.cgroups.files import KernelFile, keyed, number, v1_io, v2_io
from pods.cgroups.layout import Layout

REUSE = 1  # samples; see CgroupReader
UNLIMITED = 1 << 60  # v1 writes "no limit" as the largest page-aligned number

# (our name, v1 controller, file, bytes to read at most)
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
# What is unknown without each file; the limit has rules of its own.
_FIELDS = {"cpu": ("cpu",), "memory": ("memory",), "stat": ("memory",), "pids": ("pids",), "io": ("read", "write")}
OUTSIDE = "outside the cgroup namespace of podweb: start it with the host's"


class CgroupGoneError(Exception):
    """The cgroup was removed: its container ended. An ordinary event."""


class Counters(msgspec.Struct, gc=False):
    """One reading. ``None`` = this kernel does not say; the name then stands in the reader's ``missing``.

    ``memory_limit`` is the exception: None with no such entry in ``missing`` means that there is no limit.
    """

    at: int  # monotonic ns, taken with the CPU counter
    cpu: int | None = None  # ns
    memory: int | None = None  # bytes in use, inactive file cache left out
    memory_limit: int | None = None  # bytes, smallest up the tree
    pids: int | None = None
    read: int | None = None  # bytes
    write: int | None = None  # bytes


class CgroupReader:
    """The counters of the cgroup ``path`` (as in /proc/PID/cgroup). ``missing`` maps a field to why it is unknown.

    Raises CgroupGoneError when the cgroup does not exist. One thread at a time.

    After a second's pause the kernel's side of each read is far dearer than ours, and memory.stat dearest of all. While
    neither the CPU time nor the memory in use has changed, no task of the cgroup has run. Then the inactive file cache
    and the limit are those of the sample before, but only every other time (REUSE): another cgroup's reads may touch
    this one's cache, and an administrator may change the limit. Block I/O likewise on v1, which charges only what a
    task submits; v2 also charges what the kernel writes back for it later.
    """

    def __init__(self, layout: Layout, path: str) -> None:
        self.path = path
        self.missing: dict[str, str] = {}
        self._files: dict[str, KernelFile] = {}
        self._limits: list[KernelFile] = []
        self._seen: tuple[int | None, int | None] = (None, None)  # CPU time and memory in use of the last sample
        self._reused = 0
        self._inactive_file: int | None = None
        self._limit: int | None = None
        self._io: tuple[int, int] | tuple[None, None] = (None, None)
        v2 = layout.version == "v2"
        self._read: Callable[[], Counters] = self._read_v2 if v2 else self._read_v1
        if path.startswith("/.."):  # proc(5) writes so what lies above the root of our own namespace
            self.missing = dict.fromkeys(("cpu", "memory", "memory_limit", "pids", "read", "write"), OUTSIDE)
            return
        for wanted in _V2_FILES if v2 else _V1_FILES:
            self._open(layout, *wanted)
        if not self._files:
            raise CgroupGoneError(path)
        if v2:
            self._open_limits(layout)
        if not self._limits if v2 else "stat" not in self._files:
            self.missing["memory_limit"] = self.missing.get("memory", "no memory controller")

    def read(self) -> Counters:
        """Return the counters now. Raises CgroupGoneError, also after ``close``."""
        if not self._files:
            if self.missing.get("cpu") == OUTSIDE:
                return Counters(time.monotonic_ns())
            raise CgroupGoneError(self.path)
        try:
            return self._read()
        except OSError as error:  # ENODEV once the cgroup is removed
            raise CgroupGoneError(self.path) from error

    def close(self) -> None:
        """Close every file. Harmless when repeated."""
        files = [*self._files.values(), *self._limits]
        self._files.clear()  # first: a number that is closed may be another file's a moment later
        self._limits = []
        for file in files:
            file.close()

    def _open(self, layout: Layout, name: str, controller: str, file: str, size: int) -> None:
        directory = layout.directory(controller, self.path)
        try:
            if directory is None:
                why = f"no {controller} controller"
            else:
                self._files[name] = KernelFile(directory / file, size)
                return
        except FileNotFoundError:
            why = f"{file}: this cgroup does not have it"
        except OSError as error:
            why = f"{file}: {error.strerror}"
        for field in _FIELDS[name]:
            self.missing.setdefault(field, why)

    def _open_limits(self, layout: Layout) -> None:
        """Open every memory.max up the tree: no file of v2 holds the limit that is left after all ancestors."""
        elements = self.path.strip("/").split("/")
        for depth in range(len(elements), 0, -1):
            with suppress(OSError):  # a level without the controller limits nothing
                self._limits.append(KernelFile(layout.root.joinpath(*elements[:depth], "memory.max"), 64))

    def _read_v1(self) -> Counters:
        files = self._files
        counters = Counters(time.monotonic_ns())
        if file := files.get("cpu"):
            counters.cpu = number(file.read())
        if self._stirred(counters):
            if file := files.get("stat"):
                stat = file.read()
                self._inactive_file = keyed(stat, b"total_inactive_file")
                limit = keyed(stat, b"hierarchical_memory_limit")
                self._limit = None if limit is None or limit >= UNLIMITED else limit
            if file := files.get("io"):
                self._io = v1_io(file.read())
        counters.read, counters.write = self._io
        return self._complete(counters)

    def _read_v2(self) -> Counters:
        files = self._files
        counters = Counters(time.monotonic_ns())
        if file := files.get("cpu"):
            microseconds = keyed(file.read(), b"usage_usec")
            counters.cpu = None if microseconds is None else microseconds * 1000
        if self._stirred(counters):
            if file := files.get("stat"):
                self._inactive_file = keyed(file.read(), b"inactive_file")
            limits = [limit for limit in (number(file.read()) for file in self._limits) if limit is not None]
            self._limit = min(limits, default=None)
        if file := files.get("io"):
            counters.read, counters.write = v2_io(file.read())
        return self._complete(counters)

    def _stirred(self, counters: Counters) -> bool:
        """Read the memory in use; tell whether the files that change only when something runs must be read again."""
        file = self._files.get("memory")
        before, self._seen = self._seen, (counters.cpu, None if file is None else number(file.read()))
        still = self._seen == before and counters.cpu is not None and self._reused < REUSE
        self._reused = self._reused + 1 if still else 0
        return not still

    def _complete(self, counters: Counters) -> Counters:
        used, inactive = self._seen[1], self._inactive_file
        # Not below 0, as the two files are read one by one.
        counters.memory = None if used is None or inactive is None else max(0, used - inactive)
        counters.memory_limit = self._limit
        if file := self._files.get("pids"):
            counters.pids = number(file.read())
        return counters
