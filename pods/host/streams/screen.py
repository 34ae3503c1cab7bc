"""What a terminal printed last, for whoever looks at it next."""

from pods.messages.streams import REPLAY

SLACK = 64 * 1024  # bytes kept beyond, so that the front is cut seldom


class Screen:
    """The end of an output. Offsets count all bytes since the beginning."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.start = 0

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.start + len(self._kept)

    def add(self, data: bytes, needed_from: int | None) -> None:
        """Take in new output; what stands before ``needed_from`` may be forgotten (None: what is old enough)."""
        self._kept += data
        if len(self._kept) > REPLAY + SLACK:
            front = self.end - REPLAY
            cut = min(front, front if needed_from is None else needed_from) - self.start
            del self._kept[:cut]
            self.start += cut

    def read(self, offset: int, most: int) -> bytes:
        """Return up to ``most`` bytes from ``offset`` on."""
        at = offset - self.start
        return bytes(self._kept[at : at + most])

    def replay_from(self) -> int:
        """Return where to begin to show it again: at a line's beginning where its front was cut."""
        front = max(self.start, self.end - REPLAY)
        if front == 0:
            return 0
        line = self._kept.find(b"\n", front - self.start, front - self.start + 4096)
        return front if line < 0 else self.start + line + 1
