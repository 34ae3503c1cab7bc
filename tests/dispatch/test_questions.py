"""Questions: asked through the host's queue, answered through the layer, on both layers; nothing stays behind."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from channels.layers import channel_layers, get_channel_layer
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from pods.dispatch.questions import ask_question
from pods.domain.errors import Conflict, Invalid, Missing, Problem, Unavailable
from pods.messages.questions import Answer, Kind, Question
from pods.models import Host, Pod
from podweb import push
from tests.builders import bring_online, members, pod
from tests.dispatch.hosts import answering, use_broker
from tests.services.postgres import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def use_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "podweb.pubsub.PubSubChannelLayer", "CONFIG": {"hosts": [url], "prefix": "ask"}}
    }
    monkeypatch.setattr(channel_layers, "backends", {})
    monkeypatch.setattr(push, "_bridges", {})


@pytest.fixture(params=["in process", "redis"])
def layer(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The layers that podweb has."""
    if request.param == "in process":
        monkeypatch.setattr(channel_layers, "backends", {})
        yield request.param
        return
    url: str = request.getfixturevalue("redis_url")
    use_redis(settings, monkeypatch, url)
    former = use_broker(url)
    yield request.param
    use_broker(former)
    with redis.Redis.from_url(url) as client:
        assert client.pubsub_channels("ask*answer*") == []


def left_behind() -> Any:
    layer = get_channel_layer()
    return (getattr(layer, "channels", {}), getattr(layer, "groups", {}))


def found(question: Question) -> Answer:
    return Answer(id=question.id, result={"yaml": question.pod_id}, at=5.0)


def test_an_answer_comes_back(web: Pod, victor: User, layer: str) -> None:
    with answering("alpha", found) as asked:
        for _ in range(3):
            answer = ask_question(victor, web, Kind.KUBE, timeout=20)
            assert (answer.result, answer.at) == ({"yaml": web.engine_id}, 5.0)
    assert [one.kind for one in asked] == [Kind.KUBE] * 3
    assert len({one.id for one in asked}) == 3
    if layer == "in process":
        assert left_behind() == ({}, {})


def test_a_host_that_says_nothing_is_503_in_time(web: Pod, victor: User, layer: str) -> None:
    with answering("alpha", lambda question: None) as asked, pytest.raises(Unavailable) as said:
        ask_question(victor, web, Kind.TOP, timeout=0.5)
    assert said.value.code == "no_answer"
    assert len(asked) <= 1
    if layer == "in process":
        assert left_behind() == ({}, {})


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("not_found", Missing),
        ("no_pod_cgroup", Conflict),
        ("no_infra_container", Conflict),
        ("engine_refused", Conflict),
        ("unsupported", Conflict),
        ("engine_unreachable", Unavailable),
        ("timed_out", Unavailable),
        ("internal", Unavailable),
        ("invalid", Invalid),
    ],
)
def test_an_answers_error_is_the_problem_it_means(web: Pod, victor: User, code: str, problem: type[Problem]) -> None:
    def refuse(question: Question) -> Answer:
        return Answer(id=question.id, error=code, message="No.", engine="its own words")

    with answering("alpha", refuse), pytest.raises(problem) as said:
        ask_question(victor, web, Kind.CGROUP, timeout=20)
    assert said.value.as_dict() == {"code": code, "message": "No.", "engine": "its own words"}


def test_what_you_may_not_see_is_not_asked_about(web: Pod, mallory: User) -> None:
    with pytest.raises(Missing):
        ask_question(mallory, web, Kind.TOP)


def test_a_removed_pod_and_a_silent_host_are_not_asked(web: Pod, victor: User) -> None:
    Host.objects.update(silent=True)
    with pytest.raises(Unavailable, match="nothing was sent"):
        ask_question(victor, Pod.objects.get(), Kind.TOP)
    Host.objects.update(silent=False)
    bring_online("alpha")
    with pytest.raises(Conflict):
        ask_question(victor, Pod.objects.get(), Kind.TOP)


def test_without_a_broker_or_layer_it_is_503_at_once(
    web: Pod, victor: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    begun = time.monotonic()
    former = use_broker(nowhere)
    try:
        with pytest.raises(Unavailable) as said:
            ask_question(victor, web, Kind.TOP, timeout=60)
        assert said.value.code == "broker_unreachable"
    finally:
        use_broker(former)
    use_redis(settings, monkeypatch, nowhere)
    with pytest.raises(Unavailable) as said:
        ask_question(victor, web, Kind.TOP, timeout=60)
    assert said.value.code == "layer_unreachable"
    # Not the whole of the time that the host would have had.
    assert time.monotonic() - begun < 50
