"""The tree of cgroups and the namespaces, by the API."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.messages import plain
from pods.messages.questions import Answer, Kind, Question
from pods.models import Pod
from tests.dispatch.hosts import answering
from tests.insight import MIB, POD_PATH, limits, member, node, spaces, tree
from tests.web.api.people import client, get

pytestmark = pytest.mark.django_db
NAMES = ("cgroup-tree", "namespaces")


def reply(question: Question) -> Answer:
    app = node("container", "app", usage=None, unread="It ended.", limits=None)
    pod = node("pod", "web", limits=limits(POD_PATH, memory=64 * MIB))
    found = {Kind.CGROUP_TREE: tree(pod, app), Kind.NAMESPACES: spaces(member("infra", 1), member("app", 2, net=99))}
    return Answer(id=question.id, result=plain(found[question.kind]), at=12.5)


def test_the_tree_has_numbers_limits_and_what_is_in_no_container(web: Pod, victor: User) -> None:
    with answering("alpha", reply):
        answer = get(victor, f"/pods/{web.pk}/cgroup-tree/")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    pod, app = found["nodes"]
    assert (pod["totals"]["cpu"], pod["usage"]["detail"]["memory_anon"]) == (5_000_000_000, 4 * MIB)
    # What is unknown is there, as null, with its reason.
    assert (app["usage"], app["unread"]) == (None, "It ended.")
    (memory,) = [one for one in found["judged"][POD_PATH] if one["name"] == "memory"]
    assert (memory["declared"], memory["kernel"], memory["verdict"]) == (None, 64 * MIB, "not_reported")
    assert found["rest"]["charged"] == 8 * MIB
    assert found["at"] == 12.5


def test_namespaces_have_inodes_and_mismatches(web: Pod, victor: User) -> None:
    with answering("alpha", reply):
        answer = get(victor, f"/pods/{web.pk}/namespaces/")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert [one["inodes"]["net"] for one in found["members"]] == [11, 99]
    (wrong,) = found["mismatches"]
    assert (wrong["code"], wrong["name"]) == ("stale", "app")


@pytest.mark.parametrize("name", NAMES)
def test_they_are_only_read_and_only_by_who_has_a_role(web: Pod, alice: User, mallory: User, name: str) -> None:
    path = f"/api/v1/pods/{web.pk}/{name}/"
    assert client(alice).post(path).status_code == 405
    assert client(mallory).get(path).status_code == 403
    assert Client().get(path).status_code == 401
    assert get(alice, f"/pods/999/{name}/").status_code == 404
    assert get(alice, f"/pods/{web.pk}/{name}/?colour=red").json()["field"] == "colour"


@pytest.mark.parametrize("name", NAMES)
def test_a_host_that_is_silent_is_503(web: Pod, alice: User, name: str) -> None:
    web.host.silent = True
    web.host.save()
    assert get(alice, f"/pods/{web.pk}/{name}/").json()["code"] == "host_silent"


def test_findings_tell_what_is_wrong_and_why_the_pod_is_in_its_state(web: Pod, victor: User, mallory: User) -> None:
    path = f"/pods/{web.pk}/findings/"
    assert get(victor, path).json() == {"reason": None, "findings": []}
    stale = [one.engine_id for one in web.containers.filter(name="app")]
    Pod.objects.update(stale_network=stale, systemd_unit="web.service")
    found = get(victor, path).json()
    assert found["reason"]["text"] == "app lost the pod's network"
    first, second = found["findings"]
    assert (first["code"], first["severity"], first["repair"]) == ("stale_network", "danger", "restart")
    assert (second["code"], second["repair"]) == ("systemd", None)
    assert get(mallory, path).status_code == 403
    assert get(victor, "/pods/999/findings/").status_code == 404
    assert client(victor).post(f"/api/v1/pods/{web.pk}/findings/").status_code == 405
