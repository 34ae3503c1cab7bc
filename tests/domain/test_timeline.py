"""The timeline of a pod: everything in one list, in words."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pods.domain.event_words import words
from pods.domain.timeline import timeline
from pods.messages.events import Kind
from pods.models import Host, Pod
from tests.builders import bring_online, pod
from tests.control.operations import make_operation
from tests.control.test_events import tell, told

NOW = timezone.now()


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"))
    return Pod.objects.get(name="web")


def ago(seconds: float) -> float:
    return (NOW - timedelta(seconds=seconds)).timestamp()


@pytest.mark.django_db
def test_operations_and_events_are_one_list_newest_first(web: Pod, alice: User) -> None:
    make_operation(alice, web, verb="stop", asked_at=NOW - timedelta(seconds=50), state="done", ended_at=NOW)
    tell(told("a", at=ago(60)), told("b", Kind.OOM, at=ago(40), details={"count": 2}))
    tell(told("c", name="other", at=ago(10)))
    found = timeline(alice, web)
    assert [(entry.kind, entry.subject, entry.text, entry.tone) for entry in found] == [
        ("oom", "app", "out of memory: the kernel killed 2 processes", "bad"),
        ("operation", "", "stop: done, by alice", "good"),
        ("engine", "app", "started", "info"),
    ]
    assert [entry.kind for entry in timeline(alice, web, kinds=["oom"])] == ["oom"]
    assert [entry.kind for entry in timeline(alice, web, limit=2)] == ["oom", "operation"]
    start, end = NOW - timedelta(seconds=55), NOW - timedelta(seconds=45)
    assert [entry.kind for entry in timeline(alice, web, start=start, end=end)] == ["operation"]


@pytest.mark.django_db
def test_a_pod_made_again_shows_what_happened_to_the_former_one(host: Host, alice: User) -> None:
    tell(told("a", Kind.OOM, at=ago(90), details={"count": 1}))
    tell(told("b", Kind.OOM, at=ago(80), name="former", unit="web.service", details={"count": 1}))
    bring_online("alpha", pod("web", labels={"PODMAN_SYSTEMD_UNIT": "web.service"}))
    assert len(timeline(alice, Pod.objects.get(name="web"))) == 2


@pytest.mark.django_db
def test_a_failed_operation_says_why(web: Pod, alice: User) -> None:
    make_operation(alice, web, verb="start_infra", state="failed", message="The engine refused.", ended_at=NOW)
    (entry,) = timeline(alice, web)
    assert (entry.text, entry.tone) == ("start infra: failed, by alice. The engine refused.", "bad")


@pytest.mark.django_db
def test_nobody_without_a_role_sees_operations(web: Pod, alice: User, mallory: User) -> None:
    make_operation(alice, web)
    assert timeline(mallory, web) == []


@pytest.mark.parametrize(
    ("kind", "details", "text", "tone"),
    [
        (Kind.ENGINE, {"action": "died", "exit_code": 137}, "ended with exit code 137", "bad"),
        (Kind.ENGINE, {"action": "died", "exit_code": 0}, "ended with exit code 0", "info"),
        (Kind.ENGINE, {"action": "died"}, "ended", "info"),
        (Kind.ENGINE, {"action": "brand-new"}, "brand-new", "info"),
        (
            Kind.OOM,
            {"process": "tail", "pid": 9, "limit": "container"},
            "out of memory: the kernel killed tail (process 9); its memory limit was reached",
            "bad",
        ),
        (Kind.OOM, {"count": 1}, "out of memory: the kernel killed 1 process", "bad"),
        (Kind.MEMORY_LIMIT, {"count": 12}, "ran into its memory limit 12 times", "bad"),
        (Kind.THROTTLED, {"share": 80}, "throttled: held back in 80 % of the periods of its CPU limit", "bad"),
        (Kind.UNTHROTTLED, {"seconds": 30}, "no longer throttled, after 30 s", "good"),
        (Kind.LIMITS, {"memory": [2**29, 2**30]}, "limits changed: memory 512.0 MiB → 1.0 GiB", "info"),
        (Kind.LIMITS, {"cpus": ["0-1", "0"]}, "limits changed: cpus 0-1 → 0", "info"),
        (Kind.HEALTH, {"status": "unhealthy"}, "health: unhealthy", "bad"),
        (Kind.LEFT_OUT, {"count": 7}, "7 more things happened in this minute and are not kept", "bad"),
    ],
)
def test_what_happened_reads_as_a_sentence(kind: Kind, details: dict[str, object], text: str, tone: str) -> None:
    assert words(kind, details) == (text, tone)


def test_every_kind_has_words() -> None:
    for kind in Kind:
        text, tone = words(kind, {})
        assert text is not None
        assert tone in {"info", "good", "bad"}
