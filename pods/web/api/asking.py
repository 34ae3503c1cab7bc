"""What query strings may say, read strictly: what is not understood is refused, not ignored."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from pods.dispatch.waiting import LONGEST_WAIT
from pods.domain.errors import Invalid

AnyModel = TypeVar("AnyModel", bound=Model)
# Understood by every list. ``format`` is Django REST Framework's own.
COMMON = ("page", "page_size", "fields", "ordering", "format")
NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


def lists(request: Request) -> dict[str, list[str]]:
    """Return the query string's names with all their values."""
    return {name: list(values) for name, values in request.query_params.lists()}


def require_known(request: Request, known: Iterable[str]) -> None:
    """Raises Invalid naming a parameter that means nothing here: a misspelt filter must not be dropped silently."""
    names = {*known, "format"}
    for name in request.query_params:
        if name not in names:
            hint = f"Known: {', '.join(sorted(names))}."
            raise Invalid("unknown_field", "There is no such parameter.", field=printable(name), hint=hint)


def printable(text: str) -> str:
    """Return the beginning of a name that somebody sent, fit to be shown."""
    return ascii(text[:40])[1:-1]


def flag(request: Request, name: str) -> bool:
    """Return a parameter that is true or false, false when it is not there; raises Invalid."""
    word = request.query_params.get(name, "false")
    if word not in {"true", "false"}:
        raise Invalid("invalid", f"{name} must be true or false.", field=name)
    return word == "true"


def whole(request: Request, name: str) -> int | None:
    """Return a parameter that is a whole number in digits, None when it is not there; raises Invalid."""
    word = request.query_params.get(name)
    if word is None:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise Invalid("invalid", f"{name} must be a whole number.", field=name)
    return int(word)


def wait_seconds(request: Request) -> float:
    """Return for how long the answer shall be held, 0 when nothing is said of it; raises Invalid."""
    word = request.query_params.get("wait", "0")
    if not NUMBER.fullmatch(word) or float(word) > LONGEST_WAIT:
        raise Invalid("invalid", f"wait must be a number of seconds from 0 to {LONGEST_WAIT:.0f}.", field="wait")
    return float(word)


def ordered(
    rows: QuerySet[AnyModel], request: Request, orderings: Mapping[str, Sequence[str]], usual: str
) -> QuerySet[AnyModel]:
    """Return ``rows`` in the order that is asked for (``-`` in front turns it round); raises Invalid.

    The key breaks ties in the same direction, so that an index serves both and pages do not overlap.
    """
    word = request.query_params.get("ordering") or usual
    name = word.removeprefix("-")
    if name not in orderings:
        words = ", ".join(orderings)
        raise Invalid("invalid", "Lists cannot be ordered by this.", field="ordering", hint=f"By {words}, or -{name}.")
    fields = [*orderings[name], "pk"]
    return rows.order_by(*(f"-{field}" if word.startswith("-") else field for field in fields))


def sparse(request: Request, known: Iterable[str]) -> set[str] | None:
    """Return the fields that are asked for by ``?fields=a,b``, None for all; raises Invalid."""
    words = [word for value in request.query_params.getlist("fields") for word in value.split(",") if word]
    if not words:
        return None
    names = tuple(known)
    for word in words:
        if word not in names:
            message = f"There is no field {printable(word)}."
            raise Invalid("unknown_field", message, field="fields", hint=f"Known: {', '.join(names)}.")
    return set(words)


def body(request: Request) -> dict[str, Any]:
    """Return the body, a JSON object; an absent one is empty. Raises Invalid."""
    if not isinstance(request.data, dict):
        raise Invalid("invalid", "The body must be a JSON object.", field="body")
    return request.data
