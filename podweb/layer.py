"""The in-process channel layer: any thread may send; everything is delivered on the loop of the ASGI server.

The stock in-memory layer completes a future of the server's loop from another thread without waking that loop, so a
message waits until the loop wakes for another reason. This one hands every change to the loop itself.
"""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

from channels.layers import BaseChannelLayer

log = logging.getLogger("podweb.layer")
Message = dict[str, Any]
LAGGED = "layer.lagged"


class LoopBoundChannelLayer(BaseChannelLayer):  # type: ignore[misc]
    """Groups and channels of one process. A reader too slow for its queue gets one ``layer.lagged``, never a gap.

    ``lagged`` counts how often that happened. Queues and groups are touched only on the loop.
    """

    extensions = ("groups", "flush")

    def __init__(self, capacity: int = 1000, expiry: int = 60, **config: Any) -> None:
        super().__init__(expiry=expiry, capacity=capacity, **config)
        # Learnt from the first consumer, so that it works with every server and test loop.
        self.loop: asyncio.AbstractEventLoop | None = None
        self.channels: dict[str, asyncio.Queue[Message]] = {}
        self.groups: dict[str, set[str]] = {}
        self.taps: dict[str, tuple[Callable[[Message], None], ...]] = {}
        self._tapping = threading.Lock()
        self.lagged = 0

    def _queue(self, channel: str) -> asyncio.Queue[Message]:
        loop = asyncio.get_running_loop()
        if self.loop is not loop:
            self.loop, self.channels, self.groups = loop, {}, {}
        return self.channels.setdefault(channel, asyncio.Queue(self.capacity))

    def _put(self, channel: str, message: Message) -> None:
        queue = self.channels.get(channel)
        if queue is None:  # its consumer is gone
            self._forget(channel)
            return
        try:
            queue.put_nowait(dict(message))
        except asyncio.QueueFull:
            self.lagged += 1
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait({"type": LAGGED})

    def _fan_out(self, group: str, message: Message) -> None:
        for channel in tuple(self.groups.get(group, ())):
            self._put(channel, message)

    def _forget(self, channel: str) -> None:
        self.channels.pop(channel, None)
        for group in [name for name, members in self.groups.items() if channel in members]:
            self._leave(group, channel)

    def _join(self, group: str, channel: str) -> None:
        self.groups.setdefault(group, set()).add(channel)

    def _leave(self, group: str, channel: str) -> None:
        members = self.groups.get(group)
        if members is not None:
            members.discard(channel)
            if not members:
                del self.groups[group]

    def _on_loop(self, function: Callable[..., None], *args: Any) -> None:
        loop = self.loop
        if loop is None:  # no consumer yet: nobody listens
            return
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is loop:
            function(*args)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: shutting down
            loop.call_soon_threadsafe(function, *args)

    def post(self, group: str, message: Message) -> None:
        """Send to a group from any thread, without waiting."""
        for handle in self.taps.get(group, ()):
            try:
                handle(message)
            except Exception:
                log.exception("a message of group %s was not handled", group)
        self._on_loop(self._fan_out, group, message)

    def tap(self, group: str, handle: Callable[[Message], None]) -> None:
        """Call ``handle`` with what is sent to ``group``, in the thread that sends: threads have no loop to wait on."""
        with self._tapping:
            self.taps[group] = (*self.taps.get(group, ()), handle)

    def untap(self, group: str, handle: Callable[[Message], None]) -> None:
        """Undo ``tap``."""
        with self._tapping:
            self.taps[group] = tuple(one for one in self.taps.get(group, ()) if one != handle)
            if not self.taps[group]:
                del self.taps[group]

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return the name of a new channel with its queue."""
        name = f"{prefix}.inmemory!{secrets.token_hex(8)}"
        self._queue(name)
        return name

    async def receive(self, channel: str) -> Message:
        """Return the next message; Channels cancels this only when the consumer ends, which frees the queue."""
        queue = self._queue(channel)
        try:
            return await queue.get()
        except (asyncio.CancelledError, GeneratorExit):
            self._forget(channel)
            raise

    async def drop(self, channel: str) -> None:
        """Free everything of a channel whose consumer ended."""
        self._on_loop(self._forget, channel)

    async def send(self, channel: str, message: Message) -> None:
        """Send to one channel."""
        self._on_loop(self._put, channel, message)

    async def group_add(self, group: str, channel: str) -> None:
        """Let ``channel`` get what is sent to ``group``."""
        self.require_valid_group_name(group)
        self._on_loop(self._join, group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Undo ``group_add``."""
        self._on_loop(self._leave, group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        """Send to every channel of a group."""
        self.require_valid_group_name(group)
        self.post(group, message)

    async def flush(self) -> None:
        """Forget everything."""
        self.channels.clear()
        self.groups.clear()
