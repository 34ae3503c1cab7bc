"""The websocket of a terminal page."""

import shlex
from typing import Any

import msgspec
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser, User

from pods.dispatch.streams import open_terminal, own_terminal
from pods.domain import access
from pods.domain.errors import Invalid
from pods.messages.streams import INPUT_WINDOW, MOST_COLUMNS, MOST_ROWS, Attach, Input, Leave, Resize
from pods.models import Container
from pods.web.live.consumers import NO_ROLE, NOT_FOUND, UNEXPECTED
from pods.web.live.streams import Granted, Opening, StreamConsumer


class OpenTerminal(Opening, tag="open", forbid_unknown_fields=True):
    """What a terminal page asks for. ``session`` is an operation's id: to come back to it."""

    rows: int
    columns: int
    user: str = ""
    command: str = ""
    session: str = ""


class Resized(msgspec.Struct, tag="resize", forbid_unknown_fields=True):
    """The page's window changed."""

    rows: int
    columns: int


class Closed(msgspec.Struct, tag="close", forbid_unknown_fields=True):
    """The reader closes the terminal for good."""


class TerminalConsumer(StreamConsumer):
    """``/ws/containers/PK/terminal/``: whoever may operate on the host."""

    shapes = OpenTerminal | Granted | Resized | Closed

    async def permitted(self, user: User | AnonymousUser) -> int:
        """Only who may operate on the container's host; who may not even see it learns nothing."""
        found = await self._find(user)
        if found is None:
            return NOT_FOUND
        if isinstance(found, int):
            return found
        self.container = found
        self.slug = found.pod.host.slug
        return 0

    @database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
    def _find(self, user: User | AnonymousUser) -> Container | int | None:
        if access.role_of(user) is None:
            return NO_ROLE
        key = self.scope["url_route"]["kwargs"]["pk"]
        found = access.visible_containers(user).select_related("pod__host").filter(pk=key).first()
        if found is not None and not access.may_operate(user, found.pod.host):
            return NO_ROLE
        return found

    async def open(self, message: OpenTerminal) -> str:
        """Open a new terminal, or come back to one that runs."""
        size = {"rows": min(max(message.rows, 1), MOST_ROWS), "columns": min(max(message.columns, 1), MOST_COLUMNS)}
        if message.session:
            found = await database_sync_to_async(own_terminal)(self.user, self.container, message.session)
            self.stream = str(found.id)
            await self._say(Attach, window=message.window, **size)
            return self.stream
        try:
            command = shlex.split(message.command)
        except ValueError as error:
            raise Invalid("invalid", f"The command cannot be read: {error}.", field="command") from error
        arguments = {"user": message.user, "command": command, **size}
        arguments |= {"reader": self.reader, "window": message.window}
        asked = await database_sync_to_async(open_terminal)(self.user, self.container, arguments)
        return str(asked.id)

    async def typed_in(self, data: bytes) -> None:
        """Pass keystrokes on, as many as the host worker granted."""
        if not self.opened or len(data) > INPUT_WINDOW or self.typed + len(data) > self.may_type:
            await self.close(UNEXPECTED)
            return
        await self._say(Input, offset=self.typed, data=data)
        self.typed += len(data)

    async def other(self, message: Any) -> None:
        """Take a new size, or the end."""
        if isinstance(message, Resized):
            await self._say(Resize, rows=message.rows, columns=message.columns)
        else:
            self.leaving = "closed"
            await self._say(Leave, why="closed")
