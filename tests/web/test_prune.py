"""Removing pods that have ended: those chosen, and no others. Groups of operations."""

import uuid

import pytest
from django.contrib.auth.models import User

from pods.models import Host, Operation, Pod
from tests.builders import bring_online, pod
from tests.control.operations import make_operation
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(host: Host) -> list[Pod]:
    states = {"a": "Exited", "b": "Stopped", "c": "Exited", "d": "Running", "e": "Created"}
    bring_online("alpha", *(pod(name, state=state) for name, state in states.items()))
    return list(Pod.objects.order_by("name"))


def test_only_ended_pods_are_offered(ended: list[Pod], alice: User) -> None:
    page = text(browser(alice), "/prune/")
    offered = [one.name for one in ended if f'name="pod" value="{one.pk}"' in page]
    assert offered == ["a", "b", "c"]
    assert "checked" not in page
    assert 'href="/prune/"' in text(browser(alice), "/")


def test_those_chosen_are_removed_and_no_others(ended: list[Pod], alice: User) -> None:
    answer = browser(alice).post("/prune/", {"pod": [ended[0].pk, ended[1].pk]})
    operations = Operation.objects.order_by("pod_name")
    assert [(one.verb, one.pod_name, one.arguments) for one in operations] == [("remove", "a", {}), ("remove", "b", {})]
    group = operations[0].group
    assert (answer.status_code, answer["Location"]) == (302, f"/operations/groups/{group}/")
    page = text(browser(alice), f"/operations/groups/{group}/")
    assert "Remove 2 pods" in page
    assert "2 asked" in page


def test_a_pod_that_runs_by_now_is_left_with_the_reason(ended: list[Pod], alice: User) -> None:
    client = browser(alice)
    answer = client.post("/prune/", {"pod": [ended[0].pk, ended[3].pk]}, follow=True)
    assert [one.pod_name for one in Operation.objects.all()] == ["a"]
    assert "d was left: The pod is running." in answer.content.decode()


def test_none_chosen_removes_none(ended: list[Pod], alice: User) -> None:
    client = browser(alice)
    assert "No pod was chosen" in client.post("/prune/", follow=True).content.decode()
    assert "gone already" in client.post("/prune/", {"pod": ["99999"]}, follow=True).content.decode()
    assert client.post("/prune/", {"pod": ["x"]}).status_code == 400
    assert client.post("/prune/", {"pod": ["1"] * 201}).status_code == 400
    assert not Operation.objects.exists()


def test_a_viewer_is_offered_none_and_removes_none(ended: list[Pod], victor: User, mallory: User) -> None:
    assert "Nothing to prune" in text(browser(victor), "/prune/")
    assert "Prune" not in text(browser(victor), "/")
    browser(victor).post("/prune/", {"pod": [ended[0].pk]})
    assert browser(mallory).get("/prune/").status_code == 403
    assert not Operation.objects.exists()


def test_pods_that_systemd_manages_are_marked(ended: list[Pod], alice: User) -> None:
    Pod.objects.filter(name="a").update(systemd_unit="a.service")
    assert "systemd will act back: a.service" in text(browser(alice), "/prune/")


def test_a_group_is_one_line_among_operations(ended: list[Pod], alice: User) -> None:
    group = uuid.uuid4()
    for one, state in zip(ended[:3], ("done", "failed", "done"), strict=True):
        make_operation(alice, one, verb="remove", group=group, state=state)
    make_operation(alice, ended[3], verb="stop")
    page = text(browser(alice), "/operations/")
    assert page.count("<tr") == 3  # the head, the group, the other
    assert "Remove 3 pods" in page
    assert "2 done" in page
    assert "1 failed" in page
    whole = text(browser(alice), f"/operations/groups/{group}/")
    assert whole.count('class="state-done">done') == 2
    assert browser(alice).get(f"/operations/groups/{uuid.uuid4()}/").status_code == 404
