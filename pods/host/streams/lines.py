"""Makes lines of an engine's frames, and knows which of them were made before when they come again."""

import collections
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pods.engine import running
from pods.messages.streams import LONGEST_LINE

REMEMBERED = 100_000  # lines; more than an engine sends between a container's end and that of its log
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


@dataclass
class _Reading:
    """What was made of one piece of a log: when it was read, how far the log was read before it, and its lines."""

    at: float  # seconds since 1970
    last: int
    count: int
    first: int = 0  # ns, cut to whole seconds
    lines: list[int] = field(default_factory=list)  # hashes


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
        self._recent: collections.deque[_Reading] = collections.deque()
        self._remembered = 0  # lines of `_recent`
        self._given: collections.Counter[int] = collections.Counter()  # lines to come again that were given already

    def skip(self) -> str:
        """Return from when to read again; what was made already of that very moment is left out by count."""
        self._parts.clear()
        self._skip = self.count
        return rfc3339(self.last - 1)

    def roll_back(self, since: float) -> None:
        """Go back to before what was read after ``since`` (seconds since 1970): what is missing there comes again."""
        self._given.clear()
        while self._recent and self._recent[-1].at >= since:
            reading = self._recent.pop()
            self._remembered -= len(reading.lines)
            self._given.update(reading.lines)
            self.last, self.count = reading.last, reading.count
            if not self.last:  # nothing was read before it: begin with its first line, not with the whole log
                self.last, self.count = reading.first, 0

    def make(self, frames: list[tuple[int, bytes]]) -> list[Entry]:
        """Return the lines that are whole now."""
        made: list[Entry] = []
        reading = _Reading(time.time(), self.last, self.count)
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
        return self._remember(reading, made)

    def _remember(self, reading: "_Reading", made: list[Entry]) -> list[Entry]:
        """Return the lines without those that were given before, and keep what was read when."""
        reading.lines = [hash(line) for _, line in made]
        if made:
            reading.first = int(made[0][0]) * 1_000_000_000
            self._recent.append(reading)
            self._remembered += len(made)
        while self._remembered > REMEMBERED and len(self._recent) > 1:
            self._remembered -= len(self._recent.popleft().lines)
        if not self._given:
            return made
        new = []
        for entry, key in zip(made, reading.lines, strict=True):
            if self._given[key] > 0:
                self._given[key] -= 1
            else:
                new.append(entry)
        self._given = +self._given
        return new

    def rest(self) -> list[Entry]:
        """Return what a container that ended left without a line feed; what comes after it begins a line of its own."""
        made: list[Entry] = []
        reading = _Reading(time.time(), self.last, self.count)
        for output, (moment, text) in sorted(self._parts.items()):
            self._shown_early.add((moment, text))
            self._add(made, output, moment, text)
        self._parts.clear()
        return self._remember(reading, made)

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
