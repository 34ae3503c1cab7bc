"""The typed shapes of everything that crosses a process. Imported by both columns, imports none of podweb's code.

All shapes are frozen ``msgspec.Struct``s and travel as JSON. ``encode`` and ``decode`` are the only two ways in
and out: a message that does not fit its shape raises ``msgspec.ValidationError`` at the receiver's edge.
"""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def encode(message: msgspec.Struct) -> dict[str, Any]:
    """Return the message as plain JSON types, ready to be a Celery argument."""
    built: dict[str, Any] = plain(message)
    return built


def plain(value: object) -> Any:
    """Return ``value`` as it reads back from JSON: a tuple becomes a list, so that equal is equal to a JSON column."""
    return msgspec.json.decode(msgspec.json.encode(value))


def decode(raw: object, shape: type[T]) -> T:
    """Return ``raw`` (plain JSON types) as ``shape``; raises ``msgspec.ValidationError`` naming the bad field."""
    return msgspec.convert(raw, shape)
