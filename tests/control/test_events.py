"""What host workers notice is kept once, and open pages hear of it."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from pods.control.events import take_events, trim_events
from pods.messages import decode, encode
from pods.messages.events import Event as Told
from pods.messages.events import Events, Kind
from pods.models import Event, Host, Pod
from tests.builders import BOOT, EPOCH, bring_online, engine_id, pod

pytestmark = pytest.mark.django_db


def told(key: str, kind: Kind = Kind.ENGINE, /, *, name: str = "web", **values: Any) -> Told:
    facts: dict[str, Any] = {
        "key": key,
        "at": time.time(),
        "kind": kind,
        "pod_id": engine_id(name),
        "pod_name": name,
        "container": "app",
        "source": "engine",
        "details": {"action": "start"},
    }
    return Told(**(facts | values))


def tell(*events: Told, host: str = "alpha") -> None:
    message = Events(host=host, boot=BOOT, epoch=EPOCH, events=events)
    take_events(decode(encode(message), Events))


def test_an_event_is_kept_once_however_often_it_is_told(host: Host) -> None:
    for _ in range(2):
        tell(told("a"), told("b", Kind.OOM, details={"process": "tail", "pid": 3, "limit": "pod"}))
    assert Event.objects.count() == 2
    kept = Event.objects.get(key="b")
    assert (kept.kind, kept.details["process"], kept.container) == ("oom", "tail", "app")


def test_a_host_that_nobody_registered_is_not_believed(host: Host) -> None:
    tell(told("a"), host="nowhere")
    assert not Event.objects.exists()


def test_open_pages_hear_of_the_pod(
    host: Host, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    bring_online("alpha", pod("web"), pod("db"))
    pushed: list[Any] = []
    monkeypatch.setattr("pods.control.changes.push", lambda group, message: pushed.append((group, message["pods"])))
    with django_capture_on_commit_callbacks(execute=True):
        tell(told("a"))
    assert pushed == [("changes.alpha", [Pod.objects.get(name="web").pk])]


def test_what_is_longer_than_its_column_is_cut(host: Host) -> None:
    tell(told("k" * 500, container="c" * 500, source="s" * 50))
    kept = Event.objects.get()
    assert (len(kept.key), len(kept.container), len(kept.source)) == (160, 255, 16)


def test_old_events_go(host: Host) -> None:
    tell(told("old", at=1000.0), told("new"))
    assert not trim_events(int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()))
    assert Event.objects.get().key == "new"
