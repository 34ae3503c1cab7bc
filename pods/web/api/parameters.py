"""Query parameters, described once for the document."""

from collections.abc import Iterable

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from pods.domain.filters import CONTAINER_STATES, STATUSES

FIELDS = OpenApiParameter("fields", str, description="Only these fields, with commas between them: `id,name,state`.")
REMOVED = OpenApiParameter("removed", bool, description="Also what no longer exists.")
WAIT = OpenApiParameter(
    "wait",
    OpenApiTypes.NUMBER,
    description=(
        "Hold the answer until the operation ended, at most so many seconds (0 to 60): "
        "200 or 201 with the outcome then, 202 when it has not ended."
    ),
)
PREVIEW = OpenApiParameter("preview", bool, description="Only say what it would be; ask for nothing.")
FORCE = OpenApiParameter("force", bool, description="Also a pod in which something runs.")
GRACE = OpenApiParameter("timeout", int, description="Seconds until what does not end is killed.")


def ordering(names: Iterable[str]) -> OpenApiParameter:
    """Return the parameter that orders a list by one of ``names``."""
    words = [word for name in names for word in (name, f"-{name}")]
    return OpenApiParameter("ordering", str, enum=words, description="The order of the list; `-` turns it round.")


def several(name: str, description: str, *, enum: Iterable[str] = (), example: str = "") -> OpenApiParameter:
    """Return a parameter that may be there several times."""
    return OpenApiParameter(
        name,
        str,
        many=True,
        enum=tuple(enum) or None,
        description=description,
        examples=[OpenApiExample(example, value=[example])] if example else (),
    )


POD_FILTERS = [
    OpenApiParameter("q", str, description="Every word has to occur in names, id, labels, images or unit."),
    several("host", "The host's slug."),
    several(
        "filter",
        "`KEY=VALUE` as of `podman pod ps --filter`, for every key below. All keys have to hold; of one key's values "
        "any, but all of `label`.",
        example="label=app=shop",
    ),
    several("id", "The beginning of the id, or a regular expression."),
    several("name", "A regular expression (RE2) that matches anywhere in the name.", example="^web"),
    several("status", "The pod's state.", enum=STATUSES),
    several("label", "`KEY` or `KEY=VALUE`; with an asterisk KEY is a glob.", example="app=shop"),
    several("label!", "Pods that do not have all of these labels."),
    several("ctr-ids", "The beginning of a container's id, or a regular expression."),
    several("ctr-names", "A regular expression (RE2) on a container's name."),
    several("ctr-number", "How many containers it has; as in Podman, the infra container counts."),
    several("ctr-status", "The state of any of its containers.", enum=CONTAINER_STATES),
    several("network", "The name of a network that it is on."),
    OpenApiParameter("until", str, description="Created before: `24h` ago, a time, or seconds since 1970."),
]
