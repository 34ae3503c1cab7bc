"""One pod, and new ones."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.models import Host, Operation, Pod
from tests.control.operations import make_operation
from tests.web.api.people import client, get, post

pytestmark = pytest.mark.django_db


def test_a_pod_shows_the_contracts_fields(web: Pod, victor: User) -> None:
    shown = get(victor, f"/pods/{web.pk}/").json()
    assert shown["name"] == "web"
    assert shown["shares_cgroup"] is True
    assert shown["shares_cgroup_ns"] is False
    assert shown["lock_number"] is None
    assert shown["resource_limits"]["memory_limit"] is None
    assert shown["effective_hostname"] == "web"
    assert len(shown["containers"]) == 2
    assert "stop" in shown["actions"]


def test_who_may_not_see_secrets_gets_them_masked(web: Pod, alice: User, victor: User) -> None:
    assert "hunter2" not in str(get(victor, f"/pods/{web.pk}/").json()["create_command"])
    assert "hunter2" in str(get(alice, f"/pods/{web.pk}/").json()["create_command"])
    make_operation(
        alice, web, verb="add_container", arguments={"spec": {"image": "x", "env": {"DB_PASSWORD": "hunter2"}}}
    )
    assert "hunter2" not in get(victor, "/operations/").content.decode()
    assert "hunter2" in get(alice, "/operations/").content.decode()


def test_a_pod_is_read_and_removed_but_not_written_to(web: Pod, alice: User, mallory: User) -> None:
    path = f"/api/v1/pods/{web.pk}/"
    for answer in (client(alice).put(path), client(alice).patch(path), client(alice).post(path)):
        assert answer.status_code == 405
    assert get(mallory, f"/pods/{web.pk}/").status_code == 403
    assert Client().get(path).status_code == 401
    assert get(alice, "/pods/999/").status_code == 404


def test_a_new_pod_is_asked_for(web: Pod, alice: User) -> None:
    body = {"host": "alpha", "name": "fresh", "start": False, "ports": ["8080:80"], "labels": {"a": "b"}}
    answer = post(alice, "/pods/", body)
    assert answer.status_code == 202, answer.json()
    operation = Operation.objects.get()
    assert answer["Location"].endswith(f"/operations/{operation.pk}/")
    assert operation.arguments["start"] is False
    assert operation.arguments["spec"]["ports"][0]["container_port"] == 80


def test_who_may_not_act_makes_no_pod(web: Pod, victor: User, mallory: User) -> None:
    body = {"host": "alpha", "name": "fresh"}
    assert post(victor, "/pods/", body).status_code == 403
    assert post(mallory, "/pods/", body).status_code == 403
    assert Client().post("/api/v1/pods/", body, content_type="application/json").status_code == 401
    assert not Operation.objects.exists()


def test_a_taken_name_is_409(web: Pod, alice: User) -> None:
    answer = post(alice, "/pods/", {"host": "alpha", "name": "web"})
    assert (answer.status_code, answer.json()["field"]) == (409, "name")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "host"),
        ({"host": ""}, "host"),
        ({"host": 1, "name": "fresh"}, "host"),
        ({"host": "nowhere", "name": "fresh"}, "host"),
        ({"host": "alpha"}, "name"),
        ({"host": "alpha", "name": "a b"}, "name"),
        ({"host": "alpha", "name": {"a": 1}}, "name"),
        ({"host": "alpha", "name": "fresh", "start": "yes"}, "start"),
        ({"host": "alpha", "name": "fresh", "colour": 1}, "colour"),
        ({"host": "alpha", "name": "fresh", "ports": ["80:99999"]}, "ports[0]"),
        ({"host": "alpha", "name": "fresh", "infra": False, "ports": ["80"]}, "ports"),
        ({"host": "alpha", "name": "fresh", "labels": {"a": "\0"}}, "labels"),
    ],
)
def test_bad_input_is_400_with_the_field_named(web: Pod, alice: User, body: Any, field: str) -> None:
    answer = post(alice, "/pods/", body)
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.json()
    assert not Operation.objects.exists()


def test_everything_wrong_with_a_spec_is_said_at_once(web: Pod, alice: User) -> None:
    answer = post(alice, "/pods/", {"host": "alpha", "name": "a b", "ports": ["x"]}).json()
    assert {one["field"] for one in answer["problems"]} == {"name", "ports[0]"}
    assert answer["field"] == "name"


@pytest.mark.parametrize("path", ["/pods/preview/", "/pods/?preview=true"])
def test_a_preview_asks_for_nothing(web: Pod, alice: User, victor: User, host: Host, path: str) -> None:
    for user in (alice, victor):
        shown = post(user, path, {"host": "alpha", "name": "fresh", "ports": ["8080:80"]})
        assert shown.status_code == 200, shown.json()
        assert shown.json()["command"].startswith("podman pod create")
        assert "8080" in shown.json()["command"]
        assert "kind: Pod" in shown.json()["kube"]
        assert "[Pod]" in shown.json()["quadlet"]
        # What its engine would ignore; the tests' host has 4.3.1.
        assert shown.json()["unsupported"]["restart_policy"] == "4.6"
    assert post(alice, path, {"host": "alpha", "name": "a b"}).json()["field"] == "name"
    assert get(alice, "/pods/preview/").status_code == 405
    assert not Operation.objects.exists()
