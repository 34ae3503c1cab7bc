"""The channel layer between processes, on a real Redis: what is pushed arrives in order, nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import redis

from podweb.layer import LAGGED
from podweb.pubsub import CAPACITY, PubSubChannelLayer

pytestmark = [pytest.mark.asyncio, pytest.mark.services]


@pytest_asyncio.fixture
async def layer(redis_url: str) -> AsyncIterator[PubSubChannelLayer]:
    made = PubSubChannelLayer(hosts=[redis_url], prefix="test")
    yield made
    await made.flush()


async def receive(layer: PubSubChannelLayer, channel: str) -> dict[str, Any]:
    message: dict[str, Any] = await asyncio.wait_for(layer.receive(channel), 10)
    return message


async def test_a_groups_messages_arrive_in_order(layer: PubSubChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)
    for number in range(50):
        await layer.group_send("pods", {"type": "x", "n": number})
    assert [(await receive(layer, channel))["n"] for _ in range(50)] == list(range(50))


async def test_a_reader_that_is_too_slow_is_told_and_nothing_grows(layer: PubSubChannelLayer) -> None:
    slow, quick = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("pods", slow)
    await layer.group_add("pods", quick)
    for number in range(CAPACITY + 5):
        await layer.group_send("pods", {"type": "x", "n": number})
        assert (await receive(layer, quick))["n"] == number
    assert layer._get_layer().channels[slow].qsize() <= CAPACITY
    assert (await receive(layer, slow))["type"] == LAGGED


async def test_a_consumer_that_ends_leaves_nothing_behind(layer: PubSubChannelLayer, redis_url: str) -> None:
    for _ in range(20):
        channel = await layer.new_channel()
        await layer.group_add("pods", channel)
        await layer.group_send("pods", {"type": "x"})
        await layer.group_discard("pods", channel)
        await layer.drop(channel)
    inner = layer._get_layer()
    assert (inner.channels, inner.groups) == ({}, {})
    with redis.Redis.from_url(redis_url) as client:
        assert client.pubsub_channels("test*") == []
