"""What the sampler keeps open, each with its previous reading."""

import time

from pods.cgroups.detail import DetailCounters, DetailReader
from pods.cgroups.layout import Layout
from pods.cgroups.network import NetworkReader
from pods.cgroups.own_limits import Limits, OwnLimitReader
from pods.cgroups.reader import CgroupReader, Counters
from pods.cgroups.usage import FELL, FIRST, detail, quiet, rate, usage
from pods.messages.live import Detail, Usage

SKIP = 5  # readings of details in a row, while nothing runs


class Group:
    """One cgroup with its previous reading."""

    __slots__ = (
        *("before", "cpu_at_detail", "detail_before", "details", "layout", "own_limits", "reader", "shown", "skipped"),
    )

    def __init__(self, layout: Layout, path: str) -> None:
        self.layout = layout
        self.reader = CgroupReader(layout, path)
        self.before: Counters | None = None
        self.details: DetailReader | None = None
        self.own_limits: OwnLimitReader | None = None
        self.detail_before: DetailCounters | None = None
        self.cpu_at_detail: int | None = None
        self.skipped = 0
        self.shown: Detail | None = None  # what is said while nothing runs

    def usage(self, memory_total: int) -> Usage:
        """Return the usage since the last call. Raises CgroupGoneError."""
        now = self.reader.read()
        result = usage(self.before, now, missing=self.reader.missing, memory_total=memory_total)
        self.before = now
        return result

    def detail(self, *, whole: bool) -> Detail:
        """Return what is dearer to read; not ``whole``: only what history keeps. Raises CgroupGoneError.

        Where no CPU time has passed nothing ran, so nothing was throttled or killed, and hardly anything can have
        waited: that is read again only every minute, and what it then shows is spread over that minute.
        """
        if self.details is None:
            self.details = DetailReader(self.layout, self.reader.path)
        cpu = None if self.before is None else self.before.cpu
        still = cpu is not None and cpu == self.cpu_at_detail and self.skipped < SKIP
        if still and not whole and self.shown is not None:
            self.skipped += 1
            return self.shown
        now = self.details.read(whole=whole)
        before, self.detail_before = self.detail_before, now
        self.skipped, self.cpu_at_detail = 0, cpu
        made = detail(before, now, missing=self.details.missing)
        self.shown = None if before is None else quiet(made)
        return made

    def limits(self) -> Limits:
        """Return the limits that it has itself. Raises CgroupGoneError."""
        if self.own_limits is None:
            self.own_limits = OwnLimitReader(self.layout, self.reader.path)
        return self.own_limits.read()

    def close(self) -> None:
        """Close every file."""
        self.reader.close()
        if self.own_limits is not None:
            self.own_limits.close()
        if self.details is not None:
            self.details.close()


class Network:
    """One network namespace with its previous reading."""

    __slots__ = ("before", "inode", "reader")

    def __init__(self, reader: NetworkReader, inode: int) -> None:
        self.reader = reader
        self.inode = inode
        self.before: tuple[int, int, int] | None = None  # monotonic ns, received, sent

    def rates(self) -> tuple[float | None, float | None, dict[str, str]]:
        """Return bytes per second received and sent, and why for what is unknown of them."""
        received, sent = self.reader.read()
        now = (time.monotonic_ns(), received, sent)
        before, self.before = self.before, now
        if before is None:
            return None, None, {"received": FIRST, "sent": FIRST}
        seconds = (now[0] - before[0]) / 1e9
        rates = {"received": rate(before[1], received, seconds), "sent": rate(before[2], sent, seconds)}
        return rates["received"], rates["sent"], {name: FELL for name, one in rates.items() if one is None}
