"""The base of every websocket consumer: leaves nothing behind, however it ends."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer


class Feed(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Leaves its groups and frees its channel when it ends.

    Channels 4.3 does neither when ``send`` raises because the client has gone, nor when a message was in flight at
    the disconnect; the queues then grow for as long as there is traffic.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the consumer to its end, then undo what it joined."""
        self.joined: set[str] = set()
        try:
            await super().__call__(scope, receive, send)
        finally:
            if name := getattr(self, "channel_name", None):
                for group in self.joined:
                    await self.channel_layer.group_discard(group, name)
                await self.channel_layer.drop(name)

    async def join(self, group: str) -> None:
        """Get what is sent to ``group`` until this consumer ends or leaves."""
        if group not in self.joined:
            self.joined.add(group)
            await self.channel_layer.group_add(group, self.channel_name)

    async def leave(self, group: str) -> None:
        """Undo ``join``."""
        if group in self.joined:
            self.joined.discard(group)
            await self.channel_layer.group_discard(group, self.channel_name)
