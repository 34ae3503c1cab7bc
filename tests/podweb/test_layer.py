"""The in-process channel layer: any thread sends, the server's loop delivers, nothing stays behind."""

import asyncio
import threading

import pytest

from podweb.layer import LAGGED, LoopBoundChannelLayer

pytestmark = pytest.mark.asyncio


async def test_a_message_from_another_thread_wakes_the_loop() -> None:
    layer = LoopBoundChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)
    # No other timer runs: only the message itself can end this wait.
    threading.Thread(target=layer.post, args=("pods", {"type": "x", "n": 1})).start()
    assert await asyncio.wait_for(layer.receive(channel), 10) == {"type": "x", "n": 1}


async def test_messages_of_one_thread_keep_their_order() -> None:
    layer = LoopBoundChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)

    def send() -> None:
        for number in range(500):
            layer.post("pods", {"type": "x", "n": number})

    threading.Thread(target=send).start()
    assert [(await layer.receive(channel))["n"] for _ in range(500)] == list(range(500))


async def test_a_reader_that_is_too_slow_is_told_once_and_nothing_grows() -> None:
    layer = LoopBoundChannelLayer(capacity=10)
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)
    for number in range(25):
        await layer.group_send("pods", {"type": "x", "n": number})
    assert layer.lagged > 0
    assert (await layer.receive(channel))["type"] == LAGGED
    assert layer.channels[channel].qsize() <= 10


async def test_a_consumer_that_ends_leaves_nothing_behind() -> None:
    layer = LoopBoundChannelLayer()
    for _ in range(150):
        channel = await layer.new_channel()
        await layer.group_add("pods", channel)
        await layer.group_send("pods", {"type": "x"})
        await layer.drop(channel)
    await layer.group_send("pods", {"type": "x"})
    assert layer.channels == {}
    assert layer.groups == {}


async def test_a_wait_that_is_cancelled_frees_its_queue() -> None:
    layer = LoopBoundChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("pods", channel)
    waiting = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert layer.channels == {}
    assert layer.groups == {}


async def test_nobody_listens_before_the_first_consumer() -> None:
    LoopBoundChannelLayer().post("pods", {"type": "x"})
