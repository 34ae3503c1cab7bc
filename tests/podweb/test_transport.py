"""memory:// blocks instead of polling."""

import threading
from typing import Any

import pytest
from kombu import Connection

from podweb import transport


def test_a_message_wakes_a_consumer_that_waits() -> None:
    got = threading.Event()
    with Connection("memory://localhost//") as receiving, Connection("memory://localhost//") as sending:
        queue = receiving.SimpleQueue("wakes")

        def wait() -> None:
            queue.get(timeout=20).ack()
            got.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        sender: Any = sending.SimpleQueue("wakes")
        sender.put({"n": 1})
        waiting.join(20)
        sender.close()
        queue.close()
    assert got.is_set()


def test_a_consumer_without_messages_times_out() -> None:
    with Connection("memory://localhost//") as connection:
        queue = connection.SimpleQueue("empty")
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.05)
        queue.close()


def test_an_interrupt_ends_every_wait() -> None:
    with Connection("memory://localhost//") as connection:
        queue = connection.SimpleQueue("interrupted")
        threading.Timer(0.05, transport.interrupt).start()
        try:
            with pytest.raises(queue.Empty):
                queue.get(timeout=60)
        finally:
            transport.interrupt(stopping=False)
        queue.close()
