"""``GET pods/ID/history/``: what a pod used over time."""

import time
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pods.domain import access
from pods.domain.errors import Invalid
from pods.domain.history import Request as Wanted
from pods.domain.history import history
from pods.messages.samples import METRICS
from pods.web.api.fields import TEXT, many

KNOWN = {"metric", "from", "to", "points", "container"}
USUAL_POINTS = 300
USUAL_SPAN = 3600  # seconds
POINT = {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 3, "maxItems": 3}
LINE = {
    "type": "object",
    "required": ["metric", "container", "unit", "points"],
    "properties": {
        "metric": TEXT,
        "container": TEXT,
        "unit": TEXT,
        "points": {**many(POINT), "description": "When it begins, average, maximum; null where nothing is known."},
    },
}
HISTORY = {
    "type": "object",
    "required": ["from", "to", "step", "resolution", "lines"],
    "properties": {
        **{name: {"type": "integer", "description": "Seconds."} for name in ("from", "to", "step", "resolution")},
        "lines": many(LINE),
    },
}


class PodHistory(APIView):
    """Averages and maxima of a pod and of the pods that had its name before it."""

    @extend_schema(
        operation_id="read_history",
        parameters=[
            OpenApiParameter("metric", str, required=True, enum=METRICS, many=True, explode=False),
            OpenApiParameter(
                "from", str, description="Seconds since 1970 or a time with its zone; usually an hour ago."
            ),
            OpenApiParameter("to", str, description="Likewise; usually now."),
            OpenApiParameter("points", int, description=f"At most so many points; usually {USUAL_POINTS}."),
            OpenApiParameter(
                "container", str, description="A container's name, or `*` for each; else the pod's cgroup."
            ),
        ],
        responses={200: HISTORY},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return ``{from, to, step, resolution, lines: [{metric, container, unit, points: [[at, average, max]]}]}``."""
        pod = get_object_or_404(access.visible_pods(request.user), pk=pk)
        now = time.time()
        found = history(pod, wanted(request.query_params.dict(), now), now=now)
        lines: list[dict[str, Any]] = [
            {"metric": one.metric, "container": one.container, "unit": one.unit, "points": one.points}
            for one in found.lines
        ]
        times = {"from": found.start, "to": found.end, "step": found.step, "resolution": found.resolution}
        return Response({**times, "lines": lines})


def wanted(query: dict[str, str], now: float) -> Wanted:
    """Return what the query asks for. Raises Invalid, naming the parameter."""
    for name in query:
        if name not in KNOWN:
            raise Invalid(
                "unknown_field", f"There is no such parameter. Known: {', '.join(sorted(KNOWN))}.", field=name[:40]
            )
    end = moment(query["to"], "to") if "to" in query else int(now)
    start = moment(query["from"], "from") if "from" in query else end - USUAL_SPAN
    points = query.get("points", str(USUAL_POINTS))
    if not (points.isascii() and points.isdigit() and len(points) < 10):
        raise Invalid("invalid", "points must be a whole number.", field="points")
    metrics = tuple(dict.fromkeys(one.strip() for one in query.get("metric", "").split(",") if one.strip()))
    return Wanted(metrics, start, end, int(points), query.get("container", ""))


def moment(text: str, field: str) -> int:
    """Return seconds since 1970 from such a number, or from an ISO 8601 time with its zone. Raises Invalid."""
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    hint = "Seconds since 1970, or ISO 8601 with a zone: 2026-11-01T10:00:00Z."
    try:
        # A plus sign that was not escaped in the address arrives as a space.
        parsed = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise Invalid("invalid", f"{field} is no time.", field=field, hint=hint)
    return int(parsed.timestamp())
