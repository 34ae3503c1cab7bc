"""What belongs to one pod: containers, and what only its host can tell now."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.messages import plain
from pods.messages.operations import CgroupAnswer
from pods.messages.questions import Answer, Kind, Processes, Question
from pods.models import Operation, Pod
from tests.dispatch.hosts import answering
from tests.insight import spaces, tree
from tests.web.api.people import client, get, post

pytestmark = pytest.mark.django_db
QUESTIONS = ("cgroup", "top", "inspect", "kube")
YAML = (
    "spec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n      value: hunter2\n    - name: TZ\n      value: UTC\n"
)
RESULTS: dict[Kind, dict[str, Any]] = {
    Kind.CGROUP: plain(CgroupAnswer(cgroup_path="/a", infra_cgroup_path=None, source="inspect")),
    Kind.TOP: plain(Processes(titles=("PID", "COMMAND"), containers={"c": (("1", "app --password=hunter2"),)})),
    Kind.INSPECT: {"pod": {"Id": "x"}, "containers": {"c": {"Config": {"Env": ["TOKEN=hunter2"]}}}, "left_out": []},
    Kind.KUBE: {"yaml": YAML},
    Kind.CGROUP_TREE: plain(tree()),
    Kind.NAMESPACES: plain(spaces()),
}


def reply(question: Question) -> Answer:
    return Answer(id=question.id, result=RESULTS[question.kind], at=12.5)


def test_the_host_is_asked_and_its_answer_shown(web: Pod, alice: User) -> None:
    with answering("alpha", reply):
        shown = {name: get(alice, f"/pods/{web.pk}/{name}/") for name in QUESTIONS}
    assert {answer.status_code for answer in shown.values()} == {200}
    assert {answer.json()["at"] for answer in shown.values()} == {12.5}
    assert shown["cgroup"].json()["cgroup_path"] == "/a"
    assert shown["top"].json()["containers"] == {"c": [["1", "app --password=hunter2"]]}
    assert shown["inspect"].json()["containers"]["c"]["Config"]["Env"] == ["TOKEN=hunter2"]
    assert shown["kube"].json()["yaml"] == YAML


def test_who_may_not_see_secrets_gets_answers_masked(web: Pod, victor: User) -> None:
    with answering("alpha", reply):
        shown = {name: get(victor, f"/pods/{web.pk}/{name}/") for name in QUESTIONS}
    assert {answer.status_code for answer in shown.values()} == {200}
    for answer in shown.values():
        assert "hunter2" not in answer.content.decode()
    assert "value: UTC" in shown["kube"].json()["yaml"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_only_read_and_only_by_who_has_a_role(web: Pod, alice: User, mallory: User, name: str) -> None:
    path = f"/api/v1/pods/{web.pk}/{name}/"
    assert client(alice).post(path).status_code == 405
    assert client(alice).delete(path).status_code == 405
    assert client(mallory).get(path).status_code == 403
    assert Client().get(path).status_code == 401
    assert get(alice, f"/pods/999/{name}/").status_code == 404
    assert get(alice, f"/pods/{web.pk}/{name}/?colour=red").json()["field"] == "colour"


@pytest.mark.parametrize(("code", "status"), [("not_found", 404), ("no_pod_cgroup", 409), ("engine_unreachable", 503)])
def test_what_the_host_cannot_answer_is_said(web: Pod, alice: User, code: str, status: int) -> None:
    with answering("alpha", lambda one: Answer(id=one.id, error=code, message="No.", engine="words")):
        answer = get(alice, f"/pods/{web.pk}/cgroup/")
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": "No.", "engine": "words"})


def test_the_containers_of_a_pod(web: Pod, victor: User, mallory: User) -> None:
    answer = get(victor, f"/pods/{web.pk}/containers/?ordering=name")
    assert [one["name"] for one in answer.json()["results"]] == ["app", "infra"]
    assert get(victor, f"/containers/?pod={web.pk}").json()["count"] == 2
    assert get(mallory, f"/pods/{web.pk}/containers/").status_code == 403
    assert get(victor, "/pods/999/containers/").status_code == 404
    assert client(victor).put(f"/api/v1/pods/{web.pk}/containers/").status_code == 405


def test_a_container_is_asked_for(web: Pod, alice: User, victor: User) -> None:
    path = f"/pods/{web.pk}/containers/"
    body = {"image": "docker.io/library/nginx", "name": "nginx", "env": {"TZ": "UTC"}, "start": False}
    assert post(victor, path, body).status_code == 403
    assert post(alice, "/pods/999/containers/", body).status_code == 404
    assert post(alice, path, {}).json()["field"] == "image"
    assert post(alice, path, body | {"start": 1}).json()["field"] == "start"
    assert post(alice, path, body | {"colour": 1}).json()["field"] == "colour"
    shown = post(victor, f"{path}?preview=true", body)
    assert (shown.status_code, shown.json()["command"][:13]) == (200, "podman create")
    assert not Operation.objects.exists()
    answer = post(alice, path, body)
    assert answer.status_code == 202, answer.json()
    operation = Operation.objects.get()
    assert (operation.verb, operation.pod, operation.arguments["start"]) == ("add_container", web, False)
    assert operation.arguments["spec"]["env"] == {"TZ": "UTC"}


def test_a_clone_is_what_would_make_the_same_pod(web: Pod, alice: User, victor: User, mallory: User) -> None:
    shown = get(alice, f"/pods/{web.pk}/clone/")
    assert shown.status_code == 200, shown.json()
    assert (shown.json()["host"], shown.json()["labels"]["app"]) == ("alpha", "shop")
    assert "hunter2" in shown.content.decode()
    assert "hunter2" not in get(victor, f"/pods/{web.pk}/clone/").content.decode()
    assert get(mallory, f"/pods/{web.pk}/clone/").status_code == 403
    assert get(alice, "/pods/999/clone/").status_code == 404
    assert client(alice).post(f"/api/v1/pods/{web.pk}/clone/").status_code == 405
    # It is a body for a new pod, once it has another name.
    assert post(alice, "/pods/", shown.json() | {"name": "other"}).status_code == 202
