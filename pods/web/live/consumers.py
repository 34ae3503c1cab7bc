"""One open page: forwards what host workers and the control worker send, encoding nothing per viewer."""

import asyncio
import json
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore

from pods.dispatch.looks import look
from pods.domain import access
from pods.domain.changes import counts_of
from pods.messages.names import changes_group, live_group
from podweb.consumers import Feed

# Close codes of our own.
UNEXPECTED = 4400
SIGNED_OUT = 4401
NO_ROLE = 4403
NOT_FOUND = 4404
LAGGED = 4008  # the page reads everything again and comes back
LOOK_AGAIN_EVERY = 5.0  # seconds: new hosts, withdrawn rights, ended sessions


async def user_now(scope: dict[str, Any]) -> User | AnonymousUser:
    """Return who the reader is by now: the scope's own session remembers what it was at the handshake."""
    session = SessionStore(scope["session"].session_key)
    user: User | AnonymousUser = await get_user({**scope, "session": session})
    return user


class Nowhere(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Any other address."""

    async def connect(self) -> None:
        """Refuse before accept."""
        await self.close(NOT_FOUND)


class LiveConsumer(Feed):
    """``/ws/live/``: ticks and changes of every host that the reader may see; ``?pod=ENGINE_ID`` only that pod's ticks,
    with details.

    Sends ``{"type": "joined", "changes"}`` first: nothing that changes after these counts (as a page carries them,
    ``Host.changes`` as ``slug:count``) will be missed. Then ``{"type": "tick", "host", "at", "pods": {engine id:
    PodUsage}}`` and ``{"type": "changes", "host", "pods", "states", "all"}``. Takes nothing. Closes with a code of this
    module.
    """

    watching: asyncio.Task[None] | None = None
    only = ""

    async def connect(self) -> None:
        """Let in whoever has a role; refuse before accept otherwise."""
        query = self.scope["query_string"].decode("latin-1")
        self.only = query.removeprefix("pod=") if query.startswith("pod=") else ""
        code = await self._look()
        if code:
            await self.close(code)
            return
        await self.accept()
        await self.send(json.dumps({"type": "joined", "changes": await changes_for(self.scope["user"])}))
        self.watching = asyncio.create_task(self._keep_looking())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run to the end, however it comes, and stop looking."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.watching is not None:
                self.watching.cancel()

    async def _look(self) -> int:
        """Join what the reader may see now and leave the rest; returns the code to close with, or 0."""
        user = await user_now(self.scope)
        if not user.is_authenticated:
            return SIGNED_OUT
        slugs = await slugs_for(user)
        if slugs is None:
            return NO_ROLE
        groups = {group(slug) for slug in slugs for group in (live_group, changes_group)}
        for group in groups - self.joined:
            await self.join(group)
        for group in self.joined - groups:
            await self.leave(group)
        if self.only:
            await ask_for_details(user, self.only)
        return 0

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_EVERY)
            code = await self._look()
            if code:
                await self.close(code)
                return

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        """Nothing is expected from a page."""
        await self.close(UNEXPECTED)

    async def live_tick(self, message: dict[str, Any]) -> None:
        """Forward one tick: its pods are JSON text already and are only strung together."""
        pods: dict[str, str] = message["pods"]
        if self.only:
            pods = {self.only: pods[self.only]} if self.only in pods else {}
        body = ",".join([f'"{pod}":{usage}' for pod, usage in pods.items()])
        await self.send(f'{{"type":"tick","host":"{message["host"]}","at":{message["at"]},"pods":{{{body}}}}}')

    async def live_changes(self, message: dict[str, Any]) -> None:
        """Forward which rows changed."""
        await self.send(json.dumps(message | {"type": "changes"}))

    async def layer_lagged(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        """End a connection that did not keep up, instead of leaving a gap in it."""
        await self.close(LAGGED)


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def slugs_for(user: Any) -> list[str] | None:
    """Return the hosts that the user may see; None without a role."""
    if access.role_of(user) is None:
        return None
    return list(access.visible_hosts(user).values_list("slug", flat=True))


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def changes_for(user: Any) -> str:
    """Return the counts of changes of the hosts that the user may see, as a page carries them."""
    return counts_of(access.visible_hosts(user))


ask_for_details = database_sync_to_async(look)
