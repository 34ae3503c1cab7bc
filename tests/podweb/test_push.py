"""``push`` from plain threads to a real Redis: in order, never waiting, and going on when Redis comes back."""

import asyncio
import threading
import time

import pytest
from channels.layers import channel_layers
from pytest_django.fixtures import Settings

from podweb import push
from podweb.pubsub import PubSubChannelLayer
from tests.services.redis import running_redis
from tests.services.redis import why_not as no_redis

pytestmark = pytest.mark.services


def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "podweb.pubsub.PubSubChannelLayer", "CONFIG": {"hosts": [url], "prefix": "push"}}
    }
    monkeypatch.setattr(channel_layers, "backends", {})
    monkeypatch.setattr(push, "_bridges", {})


async def listen(url: str, ready: threading.Event, count: int) -> list[int]:
    layer = PubSubChannelLayer(hosts=[url], prefix="push")
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)
    ready.set()
    numbers = [(await asyncio.wait_for(layer.receive(channel), 20))["n"] for _ in range(count)]
    await layer.flush()
    return numbers


def test_messages_of_a_thread_keep_their_order(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, redis_url: str
) -> None:
    use(settings, monkeypatch, redis_url)
    ready = threading.Event()

    def send() -> None:
        assert ready.wait(10)
        for number in range(300):
            push.push("pods", {"type": "x", "n": number})

    thread = threading.Thread(target=send)
    thread.start()
    assert asyncio.run(listen(redis_url, ready, 300)) == list(range(300))
    thread.join()


def test_without_redis_nothing_waits_and_nothing_is_raised(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason := no_redis():
        pytest.skip(reason)
    with running_redis() as url:
        pass
    use(settings, monkeypatch, url)
    push.push("pods", {"type": "x", "n": 1})
    bridge = push.bridge()
    until = time.monotonic() + 20
    while bridge.dropped == 0:
        assert time.monotonic() < until
        time.sleep(0.02)
