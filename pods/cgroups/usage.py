"""What two readings of the counters give."""

from msgspec.structs import replace

from pods.cgroups.detail import DetailCounters
from pods.cgroups.reader import Counters
from pods.messages.live import Detail, Usage

FIRST = "first sample: a rate needs two"
FELL = "the counter fell: it began again"
UNREADABLE = "the kernel's file could not be understood"


def rate(before: int | None, now: int | None, seconds: float) -> float | None:
    """Return the change per second; None when either is unknown, no time passed, or the counter fell."""
    if before is None or now is None or seconds <= 0 or now < before:
        return None
    return (now - before) / seconds


def usage(previous: Counters | None, now: Counters, *, missing: dict[str, str], memory_total: int) -> Usage:
    """Return the usage between two readings of one cgroup.

    CPU is (change of CPU time) / (change of time) x 100, as libpod's stats_linux.go has it: 100 = one core.
    ``memory_total`` (bytes of RAM) stands in for no limit. ``missing`` names what the reader cannot give.
    """
    cpu = read = write = None
    if previous is not None:
        seconds = (now.at - previous.at) / 1e9
        cpu = rate(previous.cpu, now.cpu, seconds)
        read = rate(previous.read, now.read, seconds)
        write = rate(previous.write, now.write, seconds)
    if cpu is None or read is None or write is None or now.memory is None or now.pids is None:
        missing = {**_reasons(previous, now, cpu=cpu, read=read, write=write), **missing}
    limit = None if "memory_limit" in missing else min(now.memory_limit or memory_total, memory_total)
    return Usage(
        cpu=None if cpu is None else cpu / 1e7,
        memory=now.memory,
        memory_limit=limit,
        pids=now.pids,
        read=read,
        write=write,
        missing=missing,
    )


def _reasons(previous: Counters | None, now: Counters, **rates: float | None) -> dict[str, str]:
    """Say why each unknown value is unknown, as far as the two readings show it."""
    why = {name: UNREADABLE for name in ("memory", "pids", *rates) if getattr(now, name) is None}
    for name, value in rates.items():
        if value is None and name not in why:
            before = None if previous is None else getattr(previous, name)
            why[name] = FIRST if before is None else FELL
    return why


_PERCENT_OF_NS = 1e7  # ns per second -> percent
_PERCENT_OF_US = 1e4


def detail(previous: DetailCounters | None, now: DetailCounters, *, missing: dict[str, str]) -> Detail:
    """Return the details between two readings of one cgroup; without a previous one, what needs no interval."""
    seconds: float | None = None
    before, pressure = now, {}
    if previous is not None:
        before, seconds = previous, (now.at - previous.at) / 1e9
        for key, total in now.pressure.items():
            one = rate(before.pressure.get(key), total, seconds)
            if one is not None:
                pressure[key] = one / _PERCENT_OF_US
    passed = seconds or 0.0  # no time, no rates
    user, system = _split(before, now, passed)
    return Detail(
        seconds=seconds,
        cpu_user=_scaled(user),
        cpu_system=_scaled(system),
        periods=rate(before.periods, now.periods, passed),
        throttled_periods=rate(before.throttled_periods, now.throttled_periods, passed),
        throttled=_scaled(rate(before.throttled, now.throttled, passed)),
        memory_anon=now.memory_anon,
        memory_file=now.memory_file,
        memory_kernel=now.memory_kernel,
        memory_swap=now.memory_swap,
        events=now.events,
        pressure=pressure,
        devices=_devices(before, now, passed),
        missing=missing,
    )


def quiet(one: Detail) -> Detail:
    """Return the details while nothing runs any more: what is a rate is zero where it is known."""
    return replace(
        one,
        cpu_user=None if one.cpu_user is None else 0.0,
        cpu_system=None if one.cpu_system is None else 0.0,
        periods=None if one.periods is None else 0.0,
        throttled_periods=None if one.throttled_periods is None else 0.0,
        throttled=None if one.throttled is None else 0.0,
        pressure=dict.fromkeys(one.pressure, 0.0),
        devices=dict.fromkeys(one.devices, (0.0, 0.0)),
    )


def _split(before: DetailCounters, now: DetailCounters, seconds: float) -> tuple[float | None, float | None]:
    """Return user and system time per second.

    On v1 the two are what a timer met 100 to 1000 times a second, far off for what runs in short turns. They share the
    exact time in their proportion then, all of it being user time where no system time was met: the kernel's own rule
    for v2, cputime_adjust() in kernel/sched/cputime.c.
    """
    user, system = rate(before.cpu_user, now.cpu_user, seconds), rate(before.cpu_system, now.cpu_system, seconds)
    whole = rate(before.cpu, now.cpu, seconds)
    if whole is None or user is None or system is None:
        return user, system
    share = system / (user + system) if system else 0.0
    return whole * (1 - share), whole * share


def _scaled(value: float | None) -> float | None:
    return None if value is None else value / _PERCENT_OF_NS


def _devices(previous: DetailCounters, now: DetailCounters, seconds: float) -> dict[str, tuple[float, float]]:
    """Return the rates of each device; one that was not there before began at zero."""
    rates: dict[str, tuple[float, float]] = {}
    if previous.devices is None or now.devices is None:
        return rates
    for device, (read, written) in now.devices.items():
        before = previous.devices.get(device, (0, 0))
        one = rate(before[0], read, seconds), rate(before[1], written, seconds)
        if one[0] is not None and one[1] is not None:
            rates[device] = (one[0], one[1])
    return rates
