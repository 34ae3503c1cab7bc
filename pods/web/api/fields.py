"""JSON columns with the shape that they have, for the document; what they show is what the row holds."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


def shaped(schema: dict[str, Any]) -> type[serializers.JSONField]:
    """Return a JSON field whose schema is ``schema``."""
    made: type[serializers.JSONField] = extend_schema_field(schema)(type("Shaped", (serializers.JSONField,), {}))
    return made


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return ``schema`` or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def many(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a list of ``schema``."""
    return {"type": "array", "items": schema}


TEXT = {"type": "string"}
TextList = shaped(many(TEXT))
TextMap = shaped({"type": "object", "additionalProperties": TEXT})
AnyObject = shaped({"type": "object", "additionalProperties": {}})
