"""Reads a stream where there is no websocket: for an answer that is sent as it comes."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

from channels.layers import get_channel_layer

from pods.messages.streams import (
    SILENT_AFTER,
    WINDOW,
    FromReader,
    Grant,
    Leave,
    reader_group,
    streams_group,
    to_channel,
)


class StreamReader:
    """One reader of a log. Grants what was taken from it; nobody takes, and the host worker waits."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.problem = ""
        self._layer: Any = get_channel_layer()
        self._channel = ""
        self._stream = self._slug = ""
        self._granted = WINDOW
        self._names: dict[int, str] = {}
        self._alive: asyncio.Task[None] | None = None

    async def begin(self, stream: str, slug: str) -> None:
        """Begin to hear; before the stream is opened, so that nothing is missed."""
        self._stream, self._slug = stream, slug
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(reader_group(self.id), self._channel)
        self._alive = asyncio.create_task(self._keep_alive())

    async def lines(self) -> AsyncIterator[tuple[str, dict[int, str]]]:
        """Yield lines as they travel, and the containers' names by number; ``problem`` says why there were no more."""
        expected = 0
        while True:
            message = await self._receive()
            if message is None:
                self.problem = "The host worker says nothing any more."
                return
            if message.get("sequence") != expected:
                self.problem = "A message was lost on the way: load it again."
                return
            expected += 1
            kind = message["type"]
            if kind == "stream.containers":
                self._names = {one["number"]: one["name"] for one in message["containers"]}
            elif kind == "stream.lines":
                yield message["text"], self._names
                self._granted += message["cost"]
                await self._say(Grant, total=self._granted)
            elif kind == "stream.ended":
                self.problem = "" if message["code"] == "end" else message["message"]
                return

    async def _receive(self) -> dict[str, Any] | None:
        """Return the next message; None after too long a silence. Leaves no wait behind, however it ends."""
        receiving = asyncio.ensure_future(self._layer.receive(self._channel))
        try:
            done, _ = await asyncio.wait({receiving}, timeout=SILENT_AFTER)
            return receiving.result() if done else None
        finally:
            receiving.cancel()

    async def close(self) -> None:
        """Leave; nothing of it stays in the layer."""
        if self._alive is not None:
            self._alive.cancel()
        if self._channel:
            await self._layer.group_discard(reader_group(self.id), self._channel)
            await self._layer.drop(self._channel)
            await self._say(Leave, why="page")
            self._channel = ""

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(SILENT_AFTER / 4)
            await self._say(Grant, total=self._granted)

    async def _say(self, kind: type[FromReader], **values: Any) -> None:
        message = kind(stream=self._stream, reader=self.id, **values)
        await self._layer.group_send(streams_group(self._slug), to_channel(message))
