"""Actions on a pod: 202 with the operation, or nothing was asked for."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.web.api.people import client, delete, get, post

pytestmark = pytest.mark.django_db
ACTS = ("stop/", "restart/", "pause/", "kill/", "start_infra/", "infra/start/", "look_up_cgroup/", "remove/")


def test_acting_is_202_with_the_operation(web: Pod, alice: User) -> None:
    answer = post(alice, f"/pods/{web.pk}/stop/", {"timeout": 3})
    assert answer.status_code == 202
    operation = Operation.objects.get()
    assert answer.json()["id"] == str(operation.pk)
    assert answer.json()["warning"] is None
    assert answer["Location"].endswith(f"/api/v1/operations/{operation.pk}/")
    assert (operation.state, operation.asked_by, operation.asked_through) == ("asked", alice, "api")


@pytest.mark.parametrize("path", ACTS)
def test_every_action_is_asked_for_without_a_body(web: Pod, alice: User, path: str) -> None:
    # As curl -X POST does it: nothing is sent, and nothing said of its type.
    answer = client(alice).generic("POST", f"/api/v1/pods/{web.pk}/{path}", content_type="")
    assert answer.status_code == 202, answer.json()
    verb = {"infra/start/": "start_infra"}.get(path, path.rstrip("/"))
    assert Operation.objects.get().verb == answer.json()["verb"] == verb


@pytest.mark.parametrize("path", ACTS)
def test_actions_are_not_read(web: Pod, alice: User, path: str) -> None:
    assert get(alice, f"/pods/{web.pk}/{path}").status_code == 405
    assert client(alice).put(f"/api/v1/pods/{web.pk}/{path}").status_code == 405


@pytest.mark.parametrize("path", ACTS)
def test_a_viewer_may_not_act_and_a_stranger_is_told_nothing(web: Pod, victor: User, mallory: User, path: str) -> None:
    answer = post(victor, f"/pods/{web.pk}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert post(mallory, f"/pods/{web.pk}/{path}").status_code == 403
    assert Client().post(f"/api/v1/pods/{web.pk}/{path}").status_code == 401
    assert not Operation.objects.exists()


@pytest.mark.parametrize("path", [*ACTS, "explode/", "create/", "add_container/"])
def test_a_pod_or_action_that_there_is_not_is_404(web: Pod, alice: User, path: str) -> None:
    assert post(alice, f"/pods/999/{path}").json()["code"] == "not_found"
    assert post(alice, f"/pods/{10**30}/{path}").status_code == 404
    if path not in ACTS:
        assert post(alice, f"/pods/{web.pk}/{path}").json()["code"] == "not_found"


def test_a_session_may_read_but_needs_its_csrf_token_to_act(web: Pod, alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get("/api/v1/pods/").status_code == 200
    assert browser.post(f"/api/v1/pods/{web.pk}/stop/", "{}", content_type="application/json").status_code == 403
    assert not Operation.objects.exists()


def test_what_makes_no_sense_is_409_and_nothing_is_written(web: Pod, alice: User) -> None:
    answer = post(alice, f"/pods/{web.pk}/unpause/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("stop/", {"timeout": "soon"}, "timeout"),
        ("stop/", {"timeout": 10**400}, "timeout"),
        ("stop/", {"force": True}, "force"),
        ("stop/", {"a\0b": True}, "body"),
        ("stop/", [1], "body"),
        ("stop/", "x", "body"),
        ("kill/", {"signal": "SIGNOPE"}, "signal"),
        ("kill/", {"signal": ["SIGTERM"]}, "signal"),
        ("kill/", {"signal": "\ud800"}, "signal"),
        ("remove/", {"force": 1}, "force"),
        ("stop/?wait=61", {}, "wait"),
        ("stop/?wait=-1", {}, "wait"),
        ("stop/?wait=1e1", {}, "wait"),
        ("stop/?colour=red", {}, "colour"),
    ],
)
def test_bad_input_is_400_with_the_field_named(web: Pod, alice: User, path: str, body: Any, field: str) -> None:
    answer = post(alice, f"/pods/{web.pk}/{path}", body)
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.json()
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    "body", ["{", "[" * 20_000, '{"timeout": NaN}', '"\\ud800"', '{"timeout": ' + "9" * 5000 + "}"]
)
def test_a_body_that_is_no_sound_json_is_400(web: Pod, alice: User, body: str) -> None:
    answer = client(alice).post(f"/api/v1/pods/{web.pk}/stop/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_a_body_that_is_too_large_or_no_json_is_refused(web: Pod, alice: User) -> None:
    path = f"/api/v1/pods/{web.pk}/stop/"
    large = client(alice).post(path, json.dumps({"x": "y" * 70_000}), content_type="application/json")
    assert (large.status_code, large.json()["field"]) == (400, "body")
    assert client(alice).post(path, "a=b", content_type="application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize("change", [{"silent": True}, {"answering": False}])
def test_an_unreachable_host_is_503_and_nothing_is_written(web: Pod, alice: User, change: dict[str, bool]) -> None:
    Host.objects.update(**change)
    assert post(alice, f"/pods/{web.pk}/stop/").status_code == 503
    assert delete(alice, f"/pods/{web.pk}/").status_code == 503
    assert not Operation.objects.exists()


def test_deleting_asks_for_the_removal(web: Pod, alice: User, victor: User) -> None:
    assert delete(victor, f"/pods/{web.pk}/").status_code == 403
    assert delete(alice, "/pods/999/").status_code == 404
    assert delete(alice, f"/pods/{web.pk}/?force=yes").json()["field"] == "force"
    assert delete(alice, f"/pods/{web.pk}/?timeout=0").json()["field"] == "timeout"
    assert not Operation.objects.exists()
    answer = delete(alice, f"/pods/{web.pk}/?force=true&timeout=5")
    assert answer.status_code == 202
    operation = Operation.objects.get()
    assert (operation.verb, operation.arguments) == ("remove", {"force": True, "timeout": 5})


def test_acting_on_what_systemd_manages_warns_that_it_acts_back(host: Host, alice: User) -> None:
    unit = {"PODMAN_SYSTEMD_UNIT": "pod-shop.service"}
    bring_online("alpha", pod("shop"), containers=members("shop", "app", labels=unit))
    shop = Pod.objects.get()
    assert get(alice, f"/pods/{shop.pk}/").json()["systemd_unit"] == "pod-shop.service"
    assert "pod-shop.service" in post(alice, f"/pods/{shop.pk}/stop/").json()["warning"]
    assert "pod-shop.service" in delete(alice, f"/pods/{shop.pk}/?force=true").json()["warning"]


def test_pruning_takes_the_chosen_ended_pods_alone(host: Host, alice: User, victor: User) -> None:
    bring_online("alpha", pod("old", state="Exited"), pod("older", state="Exited"), pod("new"))
    keys = {one.name: one.pk for one in Pod.objects.all()}
    assert post(victor, "/pods/prune/", {"pods": [keys["old"]]}).status_code == 403
    assert get(alice, "/pods/prune/").status_code == 405
    answer = post(alice, "/pods/prune/", {"pods": [keys["old"], keys["new"], 999, keys["old"]]})
    assert answer.status_code == 202
    by_pod = {one["pod"]: one for one in answer.json()["results"]}
    assert by_pod[keys["old"]]["operation"]["verb"] == "remove"
    assert by_pod[keys["new"]]["problem"]["code"] == "wrong_state"
    assert by_pod[999]["problem"]["code"] == "not_found"
    operation = Operation.objects.get()
    assert (operation.pod_id, str(operation.group)) == (keys["old"], answer.json()["group"])


@pytest.mark.parametrize("body", [{}, {"pods": "all"}, {"pods": [True]}, {"pods": [1.5]}, {"pods": list(range(201))}])
def test_pruning_takes_a_list_of_ids(web: Pod, alice: User, body: Any) -> None:
    answer = post(alice, "/pods/prune/", body)
    assert (answer.status_code, answer.json()["field"]) == (400, "pods")
    assert post(alice, "/pods/prune/", {"pods": [], "all": True}).json()["field"] == "all"
