"""The control worker, the host worker and beat in threads of this process. Only this module starts them."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

from celery import Celery, _state
from celery.beat import EmbeddedService
from celery.worker import WorkController

from podweb import transport

log = logging.getLogger("podweb.embedded")


class Lane:
    """One worker in a thread: no signal handlers, no banner, no logging set-up."""

    def __init__(self, app: Celery, name: str, queue: str, concurrency: int) -> None:
        self.name = name
        self.ready = threading.Event()
        self.app = app
        self.worker = WorkController(
            app=app,
            hostname=f"{name}@local",
            queues=[queue],
            concurrency=concurrency,
            pool="threads",
            beat=False,  # would fork
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            task_events=False,
            loglevel=logging.WARNING,
            ready_callback=lambda _consumer: self.ready.set(),
        )
        self.thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)

    def _run(self) -> None:
        self.app.set_current()
        self.worker.start()

    def start(self, timeout: float = 15) -> None:
        """Return when it consumes; raises RuntimeError when it does not in ``timeout`` seconds."""
        self.thread.start()
        if not self.ready.wait(timeout):
            raise RuntimeError(f"lane {self.name} did not start in {timeout:.0f} s")

    def stop(self, grace: float) -> bool:
        """Let running tasks end for ``grace`` seconds; returns whether they did."""
        stopping = threading.Thread(target=self.worker.stop, daemon=True)
        stopping.start()
        stopping.join(grace)
        return not stopping.is_alive()


@dataclass
class Embedded:
    """Two lanes, so that long host tasks never starve the control tasks that record their outcome, and beat."""

    lanes: list[Lane]
    beat: Any

    def alive(self) -> bool:
        """Whether every thread still runs: an unrecoverable error of a worker ends only its thread."""
        return all(lane.thread.is_alive() for lane in self.lanes) and bool(self.beat.is_alive())

    def stop(self, grace: float = 20.0) -> bool:
        """End beat, the hosts lane, then the control lane (which still records what the hosts lane ended)."""
        until = time.monotonic() + grace
        self.beat.service._is_shutdown.set()  # noqa: SLF001  # its stop() blocks for a whole tick
        ended = [lane.stop(max(0.5, until - time.monotonic())) for lane in reversed(self.lanes)]
        transport.interrupt()
        for lane in self.lanes:
            lane.thread.join(1)
        return all(ended)


def start(app: Celery, lanes: list[tuple[str, str, int]]) -> Embedded:
    """Start ``(name, queue, threads)`` lanes one after the other (``app.amqp.queues`` is per app), then beat."""
    app.finalize()
    app.set_default()
    app.loader.import_default_modules()
    started = []
    for name, queue, concurrency in lanes:
        lane = Lane(app, name, queue, concurrency)
        lane.start()
        started.append(lane)
    _state._set_task_join_will_block(False)  # type: ignore[attr-defined]  # noqa: SLF001  # a worker was made in this process, but its views are no tasks
    beat: Any = EmbeddedService(app, thread=True)
    beat.daemon = True
    beat.start()
    return Embedded(started, beat)
