"""The channel layer between processes: Redis pub/sub, with the two things it lacks."""

import asyncio

from channels_redis.pubsub import RedisPubSubChannelLayer

from podweb.layer import LAGGED

CAPACITY = 1000  # messages that a reader may be behind


class _BoundedQueue(asyncio.Queue[bytes]):
    """Never grows: what would overflow is replaced by one message that says so."""

    def __init__(self, lagged: bytes) -> None:
        super().__init__(CAPACITY)
        self._lagged = lagged

    def put_nowait(self, item: bytes) -> None:
        """Add one message, or tell the reader that it lagged."""
        if self.full():
            while not self.empty():
                self.get_nowait()
            item = self._lagged
        super().put_nowait(item)


class PubSubChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Bounds each reader's queue as the in-process layer does, and adds ``drop``.

    The stock layer queues without limit for a reader that is too slow, and keeps queue and subscription of one that
    left under traffic.
    """

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return the name of a new channel with its queue."""
        layer = self._get_layer()
        name: str = await layer.new_channel(prefix)
        # Nobody has been told the name yet, so the queue that is replaced is empty.
        layer.channels[name] = _BoundedQueue(self.serialize({"type": LAGGED}))
        return name

    async def drop(self, channel: str) -> None:
        """Free everything of a channel whose consumer ended."""
        layer = self._get_layer()
        if layer.channels.pop(channel, None) is not None:
            await layer._get_shard(channel).unsubscribe(channel)  # noqa: SLF001  # its only door to a subscription
