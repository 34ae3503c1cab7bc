"""What two readings of the counters give."""

from pods.cgroups.reader import Counters
from pods.messages.live import Usage

FIRST = "the first sample; rates need two"
FELL = "the counter fell: it was restarted"


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
    seconds = 0.0 if previous is None else (now.at - previous.at) / 1e9
    cpu = None if previous is None else rate(previous.cpu, now.cpu, seconds)
    read = None if previous is None else rate(previous.read, now.read, seconds)
    write = None if previous is None else rate(previous.write, now.write, seconds)
    if previous is None or cpu is None or read is None or write is None:
        why = FIRST if previous is None else FELL
        unknown = {name for name, value in (("cpu", cpu), ("read", read), ("write", write)) if value is None}
        missing = {**dict.fromkeys(unknown, why), **missing}
    limit = now.memory_limit
    return Usage(
        cpu=None if cpu is None else cpu / 1e7,
        memory=now.memory,
        memory_limit=None if now.memory is None else min(limit or memory_total, memory_total),
        pids=now.pids,
        read=read,
        write=write,
        missing=missing,
    )
