"""``push(group, message)`` from any synchronous code, in any process, to any channel layer: in order, never waiting.

``async_to_sync(layer.group_send)`` would open one Redis connection per call; here one loop per process has one.
"""

import asyncio
import collections
import logging
import os
import threading
import time
from typing import Any

from channels.layers import get_channel_layer

from podweb.layer import LoopBoundChannelLayer, Message

log = logging.getLogger("podweb.push")
SEND_TIMEOUT = 5.0  # seconds
LONGEST_QUEUE = 10_000
COMPLAIN_EVERY = 60.0  # seconds


class Bridge:
    """A private event loop with a bounded first-in-first-out queue. What does not fit, or fails, is counted."""

    def __init__(self) -> None:
        self.queue: collections.deque[tuple[str, Message]] = collections.deque()
        self.loop = asyncio.new_event_loop()
        self.busy = False
        self.dropped = 0
        self.complained_at = -COMPLAIN_EVERY
        self.task: asyncio.Task[None] | None = None
        threading.Thread(target=self.loop.run_forever, name="push", daemon=True).start()

    def put(self, group: str, message: Message) -> None:
        """Queue one message; drops it when the layer has not kept up with the last ten thousand."""
        if len(self.queue) >= LONGEST_QUEUE:
            self.dropped += 1
            return
        self.queue.append((group, message))
        if not self.busy:
            self.loop.call_soon_threadsafe(self._kick)

    def _complain(self, error: Exception) -> None:
        """Say it once in a while: live numbers fail every second as long as the layer is away."""
        now = time.monotonic()
        if now - self.complained_at >= COMPLAIN_EVERY:
            self.complained_at = now
            log.warning("live messages are not sent: %s", str(error) or type(error).__name__)

    def _kick(self) -> None:
        if not self.busy and self.queue:
            self.busy = True
            self.task = self.loop.create_task(self._drain())

    async def _drain(self) -> None:
        layer: Any = get_channel_layer()
        try:
            while self.queue:
                group, message = self.queue.popleft()
                try:
                    await asyncio.wait_for(layer.group_send(group, message), SEND_TIMEOUT)
                except Exception as error:  # noqa: BLE001  # whatever the layer's client raises, live numbers go on
                    self.dropped += 1
                    self._complain(error)
                    await asyncio.sleep(0.2)
        finally:
            self.busy = False
            self._kick()


_lock = threading.Lock()
_bridges: dict[int, Bridge] = {}


def bridge() -> Bridge:
    """Return this process's bridge; its loop is the one to use the layer on."""
    # By process id: a forked child has no thread for its parent's loop.
    with _lock:
        return _bridges.setdefault(os.getpid(), _bridges.get(os.getpid()) or Bridge())


def push(group: str, message: Message) -> None:
    """Send ``message`` (JSON types, with its ``type``) to every consumer in ``group``; returns at once."""
    layer = get_channel_layer()
    # Not by getattr: the Redis layer's own __getattr__ needs a running loop.
    if isinstance(layer, LoopBoundChannelLayer):
        layer.post(group, message)
    else:
        bridge().put(group, message)
