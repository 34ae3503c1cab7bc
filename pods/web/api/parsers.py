"""JSON as it may come in: nothing that the database, the broker or the engine could not carry further."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from pods.domain.errors import Invalid

LARGEST = 2**63 - 1
DEEPEST = 40


class SoundJSONParser(JSONParser):
    """Refuses NUL, lone surrogates, numbers beyond 64 bits and what is nested too deeply."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the plain value; raises ParseError or Invalid, both answered with 400."""
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - it is nested too deeply") from error
        check(value)
        return value


def check(value: Any, field: str = "body", depth: int = 0) -> None:
    """Raises Invalid naming the outermost field with something in it that cannot be carried."""
    if depth > DEEPEST:
        raise Invalid("invalid", f"It is nested more than {DEEPEST} deep.", field=field)
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= one <= "\udfff" for one in value)):
        raise Invalid("invalid", "Text must be Unicode without NUL.", field=field)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Invalid("invalid", "A number is beyond 64 bits.", field=field)
    if isinstance(value, list):
        for item in value:
            check(item, field, depth + 1)
    if isinstance(value, dict):
        for key, item in value.items():
            check(key, field, depth + 1)
            check(item, key[:40] if depth == 0 else field, depth + 1)
