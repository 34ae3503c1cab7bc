"""One action on several pods: what is listed before, and what is asked for."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User

from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.web.test_pages import HTMX, browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(host: Host) -> list[Pod]:
    states = {"a": "Running", "b": "Exited", "c": "Running"}
    containers = [
        *members("a", "app"),
        *members("b", "old", state="exited"),
        *members("c", "app", "db"),
    ]
    bring_online("alpha", *(pod(name, state=state) for name, state in states.items()), containers=tuple(containers))
    return list(Pod.objects.order_by("name"))


def address(verb: str, pods: list[Pod]) -> str:
    return "/bulk/?" + urlencode([("verb", verb), *(("pod", one.pk) for one in pods)])


def test_the_confirmation_lists_what_stops_and_what_is_left(three: list[Pod], alice: User) -> None:
    page = text(browser(alice), address("stop", three))
    assert "Stop 2 pods?" in page
    assert "5 containers in 2 pods" in page
    assert "db running" in page
    assert "Nothing in the pod runs." in page
    assert [one.name for one in three if f'name="pod" value="{one.pk}"' in page] == ["a", "c"]
    assert not Operation.objects.exists()


def test_removal_says_how_much_goes(three: list[Pod], alice: User) -> None:
    page = text(browser(alice), address("remove", three))
    assert "removes the pods with 7 containers and their anonymous volumes" in page
    assert "Left as" not in page


def test_each_fitting_pod_gets_an_operation_of_one_group(three: list[Pod], alice: User) -> None:
    answer = browser(alice).post("/bulk/", {"verb": "stop", "pod": [one.pk for one in three]}, follow=True)
    operations = Operation.objects.order_by("pod_name")
    assert [(one.verb, one.pod_name, one.asked_through) for one in operations] == [
        ("stop", "a", "page"),
        ("stop", "c", "page"),
    ]
    assert len({one.group for one in operations}) == 1
    assert answer.redirect_chain == [(f"/operations/groups/{operations[0].group}/", 302)]
    assert "b was left: Nothing in the pod runs." in answer.content.decode()


def test_removal_is_by_force_for_what_runs_was_listed(three: list[Pod], alice: User) -> None:
    browser(alice).post("/bulk/", {"verb": "remove", "pod": [three[0].pk]})
    assert Operation.objects.get().arguments == {"force": True}


def test_pods_that_systemd_manages_are_warned_of(three: list[Pod], alice: User) -> None:
    Pod.objects.filter(name="a").update(systemd_unit="a.service")
    page = text(browser(alice), address("stop", three))
    assert "Some of them are managed by systemd" in page
    assert "systemd will act back: a.service" in page


def test_where_none_fits_there_is_nothing_to_send(three: list[Pod], alice: User) -> None:
    page = text(browser(alice), address("unpause", three))
    assert "Unpause does not fit" in page
    assert 'type="submit" class="pf-v6-c-button pf-m-primary"' not in page


def test_with_htmx_the_confirmation_comes_by_itself(three: list[Pod], alice: User) -> None:
    body = browser(alice).get(address("stop", three), headers=HTMX).content.decode()
    assert "Stop 2 pods?" in body
    assert "<html" not in body


def test_what_makes_no_sense_is_said(three: list[Pod], alice: User) -> None:
    client = browser(alice)
    assert "No pod was chosen" in client.get("/bulk/?verb=stop", follow=True).content.decode()
    assert "gone already" in client.post("/bulk/", {"verb": "stop", "pod": ["99999"]}, follow=True).content.decode()
    assert client.get(address("look_up_cgroup", three)).status_code == 404
    assert client.get(address("", three)).status_code == 404
    assert client.get("/bulk/?verb=stop&pod=x").status_code == 400
    assert client.post("/bulk/", {"verb": "stop", "pod": ["1"] * 201}).status_code == 400
    assert not Operation.objects.exists()


def test_a_viewer_chooses_none_and_acts_on_none(three: list[Pod], victor: User, mallory: User) -> None:
    assert 'class="choose"' not in text(browser(victor), "/")
    assert "Stop does not fit" in text(browser(victor), address("stop", three))
    browser(victor).post("/bulk/", {"verb": "stop", "pod": [three[0].pk]})
    assert browser(mallory).get(address("stop", three)).status_code == 403
    assert not Operation.objects.exists()
