"""What tells why a cgroup is slow: user and system time, throttling, the memory split, events, pressure, devices.

Dearer than ``pods.cgroups.reader`` and read less often. Meanings: the kernel's Documentation/admin-guide/cgroup-v2.rst,
cgroup-v1/memory.rst, scheduler/sched-bwc.rst and accounting/psi.rst.
"""

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from pods.cgroups.files import KernelFile, keyed, number, pressure, v1_devices, v2_devices
from pods.cgroups.layout import Layout
from pods.cgroups.reader import OUTSIDE, CgroupGoneError

PRESSURES = ("cpu", "memory", "io")
EVENTS_V2 = (b"low", b"high", b"max", b"oom", b"oom_kill")
_STALLS = tuple([(f"{kind}_pressure", f"{kind}_some", f"{kind}_full") for kind in PRESSURES])
NO_PRESSURE = "the kernel keeps pressure on cgroup v2 only"
NO_PSI = "this kernel was started without pressure accounting (psi=1)"

# (our name, v1 controller, file, bytes to read at most, what is unknown without it)
_File = tuple[str, str, str, int, tuple[str, ...]]
_V1_FILES: tuple[_File, ...] = (
    ("total", "cpuacct", "cpuacct.usage", 64, ()),
    ("user", "cpuacct", "cpuacct.usage_user", 64, ("cpu_user",)),
    ("system", "cpuacct", "cpuacct.usage_sys", 64, ("cpu_system",)),
    ("throttle", "cpu", "cpu.stat", 4096, ("periods", "throttled_periods", "throttled")),
    ("stat", "memory", "memory.stat", 8192, ("memory_anon", "memory_file", "memory_swap")),
    ("kernel", "memory", "memory.kmem.usage_in_bytes", 64, ("memory_kernel",)),
    ("failures", "memory", "memory.failcnt", 64, ("events",)),
    ("oom", "memory", "memory.oom_control", 256, ("events",)),
    ("io", "blkio", "blkio.throttle.io_service_bytes_recursive", 65536, ("devices",)),
)
_V2_FILES: tuple[_File, ...] = (
    ("cpu", "cpu", "cpu.stat", 4096, ("cpu_user", "cpu_system")),
    ("stat", "memory", "memory.stat", 8192, ("memory_anon", "memory_file", "memory_kernel")),
    ("swap", "memory", "memory.swap.current", 64, ("memory_swap",)),
    ("events", "memory", "memory.events", 256, ("events",)),
    ("io", "io", "io.stat", 65536, ("devices",)),
)
_ALL = (
    *("cpu_user", "cpu_system", "periods", "throttled_periods", "throttled", "memory_anon", "memory_file"),
    *("memory_kernel", "memory_swap", "events", "devices", *(f"{kind}_pressure" for kind in PRESSURES)),
)


class DetailCounters(msgspec.Struct, gc=False):
    """One reading. ``None``, or an absent key, is unknown; the reader's ``missing`` says why where it knows."""

    at: int  # monotonic ns
    cpu: int | None = None  # ns; on v1, where user and system are counted by ticks and only this is exact
    cpu_user: int | None = None  # ns
    cpu_system: int | None = None  # ns
    periods: int | None = None  # enforcement periods that passed while something wanted to run
    throttled_periods: int | None = None
    throttled: int | None = None  # ns that run queues stood still, summed over processors
    memory_anon: int | None = None  # bytes
    memory_file: int | None = None  # bytes; page cache, shared memory included
    memory_kernel: int | None = None  # bytes
    memory_swap: int | None = None  # bytes
    events: dict[str, int] = {}  # times since the cgroup was made: low high max oom oom_kill; v1: max and oom_kill
    pressure: dict[str, int] = {}  # µs of stall by cpu_some, cpu_full, memory_some, ...
    devices: dict[str, tuple[int, int]] | None = None  # bytes read and written by MAJOR:MINOR


class DetailReader:
    """The details of the cgroup ``path``; its files stay open. ``missing`` maps a field to why it is unknown.

    Raises CgroupGoneError when the cgroup does not exist. One thread at a time.
    """

    def __init__(self, layout: Layout, path: str) -> None:
        self.path = path
        self.missing: dict[str, str] = {}
        self._files: dict[str, KernelFile] = {}
        self._v2 = layout.version == "v2"
        read = (self._read_v2, self._read_rest_v2) if self._v2 else (self._read_v1, self._read_rest_v1)
        self._read: Callable[[DetailCounters], None] = read[0]
        self._read_rest: Callable[[DetailCounters], None] = read[1]
        if path.startswith("/.."):
            self.missing = dict.fromkeys(_ALL, OUTSIDE)
            return
        for name, controller, file, size, fields in _V2_FILES if self._v2 else _V1_FILES:
            self._open(name, layout.directory(controller, path), controller, file, size, fields)
        if not self._files:
            raise CgroupGoneError(path)
        self._open_pressure(layout)

    def read(self, *, whole: bool = True) -> DetailCounters:
        """Return the counters now; not ``whole``: throttling, events and pressure. Raises CgroupGoneError."""
        counters = DetailCounters(time.monotonic_ns())
        if not self._files:
            if OUTSIDE in self.missing.values():
                return counters
            raise CgroupGoneError(self.path)
        self._read(counters)
        if whole:
            self._read_rest(counters)
        stalls = {}
        for name, some, full in _STALLS:
            if (text := self._text(name)) is not None:
                stalled = pressure(text)
                if stalled[0] is not None:
                    stalls[some] = stalled[0]
                if stalled[1] is not None:
                    stalls[full] = stalled[1]
        counters.pressure = stalls
        return counters

    def close(self) -> None:
        """Close every file. Harmless when repeated."""
        files = list(self._files.values())
        self._files.clear()
        for file in files:
            file.close()

    def _open(
        self, name: str, directory: Path | None, controller: str, file: str, size: int, fields: tuple[str, ...]
    ) -> None:
        try:
            if directory is not None:
                self._files[name] = KernelFile(directory / file, size)
                return
            why = f"no {controller} controller"
        except FileNotFoundError:
            why = f"{file}: this cgroup does not have it"
        except OSError as error:
            why = f"{file}: {error.strerror}"
        for field in fields:
            self.missing.setdefault(field, why)

    def _open_pressure(self, layout: Layout) -> None:
        """Open the pressure files; on a hybrid machine they stand in the v2 hierarchy if the container does too."""
        directory: Path | None = layout.directory("", self.path)
        if not self._v2:
            directory = layout.root / "unified" / self.path.lstrip("/")
            populated = None
            with suppress(OSError):
                populated = keyed((directory / "cgroup.events").read_bytes(), b"populated")
            if populated != 1:
                self.missing |= dict.fromkeys((f"{kind}_pressure" for kind in PRESSURES), NO_PRESSURE)
                return
        for kind in PRESSURES:
            name = f"{kind}_pressure"
            self._open(name, directory, "", f"{kind}.pressure", 256, (name,))

    def _text(self, name: str) -> bytes | None:
        file = self._files.get(name)
        if file is None:
            return None
        try:
            return file.read()
        except OSError as error:
            if error.errno != errno.EOPNOTSUPP:  # ENODEV once the cgroup is removed
                raise CgroupGoneError(self.path) from error
            self._files.pop(name).close()
            self.missing[name] = NO_PSI
            return None

    def _number(self, name: str) -> int | None:
        text = self._text(name)
        return None if text is None else number(text)

    def _read_v1(self, counters: DetailCounters) -> None:
        if text := self._text("throttle"):
            self._throttle(counters, text, b"throttled_time", 1)
        events = {"max": self._number("failures")}
        if text := self._text("oom"):
            events["oom_kill"] = keyed(text, b"oom_kill")
        counters.events = {name: value for name, value in events.items() if value is not None}

    def _read_rest_v1(self, counters: DetailCounters) -> None:
        counters.cpu = self._number("total")
        counters.cpu_user = self._number("user")
        counters.cpu_system = self._number("system")
        if text := self._text("stat"):
            counters.memory_anon = keyed(text, b"total_rss")
            counters.memory_file = keyed(text, b"total_cache")
            counters.memory_swap = keyed(text, b"total_swap")
        counters.memory_kernel = self._number("kernel")
        if (text := self._text("io")) is not None:
            counters.devices = v1_devices(text)

    def _read_v2(self, counters: DetailCounters) -> None:
        if text := self._text("cpu"):
            user, system = keyed(text, b"user_usec"), keyed(text, b"system_usec")
            counters.cpu_user = None if user is None else user * 1000
            counters.cpu_system = None if system is None else system * 1000
            self._throttle(counters, text, b"throttled_usec", 1000)
        if text := self._text("events"):
            read = {name.decode(): keyed(text, name) for name in EVENTS_V2}
            counters.events = {name: value for name, value in read.items() if value is not None}

    def _read_rest_v2(self, counters: DetailCounters) -> None:
        if text := self._text("stat"):
            counters.memory_anon = keyed(text, b"anon")
            counters.memory_file = keyed(text, b"file")
            counters.memory_kernel = _kernel_memory(text)
        counters.memory_swap = self._number("swap")
        if (text := self._text("io")) is not None:
            counters.devices = v2_devices(text)

    def _throttle(self, counters: DetailCounters, text: bytes, time_key: bytes, scale: int) -> None:
        counters.periods = keyed(text, b"nr_periods")
        counters.throttled_periods = keyed(text, b"nr_throttled")
        stood = keyed(text, time_key)
        counters.throttled = None if stood is None else stood * scale
        if counters.periods is None:
            why = "cpu.stat: no cpu controller in this cgroup"
            self.missing |= dict.fromkeys(("periods", "throttled_periods", "throttled"), why)


def _kernel_memory(text: bytes) -> int | None:
    """Return ``kernel`` of a v2 memory.stat; kernels before 5.18 have only its parts."""
    whole = keyed(text, b"kernel")
    if whole is not None:
        return whole
    parts = [keyed(text, key) for key in (b"kernel_stack", b"pagetables", b"percpu", b"sock", b"slab")]
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
