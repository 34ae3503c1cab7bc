"""The limits of one cgroup as the kernel has them now: what is in force, whatever was asked for.

File names and formats: the kernel's Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst. -1 stands for no limit.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pods.cgroups.layout import Layout
from pods.cgroups.reader import OUTSIDE, UNLIMITED, CgroupGoneError
from pods.messages.facts import KernelLimits

NO_LIMIT = -1
Value = TypeVar("Value")
_RATES = ("device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops")
_V1_RATES = ("read_bps_device", "write_bps_device", "read_iops_device", "write_iops_device")
_V2_RATES = ("rbps", "wbps", "riops", "wiops")
_NUMBERS = (
    *("cpu_period", "cpu_quota", "cpu_shares", "cpu_weight", "cpuset_cpus", "cpuset_mems", "memory", "memory_swap"),
    *("blkio_weight", "pids", "effective_memory", "effective_cpus"),
)


def read_limits(layout: Layout, path: str) -> KernelLimits:
    """Return the limits of the cgroup ``path`` (as in /proc/PID/cgroup). Raises CgroupGoneError when it is not there.

    A dozen small files are opened, read and closed: for the moments when something changed, not for every second.
    """
    if path.startswith("/.."):  # proc(5) writes so what lies above the root of our own namespace
        return KernelLimits(path=path, missing=dict.fromkeys(_NUMBERS, OUTSIDE))
    files = _Files(layout, path)
    values = _v2(files) if layout.version == "v2" else _v1(files)
    if not files.found:
        raise CgroupGoneError(path)
    return KernelLimits(path=path, missing=files.missing, **values)


class _Files:
    """The files of one cgroup. ``missing`` collects why a value is unknown."""

    def __init__(self, layout: Layout, path: str) -> None:
        self.layout = layout
        self.path = path
        self.missing: dict[str, str] = {}
        self.found = False

    def read(
        self, name: str, controller: str, files: str, parse: Callable[[str], Value | None], *, unknown: bool = True
    ) -> Value | None:
        """Return what ``parse`` makes of the first of ``files`` that is there, else None, and why under ``name``."""
        directory = self.layout.directory(controller, self.path)
        if directory is None:
            why = f"no {controller} controller"
        else:
            why = ""
            for file in files.split():
                try:
                    text = (directory / file).read_text()
                except OSError as error:
                    gone = isinstance(error, FileNotFoundError)
                    why = why or f"{file}: {'this cgroup does not have it' if gone else error.strerror}"
                    continue
                self.found = True
                value = parse(text.strip())
                if value is not None:
                    return value
                why = f"{file}: could not be understood"
                break
        if unknown:
            self.missing[name] = why
        return None

    def above(self, file: str) -> list[str]:
        """Return the text of a v2 file in this cgroup and in every one above it that has it."""
        texts: list[str] = []
        elements = Path(self.path.strip("/")).parts
        for depth in range(len(elements), -1, -1):
            try:
                texts.append(self.layout.root.joinpath(*elements[:depth], file).read_text().strip())
            except OSError:
                continue  # a level without the controller limits nothing
        return texts


def _v1(files: _Files) -> dict[str, Any]:
    values: dict[str, Any] = {
        "cpu_period": files.read("cpu_period", "cpu", "cpu.cfs_period_us", limit_number),
        "cpu_quota": files.read("cpu_quota", "cpu", "cpu.cfs_quota_us", limit_number),
        "cpu_shares": files.read("cpu_shares", "cpu", "cpu.shares", limit_number),
        "cpuset_cpus": files.read("cpuset_cpus", "cpuset", "cpuset.cpus", str),
        "cpuset_mems": files.read("cpuset_mems", "cpuset", "cpuset.mems", str),
        "effective_cpus": files.read("effective_cpus", "cpuset", "cpuset.effective_cpus cpuset.cpus", _some),
        "memory": files.read("memory", "memory", "memory.limit_in_bytes", limit_number),
        "memory_swap": files.read("memory_swap", "memory", "memory.memsw.limit_in_bytes", limit_number),
        "effective_memory": files.read("effective_memory", "memory", "memory.stat", _hierarchical),
        "blkio_weight": files.read("blkio_weight", "blkio", "blkio.weight blkio.bfq.weight", limit_number),
        "pids": files.read("pids", "pids", "pids.max", limit_number),
    }
    for name, file in zip(_RATES, _V1_RATES, strict=True):
        values[name] = files.read(name, "blkio", f"blkio.throttle.{file}", _v1_rates) or {}
    return values


def _v2(files: _Files) -> dict[str, Any]:
    quota, period = files.read("cpu_quota", "cpu", "cpu.max", _cpu_max) or (None, None)
    if period is None:
        files.missing["cpu_period"] = files.missing["cpu_quota"]
    rates = files.read("device_rates", "io", "io.max", _v2_rates, unknown=False) or {}
    values: dict[str, Any] = {
        "cpu_quota": quota,
        "cpu_period": period,
        "cpu_weight": files.read("cpu_weight", "cpu", "cpu.weight", limit_number),
        "cpuset_cpus": files.read("cpuset_cpus", "cpuset", "cpuset.cpus", str),
        "cpuset_mems": files.read("cpuset_mems", "cpuset", "cpuset.mems", str),
        "memory": files.read("memory", "memory", "memory.max", limit_number),
        "memory_swap": files.read("memory_swap", "memory", "memory.swap.max", limit_number),
        "blkio_weight": files.read("blkio_weight", "io", "io.bfq.weight", _default_weight, unknown=False)
        or files.read("blkio_weight", "io", "io.weight", _io_weight),
        "pids": files.read("pids", "pids", "pids.max", limit_number),
        **rates,
    }
    limits = [limit for limit in map(limit_number, files.above("memory.max")) if limit is not None]
    finite = [limit for limit in limits if limit != NO_LIMIT]
    if limits:
        values["effective_memory"] = min(finite, default=NO_LIMIT)
    else:
        files.missing["effective_memory"] = files.missing.get("memory", "no memory controller")
    # Nearest first: a level without the controller has the processors of the one above it.
    values["effective_cpus"] = next(filter(None, files.above("cpuset.cpus.effective")), None)
    if values["effective_cpus"] is None:
        files.missing["effective_cpus"] = "no cpuset controller"
    return values


def limit_number(text: str) -> int | None:
    """Return a limit as the kernel writes it: NO_LIMIT for none, None for what is no number."""
    if text == "max":
        return NO_LIMIT
    try:
        value = int(text)
    except ValueError:
        return None
    # v1 writes "no limit" of memory as the largest page-aligned number, and of CPU time as -1.
    return NO_LIMIT if value < 0 or value >= UNLIMITED else value


def _some(text: str) -> str | None:
    return text or None


def _hierarchical(text: str) -> int | None:
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == "hierarchical_memory_limit":
            return limit_number(value)
    return None


def _cpu_max(text: str) -> tuple[int, int] | None:
    numbers = [limit_number(word) for word in text.split()]
    quota, period = numbers if len(numbers) == 2 else (None, None)
    return None if quota is None or period is None else (quota, period)


def _default_weight(text: str) -> int | None:
    """Read ``default 100``, behind which devices may have lines of their own."""
    return limit_number(text.partition("\n")[0].removeprefix("default "))


def _io_weight(text: str) -> int | None:
    """Read io.weight and return it on the scale of 10 to 1000 that it was asked for (runc, ConvertBlkIOToIOWeight)."""
    weight = _default_weight(text)
    return None if weight is None else 10 + round((weight - 1) * 990 / 9999)


def _v1_rates(text: str) -> dict[str, int]:
    """Read lines ``254:0 1048576``."""
    found = {}
    for line in text.splitlines():
        device, _, rate = line.partition(" ")
        if rate.isdigit():
            found[device] = int(rate)
    return found


def _v2_rates(text: str) -> dict[str, dict[str, int]]:
    """Read lines ``8:16 rbps=2097152 wbps=max riops=max wiops=120``."""
    found: dict[str, dict[str, int]] = {}
    for line in text.splitlines():
        device, *pairs = line.split()
        for name, key in zip(_RATES, _V2_RATES, strict=True):
            for pair in pairs:
                if pair.startswith(f"{key}=") and pair.removeprefix(f"{key}=").isdigit():
                    found.setdefault(name, {})[device] = int(pair.removeprefix(f"{key}="))
    return found
