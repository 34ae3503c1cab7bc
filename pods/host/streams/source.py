"""One container's log as it runs, read on where it left off however often container or engine start again."""

import asyncio
import collections
import time
from collections.abc import Callable
from datetime import datetime

from pods.engine import containers, running
from pods.engine.errors import EngineError, NotFoundError
from pods.engine.transport import Engine
from pods.host.streams.lines import Entry, LineMaker, nanoseconds, rfc3339
from pods.messages.streams import Position

KEPT = 128 * 1024  # bytes read ahead; full, and the engine is not read any more
OPEN_TIMEOUT = 10.0  # seconds
INSPECT_TIMEOUT = 5.0
# An engine looks for new lines four times a second; nothing for this long means that it has given all there is.
QUIET_AFTER = 0.3
PAUSE = 0.3  # between two openings, seconds
MARGIN = 1.0  # seconds; going back too far costs nothing but a look at lines that are known
LONGEST_STOP = 10.0  # seconds from an end to the next start, for an engine that forgets the end


class LogSource:
    """Follows one container. ``entries`` are read ahead, no more than ``KEPT`` bytes of them."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        container_id: str,
        number: int,
        *,
        changed: asyncio.Event,
        follow: bool,
        since: float | None = None,
        tail: int | None = None,
        position: Position | None = None,
    ) -> None:
        self._engine = engine
        self.container_id = container_id
        self._number = number
        self._maker = LineMaker(number)
        self._changed = changed
        self._follow = follow
        self._since = rfc3339(int(since * 1e9)) if since is not None else ""
        self._tail = tail
        self.entries: collections.deque[Entry] = collections.deque()
        self.kept = 0
        self.last = 0.0  # time of the newest line read
        self.ended = False
        self.failure: EngineError | None = None
        self._room = asyncio.Event()
        self._again = asyncio.Event()
        self._waits_since: float | None = time.monotonic()  # for bytes; None while there is no room for them
        self._followed_from: float | None = None  # seconds since 1970, until it is known whether it ended since
        self._gaps = False
        self._idle = False  # nothing is open: the container does not run
        if position is not None:
            self._maker.last, self._maker.count = nanoseconds(position.at), position.lines

    def again(self) -> None:
        """Note that the container runs (again)."""
        self._again.set()

    def died(self, when: float) -> None:
        """Note that the container ended (seconds since 1970): what comes of the log now has gaps and is read again."""
        self._gaps = self._followed_from is not None and when >= self._followed_from

    def quiet(self, now: float) -> bool:
        """Return whether everything there is now was read."""
        if self.ended or self._idle:
            return True
        return self._waits_since is not None and now - self._waits_since > QUIET_AFTER

    def take(self) -> Entry:
        """Return the oldest entry."""
        entry = self.entries.popleft()
        self.kept -= len(entry[1])
        if self.kept < KEPT // 2:
            self._room.set()
        return entry

    async def run(self) -> None:
        """Read until the end, if there is one; what goes wrong on the way is tried again."""
        while True:
            self._again.clear()
            try:
                self.failure = None
                self._idle = False
                over, runs = await self._read_on()
            except NotFoundError:
                over, runs = True, False
            except EngineError as error:
                self.failure = error
                over, runs = not self._follow, True
            if over:
                break
            if not runs:
                self._add(self._maker.rest())
                self._idle = True
                self._changed.set()
                await self._again.wait()
            await asyncio.sleep(PAUSE)
        self._add(self._maker.rest())
        self.ended = True
        self._changed.set()

    async def _read_on(self) -> tuple[bool, bool]:
        """Read on once, as how the container runs demands; returns whether this is all, and whether to go on at once.

        Only what runs is followed. An engine that follows a log whose container has ended, or ends meanwhile, reads to
        its end without waiting for who takes the lines, and loses what is not taken at once. So such a log is read once
        more from where it was when its container ended, and what is missing is given.
        """
        state = await self._state()
        if self._followed_from is not None:
            ended_at = _seconds(state.FinishedAt) or _seconds(state.StartedAt) - LONGEST_STOP
            if ended_at >= self._followed_from - MARGIN:
                self._maker.roll_back(ended_at - MARGIN)
            self._followed_from = None
        runs = state.Status == "running"
        live = self._follow and runs
        if runs and self._tail is not None and not self._maker.last:
            await self._read_last(self._tail)
        if live:
            self._followed_from = time.time()
        await self._read(follow=live, tail=None if runs or self._maker.last else self._tail)
        if live or not self._follow:
            return not live, live
        return False, (await self._state()).Status == "running"

    async def _state(self) -> containers.Running:
        found = await asyncio.to_thread(containers.inspect, self._engine(), self.container_id, timeout=INSPECT_TIMEOUT)
        return found.State

    async def _read_last(self, tail: int) -> None:
        """Read the last lines, those of the newest seconds by their time.

        An engine that is asked for the last lines reads them, then goes to the end of the file, and loses what was
        written between the two. So no line is taken from it that is as new as the question. If there is an older one,
        no newer one was too many; else the last of the newest are given.
        """
        before = int(time.time() - MARGIN)
        if not self._since or self._since < rfc3339(before * 1_000_000_000):
            await self._read(follow=False, tail=tail, before=before)
            self._add([entry for entry in self._maker.rest() if entry[0] < before])
            self._maker = LineMaker(self._number)
            self._maker.last = before * 1_000_000_000
        if not self.last:
            newest: collections.deque[Entry] = collections.deque(maxlen=tail)
            await self._read(follow=False, take=newest.extend)
            self._add(list(newest))

    async def _read(
        self,
        *,
        follow: bool,
        tail: int | None = None,
        before: float | None = None,
        take: Callable[[list[Entry]], None] | None = None,
    ) -> None:
        """Read one opening of the log to its end, or to the second ``before``; ``take`` gets what it has."""
        take = take or self._add
        seen = self._maker.last > 0
        since = self._maker.skip() if seen else self._since
        frames = running.Frames()
        self._waits_since = time.monotonic()
        self._gaps = False
        async with running.logs(
            self._engine(),
            self.container_id,
            follow=follow,
            since=since,
            tail=tail,
            answers_within=OPEN_TIMEOUT,
        ) as log:
            while True:
                while self.kept >= KEPT:
                    self._waits_since = None
                    self._room.clear()
                    await self._room.wait()
                self._waits_since = time.monotonic()
                data = await log.read()
                if not data:
                    return
                if self._gaps:
                    continue
                made = self._maker.make(frames.feed(data))
                take(made if before is None else [entry for entry in made if entry[0] < before])
                if before is not None and made and made[-1][0] >= before:
                    return

    def _add(self, made: list[Entry]) -> None:
        if made:
            self.entries.extend(made)
            self.kept += sum(len(line) for _, line in made)
            self.last = made[-1][0]
            self._changed.set()


def _seconds(text: str) -> float:
    """Return an engine's time as seconds since 1970; 0 for one that is not there yet, which Go writes as year 1."""
    try:
        return max(0.0, datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return 0.0
