"""The address of a pod's history."""

import time
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.control.history import take_samples
from pods.models import Host, Pod
from tests.builders import bring_online, pod
from tests.control.test_history import samples

pytestmark = pytest.mark.django_db
NOW = int(time.time()) // 10 * 10


@pytest.fixture
def address(host: Host) -> str:
    bring_online("alpha", pod("web"))
    take_samples(samples(NOW - 60, {"web": 8.0}))
    return f"/api/v1/pods/{Pod.objects.get().pk}/history/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_last_hour_is_what_is_meant_by_default(address: str, victor: User) -> None:
    answer = client_of(victor).get(address, {"metric": "cpu"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["to"] - body["from"] == 3600
    assert (body["step"], body["resolution"]) == (20, 10)
    (line,) = body["lines"]
    assert (line["metric"], line["container"], line["unit"]) == ("cpu", "", "percent")
    assert len(line["points"]) <= 300
    assert [values[1:] for values in line["points"] if values[1] is not None] == [[8, 16]]


def test_several_metrics_and_every_container_at_once(address: str, victor: User) -> None:
    query = {"metric": "cpu,memory", "container": "*", "from": str(NOW - 60), "to": str(NOW), "points": "6"}
    body = client_of(victor).get(address, query).json()
    assert [(line["metric"], line["container"]) for line in body["lines"]] == [("cpu", "app"), ("memory", "app")]
    assert body["lines"][0]["points"][0] == [NOW - 60, 4, 8]


def test_times_may_be_written_out(address: str, victor: User) -> None:
    moments = {
        "from": datetime.fromtimestamp(NOW - 60, UTC).isoformat(),
        "to": f"{datetime.fromtimestamp(NOW, UTC):%FT%TZ}",
    }
    body = client_of(victor).get(address, {"metric": "cpu", **moments}).json()
    assert (body["from"], body["to"]) == (NOW - 60, NOW)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "metric"),
        ({"metric": "nonsense"}, "metric"),
        ({"metric": "cpu", "points": "many"}, "points"),
        ({"metric": "cpu", "points": "-1"}, "points"),
        ({"metric": "cpu", "points": "99999999999"}, "points"),
        ({"metric": "cpu", "from": "yesterday"}, "from"),
        ({"metric": "cpu", "to": "2026-11-01T10:00:00"}, "to"),
        ({"metric": "cpu", "to": "2026-99-01T10:00:00Z"}, "to"),
        ({"metric": "cpu", "from": str(NOW + 86_400)}, "from"),
        ({"metric": "cpu", "colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_named(address: str, victor: User, query: dict[str, str], field: str) -> None:
    answer = client_of(victor).get(address, query)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert answer.json()["message"]


def test_who_may_not_see_the_pod_finds_no_history(address: str, mallory: User, victor: User) -> None:
    assert client_of(mallory).get(address, {"metric": "cpu"}).status_code == 403
    assert client_of(victor).get("/api/v1/pods/99999/history/", {"metric": "cpu"}).status_code == 404
    assert Client().get(address).status_code == 401
    assert client_of(victor).post(address).status_code == 405


def test_a_removed_pods_history_stays(address: str, victor: User) -> None:
    bring_online("alpha")
    assert client_of(victor).get(address, {"metric": "cpu"}).status_code == 200
