"""Puts the lines of several sources in order of their times, waiting no longer than order needs."""

import heapq
import time
from collections.abc import Iterable

from pods.host.streams.lines import Entry
from pods.host.streams.source import QUIET_AFTER, LogSource

# A line this young is no backlog: what another container says later is younger still.
RECENT = 2.5  # seconds; engines before 5 give whole seconds


class Markers:
    """Starts and ends, as a source beside the containers' lines."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, int, bytes]] = []
        self._number = 0

    def add(self, when: float, line: bytes) -> None:
        """Keep one until its time has come."""
        self._number += 1
        heapq.heappush(self.entries, (when, self._number, line))

    def head(self) -> float | None:
        """Return the time of the oldest."""
        return self.entries[0][0] if self.entries else None

    def take(self) -> Entry:
        """Return the oldest."""
        when, _, line = heapq.heappop(self.entries)
        return when, line


def take(sources: Iterable[LogSource], markers: Markers, room: int) -> tuple[list[bytes], int]:
    """Return the lines that may go now, in order, at most ``room`` bytes; and the bytes of a next one without room.

    A source that has given nothing may still hold an older line: then nothing younger goes, until it is quiet.
    """
    now = time.monotonic()
    recent = time.time() - RECENT
    all_sources = list(sources)
    waited_for = [one for one in all_sources if not one.entries and not one.quiet(now)]
    behind = any(one.last < recent for one in waited_for)
    heads = [(one.entries[0][0], number, one) for number, one in enumerate(all_sources) if one.entries]
    heapq.heapify(heads)
    taken: list[bytes] = []
    size = 0
    while heads or markers.entries:
        marker = markers.head()
        if heads and (marker is None or heads[0][0] < marker):
            when, number, source = heads[0]
            if waited_for and (behind or when < recent):
                break
            line = source.entries[0][1]
            if size + len(line) > room:
                return taken, len(line)
            source.take()
            if source.entries:
                heapq.heapreplace(heads, (source.entries[0][0], number, source))
            else:
                heapq.heappop(heads)
                if not source.quiet(now):
                    waited_for.append(source)
                    behind = behind or source.last < recent
        else:
            assert marker is not None  # noqa: S101  # for the type checker
            if waited_for and (behind or marker < recent):
                break
            if marker > time.time() - QUIET_AFTER and waited_for:
                break  # lines of before it are on their way
            line = markers.entries[0][2]
            if size + len(line) > room:
                return taken, len(line)
            line = markers.take()[1]
        taken.append(line)
        size += len(line)
    return taken, 0
