"""``subscribe(group, handle)``: lets plain threads hear a channel group, in any process, on any channel layer."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from podweb.layer import LoopBoundChannelLayer, Message
from podweb.push import bridge

log = logging.getLogger("podweb.subscribe")
RETRY_EVERY = 1.0  # seconds, while the layer is away


class Subscription:
    """Calls ``handle`` with each message, one after the other, until ``close``. ``handle`` must return at once."""

    def __init__(self, group: str, handle: Callable[[Message], None]) -> None:
        self._group = group
        self._handle = handle
        self._layer: Any = get_channel_layer()
        self._future: Any = None
        # Not by getattr: the Redis layer's own __getattr__ needs a running loop.
        if isinstance(self._layer, LoopBoundChannelLayer):
            self._layer.tap(group, handle)
        else:
            self._future = asyncio.run_coroutine_threadsafe(self._receive(), bridge().loop)

    def close(self) -> None:
        """Hear no more; nothing of it is left in the layer."""
        if self._future is None:
            self._layer.untap(self._group, self._handle)
            return
        self._future.cancel()
        # Its end frees the subscription on the bridge's loop: waited for, so that a process may end behind it.
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), bridge().loop).result(2)

    async def _receive(self) -> None:
        while True:
            channel: str | None = None
            try:
                channel = await self._layer.new_channel()
                await self._layer.group_add(self._group, channel)
                while True:
                    self._safely(await self._layer.receive(channel))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever the layer's client raises, it is tried again
                log.warning("group %s is not heard: %s", self._group, str(error) or type(error).__name__)
            finally:
                if channel is not None:
                    with contextlib.suppress(Exception):
                        await self._layer.group_discard(self._group, channel)
                        await self._layer.drop(channel)
            await asyncio.sleep(RETRY_EVERY)

    def _safely(self, message: Message) -> None:
        try:
            self._handle(message)
        except Exception:
            log.exception("a message of group %s was not handled", self._group)
