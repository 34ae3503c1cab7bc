"""The OpenAPI document and its page: complete, sound, and as the messages are."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from pods.domain.filters import FILTERS
from pods.domain.verbs import ON_PODS
from pods.messages.specs import ContainerSpec, PodSpec
from pods.web.api.urls import version_1
from tests.web.api.people import client

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> Any:
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert not GENERATOR_STATS, "drf-spectacular warned of something"
    return made


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


def test_the_document_is_sound_openapi(document: Any) -> None:
    validate_schema(document)  # type: ignore[no-untyped-call]
    assert document["openapi"].startswith("3.1")


def test_every_option_of_a_spec_is_in_the_document(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["NewPod"]["properties"]) == {"host", "start", *PodSpec.__struct_fields__}
    assert set(schemas["NewContainer"]["properties"]) == {"start", *ContainerSpec.__struct_fields__}
    assert set(schemas["NewPod"]["required"]) == {"host", "name"}


def test_every_filter_and_action_is_in_the_document(document: Any) -> None:
    parameters = {one["name"] for one in document["paths"]["/api/v1/pods/"]["get"]["parameters"]}
    assert {*FILTERS, "filter", "q", "host", "fields", "ordering", "page", "page_size", "removed"} == parameters
    for verb in ON_PODS:
        assert f"/api/v1/pods/{{id}}/{verb}/" in document["paths"]


def test_every_address_is_in_the_document(document: Any) -> None:
    def addresses(patterns: Any, prefix: str) -> list[str]:
        found: list[str] = []
        for one in patterns:
            path = prefix + str(one.pattern)
            found += addresses(one.url_patterns, path) if hasattr(one, "url_patterns") else [path]
        return found

    documented = {re.sub(r"\{\w+\}", "X", path) for path in document["paths"]}
    for path in addresses(version_1, "/api/v1/"):
        if "<slug:verb>" not in path:
            assert re.sub(r"<\w+:\w+>", "X", path) in documented


def test_every_operation_says_how_it_fails_and_asking_shows_an_example(document: Any) -> None:
    names = [one["operationId"] for _, _, one in operations(document)]
    assert len(names) == len(set(names))
    for path, method, one in operations(document):
        assert {"400", "401", "403"} <= set(one["responses"]), path
        assert one["description"], path
        if method in {"post", "delete"}:
            assert "503" in one["responses"] or "prune" in path
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        if body and body["schema"].get("properties", True):
            assert body["examples"], path


def test_the_document_is_read_by_who_has_a_role(victor: User, mallory: User) -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert client(mallory).get("/api/schema/").status_code == 403
    answer = client(victor).get("/api/schema/")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert client(victor).post("/api/schema/").status_code == 405


def test_the_page_shows_every_operation_and_shape(document: Any, victor: User, mallory: User) -> None:
    assert Client().get("/api/docs/")["Location"].startswith("/sign-in/")
    browser = Client()
    browser.force_login(mallory)
    assert browser.get("/api/docs/").status_code == 403
    browser.force_login(victor)
    shown = browser.get("/api/docs/")
    assert shown.status_code == 200
    for _, _, one in operations(document):
        assert f'id="{one["operationId"]}"' in shown.content.decode()
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in shown.content.decode()
    assert browser.post("/api/docs/").status_code == 405
