"""One container's log as it runs, read on where it left off however often container or engine start again."""

import asyncio
import collections
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pods.engine import containers, running
from pods.engine.errors import EngineError, NotFoundError
from pods.engine.transport import Engine
from pods.messages.streams import LONGEST_LINE, Position

KEPT = 128 * 1024  # bytes read ahead; full, and the engine is not read any more
OPEN_TIMEOUT = 10.0  # seconds
INSPECT_TIMEOUT = 5.0
# An engine looks for new lines four times a second; nothing for this long means that it has given all there is.
QUIET_AFTER = 0.3
PAUSE = 0.3  # between two openings, seconds
KINDS = {running.STDOUT: b"o", running.STDERR: b"e"}
_TIME = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d) ")
Entry = tuple[float, bytes]  # seconds since 1970, and the line as it is sent


def nanoseconds(text: str) -> int:
    """Return seconds with a decimal point as whole nanoseconds. Raises ValueError."""
    whole, _, fraction = text.partition(".")
    return int(whole) * 1_000_000_000 + int(fraction[:9].ljust(9, "0") or 0)


def rfc3339(moment: int) -> str:
    """Return nanoseconds since 1970 as an engine reads them."""
    seconds, rest = divmod(moment, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


class LineMaker:
    """Makes lines of frames: joins those that the engine had cut, and reads the time in front of each.

    Engines before 5 cut the time to whole seconds. ``last`` and ``count`` are the newest time and the lines of it.
    """

    def __init__(self, number: int) -> None:
        self._number = str(number).encode()
        self._parts: dict[int, tuple[int, bytes]] = {}  # by output: time in ns, and the text so far
        self._seconds: tuple[bytes, int] = (b"", 0)
        self._head: tuple[tuple[int, int], bytes] = ((-1, -1), b"")
        self.last = 0
        self.count = 0
        self._skip = 0
        self._shown_early: set[tuple[int, bytes]] = set()

    def skip(self) -> str:
        """Return from when to read again; what was made already of that very moment is left out by count."""
        self._parts.clear()
        self._skip = self.count
        return rfc3339(self.last - 1)

    def make(self, frames: list[tuple[int, bytes]]) -> list[Entry]:
        """Return the lines that are whole now."""
        made: list[Entry] = []
        for output, frame in frames:
            moment, text = self._split(frame)
            if output in self._parts:
                moment, before = self._parts.pop(output)
                text = before + text
            whole = text.endswith(b"\n")
            while len(text) > LONGEST_LINE:
                cut = LONGEST_LINE
                while text[cut] & 0xC0 == 0x80 and cut > LONGEST_LINE - 4:  # inside a character
                    cut -= 1
                self._add(made, output, moment, text[:cut])
                text = text[cut:]
            if whole:
                self._add(made, output, moment, text[:-1])
            elif (moment, text) in self._shown_early:
                self._skip -= self._skip > 0
            elif text:
                self._parts[output] = (moment, text)
        return made

    def rest(self) -> list[Entry]:
        """Return what a container that ended left without a line feed; what comes after it begins a line of its own."""
        made: list[Entry] = []
        for output, (moment, text) in sorted(self._parts.items()):
            self._shown_early.add((moment, text))
            self._add(made, output, moment, text)
        self._parts.clear()
        return made

    def _split(self, frame: bytes) -> tuple[int, bytes]:
        match = _TIME.match(frame)
        if match is None:
            return self.last, frame
        head, fraction, zone = match.groups()
        key = head + zone
        if key != self._seconds[0]:
            self._seconds = (key, int(datetime.fromisoformat(key.decode()).timestamp()))
        moment = self._seconds[1] * 1_000_000_000
        if fraction:
            moment += int(fraction[1:].ljust(9, b"0"))
        return moment, frame[match.end() :]

    def _add(self, made: list[Entry], output: int, moment: int, text: bytes) -> None:
        if self._skip and moment == self.last:
            self._skip -= 1
            return
        self._skip = 0
        if moment == self.last:
            self.count += 1
        else:
            self.last, self.count = moment, 1
        if self._head[0] != (moment, output):
            seconds, rest = divmod(moment, 1_000_000_000)
            when = str(seconds) if not rest else f"{seconds}.{rest:09d}"
            self._head = ((moment, output), b" ".join((self._number, KINDS[output], when.encode(), b"")))
        if not text.isascii():
            text = text.decode(errors="replace").encode()
        made.append((moment / 1e9, self._head[1] + text.replace(b"\n", b" ") + b"\n"))


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
        self._idle = False  # nothing is open: the container does not run
        if position is not None:
            self._maker.last, self._maker.count = nanoseconds(position.at), position.lines

    def again(self) -> None:
        """Note that the container runs (again)."""
        self._again.set()

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
                await self._read()
                over = not self._follow
                runs = not over and await self._runs()
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

    async def _runs(self) -> bool:
        container = await asyncio.to_thread(
            containers.inspect, self._engine(), self.container_id, timeout=INSPECT_TIMEOUT
        )
        return container.State.Status == "running"

    async def _read(self) -> None:
        """Read one opening of the log to its end."""
        seen = self._maker.last > 0
        since = self._maker.skip() if seen else self._since
        frames = running.Frames()
        self._waits_since = time.monotonic()
        async with running.logs(
            self._engine(),
            self.container_id,
            follow=self._follow,
            since=since,
            tail=None if seen else self._tail,
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
                self._add(self._maker.make(frames.feed(data)))

    def _add(self, made: list[Entry]) -> None:
        if made:
            self.entries.extend(made)
            self.kept += sum(len(line) for _, line in made)
            self.last = made[-1][0]
            self._changed.set()
