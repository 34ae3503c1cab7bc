"""The websocket of a log page."""

import uuid

import msgspec
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser, User

from pods.dispatch.streams import open_log
from pods.domain import access
from pods.messages.streams import LogRequest, Position
from pods.models import Pod
from pods.web.live.consumers import NO_ROLE, NOT_FOUND
from pods.web.live.streams import Granted, Opening, StreamConsumer

MOST_CONTAINERS = 200


class OpenLog(Opening, tag="open", forbid_unknown_fields=True):
    """What a log page asks for; times are seconds since 1970."""

    containers: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None
    tail: int | None = None
    follow: bool = True
    resume: dict[str, Position] = msgspec.field(default_factory=dict)
    markers_after: float = 0.0


class LogConsumer(StreamConsumer):
    """``/ws/pods/PK/logs/``: any role."""

    shapes = OpenLog | Granted

    async def permitted(self, user: User | AnonymousUser) -> int:
        """Any role may read logs of the pods it sees."""
        found = await self._find(user)
        if found is None:
            return NOT_FOUND
        if isinstance(found, int):
            return found
        self.pod = found
        self.slug = found.host.slug
        return 0

    @database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
    def _find(self, user: User | AnonymousUser) -> Pod | int | None:
        if access.role_of(user) is None:
            return NO_ROLE
        key = self.scope["url_route"]["kwargs"]["pk"]
        return access.visible_pods(user).select_related("host").filter(pk=key).first()

    async def open(self, message: OpenLog) -> str:
        """Open the log."""
        stream = uuid.uuid4().hex
        request = LogRequest(
            stream=stream,
            reader=self.reader,
            host=self.slug,
            pod_id=self.pod.engine_id,
            window=message.window,
            containers=message.containers[:MOST_CONTAINERS],
            since=message.since,
            until=message.until,
            tail=message.tail,
            follow=message.follow,
            resume=dict(list(message.resume.items())[:MOST_CONTAINERS]),
            markers_after=message.markers_after,
        )
        await database_sync_to_async(open_log)(self.user, self.pod, request)
        return stream
