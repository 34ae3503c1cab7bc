"""One open stream: passes bytes between a page and a host worker, no more than the page granted.

Up: JSON ``{"type": "open", ...}`` first, then ``{"type": "grant", "bytes"}``; of a terminal also ``resize`` and
``close``, and keystrokes as binary messages. Down: log lines as text ``L``, their cost, a line feed and the lines; a
terminal's output as binary behind four bytes of its cost; and JSON ``opened``, ``containers``, ``input``, ``ended``.
``docs/streams.md`` has the shapes and the close codes.
"""

import asyncio
import json
import logging
import time
import uuid
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import msgspec
from django.contrib.auth.models import AnonymousUser, User

from pods.domain.errors import Problem
from pods.messages.streams import (
    ALIVE_EVERY,
    SILENT_AFTER,
    SMALLEST_WINDOW,
    WINDOW,
    FromReader,
    Grant,
    Leave,
    reader_group,
    streams_group,
    to_channel,
)
from pods.web.live.consumers import LAGGED, SIGNED_OUT, UNEXPECTED, user_now
from podweb.consumers import Feed

log = logging.getLogger(__name__)
ENDED = 4000  # a message ``ended`` came before
SILENT = 4504  # the host worker says nothing any more


class Opening(msgspec.Struct):
    """What every page says first. ``window``: bytes that may come before it grants more."""

    window: int


class Granted(msgspec.Struct, tag="grant", forbid_unknown_fields=True):
    """So many bytes more may come."""

    bytes: int


class StreamConsumer(Feed, ABC):
    """The part that both kinds share. A subclass opens, and says whether the reader may still."""

    shapes: ClassVar[Any]
    watching: asyncio.Task[None] | None = None
    stream = ""
    slug = ""

    async def connect(self) -> None:
        """Let in whoever may; refuse before accept otherwise."""
        self.reader = uuid.uuid4().hex
        self.granted = self.received = self.sequence = 0
        self.typed = self.may_type = 0
        self.leaving = "page"
        self.opened = False
        self.heard_at = time.monotonic()
        code = await self._look()
        if code:
            await self.close(code)
            return
        await self.accept()
        self.watching = asyncio.create_task(self._keep_looking())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run to the end, however it comes; the host worker is told."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.watching is not None:
                self.watching.cancel()
            if self.stream:
                try:
                    await self._say(Leave, why=self.leaving)
                except Exception as error:  # noqa: BLE001  # without the layer the host worker ends it by the silence
                    log.info("a host worker was not told that its reader went: %s", error)

    async def _look(self) -> int:
        """Return the code to close with when the reader may not (any more), or 0."""
        self.user = await user_now(self.scope)
        return await self.permitted(self.user) if self.user.is_authenticated else SIGNED_OUT

    @abstractmethod
    async def permitted(self, user: User | AnonymousUser) -> int:
        """Return the code to close with when this user may not, or 0."""

    @abstractmethod
    async def open(self, message: Any) -> str:
        """Have it opened and return the stream's id. Raises Problem."""

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY)
            code = await self._look()
            if code:
                self.leaving = "denied"
                await self._say_if_open(Leave, why="denied")
                await self.close(code)
                return
            if self.stream and time.monotonic() - self.heard_at > SILENT_AFTER:
                await self.close(SILENT)
                return
            if self.opened:
                await self._say(Grant, total=self.granted)

    async def _say(self, kind: type[FromReader], **values: Any) -> None:
        message = kind(stream=self.stream, reader=self.reader, **values)
        await self.channel_layer.group_send(streams_group(self.slug), to_channel(message))

    async def _say_if_open(self, kind: type[FromReader], **values: Any) -> None:
        if self.stream:
            await self._say(kind, **values)

    # From the page

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message of the page; what is malformed, or more than was granted, closes."""
        if bytes_data is not None:
            await self.typed_in(bytes_data)
            return
        try:
            message = msgspec.json.decode(text_data or "", type=self.shapes)
        except (msgspec.DecodeError, UnicodeError):
            await self.close(UNEXPECTED)
            return
        if isinstance(message, Opening):
            await self._open(message)
        elif not self.stream:
            await self.close(UNEXPECTED)
        elif isinstance(message, Granted):
            await self._grant(message.bytes)
        else:
            await self.other(message)

    async def typed_in(self, data: bytes) -> None:  # noqa: ARG002
        """A log takes no input."""
        await self.close(UNEXPECTED)

    async def other(self, message: Any) -> None:  # noqa: ARG002
        """A log takes nothing else."""
        await self.close(UNEXPECTED)

    async def _open(self, message: Any) -> None:
        if self.stream or not SMALLEST_WINDOW <= message.window <= WINDOW:
            await self.close(UNEXPECTED)
            return
        self.granted = message.window
        await self.join(reader_group(self.reader))
        self.heard_at = time.monotonic()
        try:
            self.stream = await self.open(message)
        except Problem as problem:
            await self._end({**problem.as_dict(), "exit_code": None})

    async def _grant(self, more: int) -> None:
        if not 0 < more <= WINDOW or self.granted + more - self.received > WINDOW:
            await self.close(UNEXPECTED)
            return
        self.granted += more
        await self._say(Grant, total=self.granted)

    async def _end(self, why: dict[str, Any]) -> None:
        await self.send(json.dumps({"type": "ended", **why}))
        await self.close(ENDED)

    # From the host worker

    async def _in_order(self, message: dict[str, Any]) -> bool:
        """Return whether nothing is missing before this message; closes otherwise."""
        self.heard_at = time.monotonic()
        if message["sequence"] != self.sequence:
            await self.close(LAGGED)
            return False
        self.sequence += 1
        return True

    async def stream_opened(self, message: dict[str, Any]) -> None:
        """It runs."""
        if await self._in_order(message):
            self.opened = True
            self.may_type = message["input"]
            about = {"session": self.stream, "input": message["input"], **message["about"]}
            await self.send(json.dumps({"type": "opened", **about}))

    async def stream_containers(self, message: dict[str, Any]) -> None:
        """Forward the containers of a log."""
        if await self._in_order(message):
            await self.send(json.dumps({"type": "containers", "containers": message["containers"]}))

    async def stream_lines(self, message: dict[str, Any]) -> None:
        """Forward lines as they are."""
        if await self._in_order(message):
            self.received += message["cost"]
            await self.send(f"L{message['cost']}\n{message['text']}")

    async def stream_output(self, message: dict[str, Any]) -> None:
        """Forward a terminal's output as it is, its cost in four bytes before it."""
        if await self._in_order(message):
            self.received += message["cost"]
            await self.send(bytes_data=message["cost"].to_bytes(4, "big") + message["data"])

    async def stream_input_granted(self, message: dict[str, Any]) -> None:
        """Let the page type on."""
        if await self._in_order(message):
            self.may_type = message["total"]
            await self.send(json.dumps({"type": "input", "total": message["total"]}))

    async def stream_alive(self, message: dict[str, Any]) -> None:
        """Note the sign of life."""
        await self._in_order(message)

    async def stream_ended(self, message: dict[str, Any]) -> None:
        """Say how it ended."""
        if await self._in_order(message):
            names = ("code", "message", "hint", "engine", "exit_code")
            await self._end({name: message[name] for name in names})

    async def layer_lagged(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        """End a connection whose messages were lost; the page comes back to where it was."""
        await self.close(LAGGED)
