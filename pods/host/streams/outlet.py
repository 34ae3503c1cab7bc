"""The writer's end of a stream: numbers what it says, and never sends more than was granted."""

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any

from pods.messages.streams import OVERHEAD, WINDOW, Ended, FromHost, Lines, Output, StillThere, reader_group, to_channel

Push = Callable[[str, dict[str, Any]], None]


class Outlet:
    """One reader. Lives on one event loop. ``granted`` and ``sent`` are bytes since it began."""

    def __init__(self, stream: str, reader: str, push: Push, window: int) -> None:
        self.stream = stream
        self.reader = reader
        self._push = push
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self.granted = min(window, WINDOW)
        self.sent = 0
        self.heard_at = time.monotonic()
        self.ended = False

    @property
    def room(self) -> int:
        """How many bytes one message may carry now; less than 1: none."""
        return self.granted - self.sent - OVERHEAD

    def heard(self) -> None:
        """Note a sign of life."""
        self.heard_at = time.monotonic()

    def grant(self, total: int) -> None:
        """Take a new total. One that came late changes nothing, and none makes more than a window."""
        total = min(total, self.sent + WINDOW)
        if total > self.granted:
            self.granted = total
            self._changed.set()

    async def wait_for_room(self, least: int) -> None:
        """Return when ``least`` bytes may be sent."""
        while self.room < least:
            self._changed.clear()
            await self._changed.wait()

    def lines(self, content: bytes) -> None:
        """Send log lines; the caller looked at ``room``."""
        cost = len(content) + OVERHEAD
        self.sent += cost
        self.say(Lines, cost=cost, text=content.decode())

    def output(self, data: bytes) -> None:
        """Send what a terminal printed; the caller looked at ``room``."""
        cost = len(data) + OVERHEAD
        self.sent += cost
        self.say(Output, cost=cost, data=data)

    def still_there(self) -> None:
        """Send a sign of life."""
        self.say(StillThere)

    def end(self, code: str, message: str, **more: Any) -> None:
        """Say that nothing more comes; once."""
        if not self.ended:
            self.say(Ended, code=code, message=message, **more)
            self.ended = True

    def say(self, kind: type[FromHost], **values: Any) -> None:
        """Send one message; nothing behind the end."""
        if not self.ended:
            message = kind(stream=self.stream, sequence=next(self._numbers), **values)
            self._push(reader_group(self.reader), to_channel(message))
