"""The document as a page for people: what is asked how, and what comes back."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from pods.domain.access import role_of
from pods.domain.errors import Denied

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of a shape. ``kind`` is its type in words, ``link`` the shape that it is made of."""

    name: str
    kind: str
    link: str
    description: str
    needed: bool


@dataclass(frozen=True)
class Outcome:
    """One status that may be answered."""

    status: str
    description: str
    kind: str
    link: str


@dataclass(frozen=True)
class Call:
    """One thing that may be asked for."""

    name: str
    method: str
    path: str
    description: str
    parameters: list[Field]
    body: str
    body_link: str
    example: str
    outcomes: list[Outcome]


@dataclass(frozen=True)
class Shape:
    """One shape of what is sent or answered."""

    name: str
    description: str
    fields: list[Field]
    words: list[str]


@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the API's document. Raises Denied for who has no role."""
    if role_of(request.user) is None:
        raise Denied("no_role", "You have no role in podweb yet.", hint="Ask an administrator for one.")
    groups, shapes = contents()
    return render(request, "api/docs.html", {"groups": groups, "shapes": shapes})


@cache
def contents() -> tuple[dict[str, list[Call]], list[Shape]]:
    """Return calls by their group, and the shapes. They are the program's own, so they never change while it runs."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    groups: dict[str, list[Call]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                call = _call(document, path, method, operations[method])
                groups.setdefault(operations[method]["tags"][0], []).append(call)
    return groups, [_shape(name, one) for name, one in sorted(document["components"]["schemas"].items())]


def _call(document: Any, path: str, method: str, operation: dict[str, Any]) -> Call:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body, body_link = kind_of(content.get("schema", {})) if content else ("", "")
    examples: list[dict[str, Any]] = list(content.get("examples", {}).values())
    example = examples[0].get("value") if examples else None
    return Call(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("description", ""),
        parameters=[
            Field(
                one["name"],
                *kind_of(one["schema"]),
                one.get("description", ""),
                needed=bool(one.get("required", False)),
            )
            for one in operation.get("parameters", ())
        ],
        body=body,
        body_link=body_link,
        example=_curl(method, path, example),
        outcomes=list(_outcomes(document, operation)),
    )


def _outcomes(document: Any, operation: dict[str, Any]) -> Iterator[Outcome]:
    for status, response in sorted(operation["responses"].items()):
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]  # noqa: PLW2901
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        yield Outcome(status, response.get("description", ""), *kind_of(schema))


def _curl(method: str, path: str, example: Any) -> str:
    words = ["curl", "-H", "Authorization: Token TOKEN"]
    if method != "get":
        words += ["-X", method.upper()]
    if example is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(example)]
    return shlex.join([*words, f"https://podweb.example{path}"])


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    needed = schema.get("required", ())
    fields = [
        Field(one, *kind_of(kind), kind.get("description", ""), needed=one in needed)
        for one, kind in schema.get("properties", {}).items()
    ]
    description = " ".join(schema.get("description", "").replace("``", "`").split())
    return Shape(name, "" if "enum" in schema else description, fields, [str(word) for word in schema.get("enum", ())])


def kind_of(schema: dict[str, Any]) -> tuple[str, str]:
    """Return a schema in words, and the name of the shape in it to look at ("" for none)."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    for key, between in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")):
        if key in schema:
            kinds = [kind_of(one) for one in schema[key]]
            words = list(dict.fromkeys(words for words, _ in kinds if words))
            return between.join(words), next((link for _, link in kinds if link), "")
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"]), ""
    kind = schema.get("type", "")
    if kind == "array":
        inner, link = kind_of(schema.get("items", {}))
        return f"list of {inner or 'anything'}", link
    if isinstance(kind, list):
        return " or ".join(kind), ""
    limits = (("minimum", "from"), ("maximum", "to"))
    # What fits into 64 bits is no bound that anybody has to know.
    bounds = " ".join(f"{word} {schema[key]}" for key, word in limits if abs(schema.get(key, 2**63)) < 2**62)
    return " ".join(word for word in (kind, schema.get("format", "").removeprefix("int64"), bounds) if word), ""
