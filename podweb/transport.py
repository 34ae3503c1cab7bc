"""``memory://`` for kombu that blocks instead of polling.

The stock transport sleeps up to a second between looks at its queues, so a task starts seconds late. Here every
change of a queue wakes the consumers at once, and an idle consumer costs nothing.
"""

import threading
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory, virtual

_condition = threading.Condition()
_changes = 0
_interrupted = False


def _wake() -> None:
    global _changes  # noqa: PLW0603  # one counter per process, like the queues themselves
    with _condition:
        _changes += 1
        _condition.notify_all()


def interrupt(*, stopping: bool = True) -> None:
    """Let every waiting consumer return at once (``stopping``), or let them wait again."""
    global _interrupted  # noqa: PLW0603
    _interrupted = stopping
    _wake()


class QoS(virtual.QoS):
    """Wakes consumers when an acknowledgement makes room in the prefetch window."""

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge and wake."""
        super().ack(delivery_tag)
        _wake()

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Reject and wake."""
        super().reject(delivery_tag, requeue)
        _wake()


class Channel(memory.Channel):
    """A channel whose queues are made under a lock and whose writes wake the readers."""

    QoS = QoS
    _creating = threading.Lock()

    def _queue_for(self, queue: str) -> Any:
        try:
            return self.queues[queue]
        except KeyError:
            with self._creating:
                return super()._queue_for(queue)

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        with self._creating:
            super()._new_queue(queue, **kwargs)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        _wake()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)
        _wake()


class Transport(memory.Transport):
    """Waits for a change instead of polling for one."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:  # noqa: ARG002
        """Deliver one message; raises TimeoutError after ``timeout`` seconds or on ``interrupt``."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            seen = _changes
            try:
                return self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]  # set by its constructor
            except Empty:
                pass
            if _interrupted:
                raise TimeoutError
            with _condition:
                while _changes == seen:
                    left = None if deadline is None else deadline - monotonic()
                    if left is not None and left <= 0:
                        raise TimeoutError
                    _condition.wait(left)


TRANSPORT_ALIASES["memory"] = "podweb.transport:Transport"
