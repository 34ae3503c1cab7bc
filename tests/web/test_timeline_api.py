"""The address of a pod's timeline."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.messages.events import Kind
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, pod
from tests.control.operations import make_operation
from tests.control.test_events import tell, told
from tests.web.test_history_api import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(host: Host, alice: User) -> str:
    bring_online("alpha", pod("web"))
    web = Pod.objects.get()
    tell(told("a", at=1_800_000_000.5), told("b", Kind.OOM, at=1_800_000_100.0, details={"count": 1}))
    make_operation(alice, web, verb="stop")
    return f"/api/v1/pods/{web.pk}/timeline/"


def test_what_happened_is_answered_newest_first(address: str, victor: User) -> None:
    body = client_of(victor).get(address, {"kind": "oom,engine", "limit": "1"}).json()
    (entry,) = body["entries"]
    assert body["more"] is True
    assert (entry["at"], entry["kind"], entry["container"], entry["tone"]) == (1_800_000_100.0, "oom", "app", "bad")
    body = client_of(victor).get(address, {"kind": "operation"}).json()
    assert [one["operation"] for one in body["entries"]] == [str(Operation.objects.get().pk)]
    body = client_of(victor).get(address, {"from": "1800000000", "to": "1800000050"}).json()
    assert [one["kind"] for one in body["entries"]] == ["engine"]
    assert body["more"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "oom,nonsense"}, "kind"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1000000"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"from": "never"}, "from"),
        ({"to": "99999999999"}, "to"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_named(address: str, victor: User, query: dict[str, str], field: str) -> None:
    answer = client_of(victor).get(address, query)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


def test_who_may_not_see_the_pod_sees_no_timeline(address: str, mallory: User, victor: User) -> None:
    assert client_of(mallory).get(address).status_code == 403
    assert client_of(victor).get("/api/v1/pods/99999/timeline/").status_code == 404
    assert Client().get(address).status_code == 401
