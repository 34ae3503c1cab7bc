"""The only way from a host worker to the control worker: typed messages, in order, kept while the broker is away."""

import collections
import logging
import threading

import msgspec
from celery import current_app
from kombu.exceptions import OperationalError

from pods.messages import encode
from pods.messages.names import CONTROL_QUEUE, EVENTS, OPERATION_ENDED, OPERATION_STARTED, SAMPLES

log = logging.getLogger(__name__)
KEPT = 1000  # messages; beyond, what a later snapshot repeats anyway is dropped first
SAMPLES_KEPT = 90  # a quarter of an hour: of a large host they are the largest messages, and the newest matter
_PRECIOUS = {OPERATION_STARTED, OPERATION_ENDED, EVENTS}


def send(name: str, message: msgspec.Struct) -> None:
    """Send once to the control queue. Raises OperationalError when the broker does not answer."""
    current_app.send_task(name, args=[encode(message)], queue=CONTROL_QUEUE, retry=False)


class Reports:
    """Sends from one thread, so that messages keep their order, and tries again while the broker is away."""

    def __init__(self) -> None:
        self._queue: collections.deque[tuple[str, msgspec.Struct]] = collections.deque()
        self._condition = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def __call__(self, name: str, message: msgspec.Struct) -> None:
        """Queue one message for the control task ``name``."""
        with self._condition:
            if name == SAMPLES:
                self._drop_old_samples()
            if len(self._queue) >= KEPT:
                self._make_room()
            self._queue.append((name, message))
            self._condition.notify()

    def _drop_old_samples(self) -> None:
        samples = [entry for entry in self._queue if entry[0] == SAMPLES]
        if len(samples) >= SAMPLES_KEPT:
            self._queue.remove(samples[0])

    def _make_room(self) -> None:
        for entry in self._queue:
            if entry[0] not in _PRECIOUS:
                self._queue.remove(entry)
                return
        self._queue.popleft()

    def stop(self, timeout: float = 5) -> None:
        """Send what is queued for ``timeout`` seconds, then end."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = 0.1
        while True:
            with self._condition:
                while not self._queue and not self._stopping:
                    self._condition.wait()
                if not self._queue:
                    return
                name, message = self._queue[0]
            try:
                send(name, message)
            except (OperationalError, OSError) as error:
                log.warning("the broker does not take messages: %s", error)
                with self._condition:
                    if self._stopping:
                        return
                    self._condition.wait(pause)
                pause = min(pause * 2, 5.0)
                continue
            pause = 0.1
            with self._condition:
                if self._queue and self._queue[0][1] is message:
                    self._queue.popleft()
