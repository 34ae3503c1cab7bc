"""The REST API, for each person: works, wrong method, stranger, read-only, missing, bad input."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries

from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod

pytestmark = pytest.mark.django_db
LISTS = ("hosts", "pods", "containers", "operations")


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def client(user: User) -> Client:
    _, token = AuthToken.objects.create(user)
    return Client(headers={"Authorization": f"Token {token}"})


def post(user: User, path: str, body: Any = None) -> Any:
    return client(user).post(path, json.dumps({} if body is None else body), content_type="application/json")


@pytest.mark.parametrize("name", LISTS)
def test_a_viewer_reads_lists(web: Pod, victor: User, name: str) -> None:
    answer = client(victor).get(f"/api/v1/{name}/")
    assert answer.status_code == 200
    assert answer.json()["count"] == {"hosts": 1, "pods": 1, "containers": 2, "operations": 0}[name]


@pytest.mark.parametrize("name", LISTS)
def test_nobody_signed_in_is_401(web: Pod, name: str) -> None:
    answer = Client().get(f"/api/v1/{name}/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("name", LISTS)
def test_without_a_role_is_403(web: Pod, mallory: User, name: str) -> None:
    answer = client(mallory).get(f"/api/v1/{name}/")
    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_not_written_to(web: Pod, alice: User, name: str) -> None:
    assert client(alice).delete(f"/api/v1/{name}/").status_code == 405
    assert client(alice).put(f"/api/v1/{name}/").status_code == 405


def test_a_token_that_was_made_up_is_401(web: Pod) -> None:
    assert Client(headers={"Authorization": "Token made-up"}).get("/api/v1/pods/").status_code == 401


def test_a_session_may_read_but_needs_its_csrf_token_to_act(web: Pod, alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get("/api/v1/pods/").status_code == 200
    assert browser.post(f"/api/v1/pods/{web.pk}/stop/", "{}", content_type="application/json").status_code == 403
    assert not Operation.objects.exists()


def test_a_pod_shows_the_contracts_fields(web: Pod, victor: User) -> None:
    shown = client(victor).get(f"/api/v1/pods/{web.pk}/").json()
    assert shown["name"] == "web"
    assert shown["shares_cgroup"] is True
    assert shown["shares_cgroup_ns"] is False
    assert shown["lock_number"] is None
    assert shown["resource_limits"]["memory_limit"] is None
    assert shown["effective_hostname"] == "web"
    assert len(shown["containers"]) == 2
    assert "stop" in shown["actions"]


def test_acting_is_202_with_the_operation(web: Pod, alice: User) -> None:
    answer = post(alice, f"/api/v1/pods/{web.pk}/stop/", {"timeout": 3})
    assert answer.status_code == 202
    operation = Operation.objects.get()
    assert answer.json()["id"] == str(operation.pk)
    assert answer["Location"].endswith(f"/api/v1/operations/{operation.pk}/")
    assert (operation.state, operation.asked_by, operation.asked_through) == ("asked", alice, "api")


def test_a_viewer_may_not_act(web: Pod, victor: User) -> None:
    answer = post(victor, f"/api/v1/pods/{web.pk}/stop/")
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert not Operation.objects.exists()


def test_what_makes_no_sense_is_409_and_nothing_is_written(web: Pod, alice: User) -> None:
    answer = post(alice, f"/api/v1/pods/{web.pk}/unpause/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not Operation.objects.exists()


@pytest.mark.parametrize("path", ["pods/999/", "pods/999/stop/", "pods/0x1/", "nothing/", "", "pods/1/explode/"])
def test_what_is_not_there_is_a_json_404(web: Pod, alice: User, path: str) -> None:
    method = (
        post(alice, f"/api/v1/{path}") if path.endswith(("stop/", "explode/")) else client(alice).get(f"/api/v1/{path}")
    )
    assert method.status_code == 404
    assert method.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("pods/{pk}/stop/", {"timeout": "soon"}, "timeout"),
        ("pods/{pk}/stop/", {"force": True}, "force"),
        ("pods/{pk}/stop/", [1], "body"),
        ("pods/", {"host": "alpha"}, "name"),
        ("pods/", {"host": "alpha", "name": "a b"}, "name"),
        ("pods/", {"host": "alpha", "name": {"a": 1}}, "name"),
        ("pods/", {"host": "nowhere", "name": "fresh"}, "host"),
        ("pods/", {"host": "alpha", "name": "fresh", "start": "yes"}, "start"),
        ("pods/", {"host": "alpha", "name": "fresh", "colour": 1}, "colour"),
    ],
)
def test_bad_input_is_400_with_the_field_named(web: Pod, alice: User, path: str, body: Any, field: str) -> None:
    answer = post(alice, "/api/v1/" + path.format(pk=web.pk), body)
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.json()
    assert not Operation.objects.exists()


def test_a_body_that_is_no_json_or_too_large_is_400(web: Pod, alice: User) -> None:
    path = f"/api/v1/pods/{web.pk}/stop/"
    broken = client(alice).post(path, "{", content_type="application/json")
    assert (broken.status_code, broken.json()["field"]) == (400, "body")
    large = client(alice).post(path, json.dumps({"x": "y" * 70_000}), content_type="application/json")
    assert (large.status_code, large.json()["field"]) == (400, "body")
    assert client(alice).post(path, "a=b", content_type="application/x-www-form-urlencoded").status_code == 415


def test_a_taken_name_is_409(web: Pod, alice: User) -> None:
    answer = post(alice, "/api/v1/pods/", {"host": "alpha", "name": "web"})
    assert (answer.status_code, answer.json()["field"]) == (409, "name")


def test_a_new_pod_is_asked_for(web: Pod, alice: User) -> None:
    answer = post(alice, "/api/v1/pods/", {"host": "alpha", "name": "fresh", "start": False})
    assert answer.status_code == 202
    arguments = Operation.objects.get().arguments
    assert (arguments["spec"]["name"], arguments["start"]) == ("fresh", False)


@pytest.mark.parametrize("change", [{"silent": True}, {"answering": False}])
def test_an_unreachable_host_is_503_and_nothing_is_written(web: Pod, alice: User, change: dict[str, bool]) -> None:
    Host.objects.update(**change)
    assert post(alice, f"/api/v1/pods/{web.pk}/stop/").status_code == 503
    assert not Operation.objects.exists()


def test_removed_pods_are_listed_only_when_asked_for(web: Pod, victor: User) -> None:
    bring_online("alpha")
    assert client(victor).get("/api/v1/pods/").json()["count"] == 0
    assert client(victor).get("/api/v1/pods/?removed=true").json()["count"] == 1
    assert client(victor).get(f"/api/v1/pods/{web.pk}/").json()["removed_at"] is not None
    assert client(victor).get("/api/v1/pods/?removed=maybe").json()["field"] == "removed"


@pytest.mark.parametrize("name", ["pods", "containers"])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    host: Host, victor: User, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"pod{number}" for number in range(40)]
    bring_online("alpha", *(pod(one) for one in names), containers=tuple(c for n in names for c in members(n, "a")))
    browser = client(victor)
    with django_assert_max_num_queries(6):
        assert browser.get(f"/api/v1/{name}/").status_code == 200
