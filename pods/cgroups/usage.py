"""What two readings of the counters give."""

from pods.cgroups.reader import Counters
from pods.messages.live import Usage

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
