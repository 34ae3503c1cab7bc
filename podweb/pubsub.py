"""The channel layer between processes: Redis pub/sub, with the one thing it lacks."""

from channels_redis.pubsub import RedisPubSubChannelLayer


class PubSubChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Adds ``drop``: the stock layer keeps queue and subscription of a consumer that left under traffic."""

    async def drop(self, channel: str) -> None:
        """Free everything of a channel whose consumer ended."""
        layer = self._get_layer()
        if layer.channels.pop(channel, None) is not None:
            await layer._get_shard(channel).unsubscribe(channel)  # noqa: SLF001  # its only door to a subscription
