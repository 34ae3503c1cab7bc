"""``GET pods/ID/timeline/``: what happened to a pod."""

import time
from datetime import UTC, datetime
from typing import cast

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pods.domain import access
from pods.domain.errors import Invalid
from pods.domain.timeline import KINDS, MOST, timeline
from pods.web.api.fields import TEXT, many
from pods.web.api.history import moment

KNOWN = {"from", "to", "kind", "limit"}
USUAL = 100
ENTRY = {
    "type": "object",
    "required": ["at", "kind", "container", "text", "tone", "source", "key", "operation"],
    "properties": {
        "at": {"type": "number", "description": "Seconds since 1970."},
        "kind": {"type": "string", "enum": list(KINDS)},
        "container": {**TEXT, "description": "Its name; empty: the pod itself."},
        "text": TEXT,
        "tone": {"type": "string", "enum": ["info", "good", "bad"]},
        "source": {
            **TEXT,
            "description": "Who said so: podweb, engine, kernel log or cgroup.",
        },
        "key": TEXT,
        "operation": {"type": ["string", "null"]},
    },
}
TIMELINE = {
    "type": "object",
    "required": ["entries", "more"],
    "properties": {"entries": many(ENTRY), "more": {"type": "boolean", "description": "There is more than the limit."}},
}


class PodTimeline(APIView):
    """Operations, events, kills, throttling, limits and health in one list, the newest first."""

    @extend_schema(
        operation_id="read_timeline",
        parameters=[
            OpenApiParameter("from", str, description="Seconds since 1970 or a time with its zone."),
            OpenApiParameter("to", str, description="Likewise."),
            OpenApiParameter("kind", str, enum=KINDS, many=True, explode=False),
            OpenApiParameter("limit", int, description=f"At most so many entries, up to {MOST}; usually {USUAL}."),
        ],
        responses={200: TIMELINE},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return ``{"entries": [{at, kind, container, text, tone, source, key, operation}], "more"}``."""
        pod = get_object_or_404(access.visible_pods(request.user), pk=pk)
        query = request.query_params.dict()
        for name in query:
            if name not in KNOWN:
                message = f"There is no such parameter. Known: {', '.join(sorted(KNOWN))}."
                raise Invalid("unknown_field", message, field=name[:40])
        kinds = [one for one in query.get("kind", "").split(",") if one] or list(KINDS)
        for kind in kinds:
            if kind not in KINDS:
                raise Invalid("invalid", f"There is no kind {kind[:40]!r}.", field="kind", hint=", ".join(KINDS))
        limit = query.get("limit", str(USUAL))
        if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 1 <= int(limit) <= MOST):
            raise Invalid("invalid", f"limit must be between 1 and {MOST}.", field="limit")
        start, end = (_time(query, name) for name in ("from", "to"))
        user = cast(User, request.user)
        found = timeline(user, pod, start=start, end=end, kinds=kinds, limit=int(limit) + 1)
        entries = [
            {
                "at": entry.at.timestamp(),
                "kind": entry.kind,
                "container": entry.subject,
                "text": entry.text,
                "tone": entry.tone,
                "source": entry.source,
                "key": entry.key,
                "operation": None if entry.operation is None else str(entry.operation.pk),
            }
            for entry in found[: int(limit)]
        ]
        return Response({"entries": entries, "more": len(found) > int(limit)})


def _time(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    seconds = moment(query[name], name)
    if seconds > time.time() + 10**9:
        raise Invalid("invalid", f"{name} is too far away.", field=name)
    return datetime.fromtimestamp(seconds, UTC)
