"""Starts the watcher and the sampler with the Celery worker of a host's queue, and stops them with it."""

import fcntl
import logging
import resource
from pathlib import Path
from typing import Any

from celery import bootsteps
from django.conf import settings

from pods.host.connection import Connection
from pods.host.kernel_log import KernelLogFollower
from pods.host.noticer import Noticer
from pods.host.offers import Offers
from pods.host.own_engine import OwnEngine
from pods.host.reports import Reports
from pods.host.sampler import Sampler
from pods.host.samples import Collector
from pods.host.streams import Streams
from pods.host.watcher import Watcher
from pods.host.worker import HostWorker, new_identity
from pods.messages.live import LiveTick
from pods.messages.names import host_queue, live_group
from podweb.push import push

log = logging.getLogger(__name__)
_PREFIX = host_queue("")
_workers: dict[str, HostWorker] = {}


def worker_of(host: str) -> HostWorker:
    """Return this process's worker of ``host``. Raises LookupError in a process that serves other hosts."""
    return _workers[host]


class HostWorkerStep(bootsteps.StartStopStep):
    """A step of the *worker*: steps of its consumer would start again at every loss of the broker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._parts: list[KernelLogFollower | Watcher | Offers | Sampler | Streams | Reports] = []
        self._connection: Connection | None = None
        self._lock: Any = None

    def include_if(self, worker: Any) -> bool:
        """Only a worker that consumes a host's queue watches that host."""
        return bool(_hosts(worker))

    def start(self, worker: Any) -> None:
        """Announce the boot, then watch and sample. Raises RuntimeError when the host has a worker already."""
        (host,) = _hosts(worker)
        self._lock = _only_worker(host)
        _raise_file_limit()
        own = OwnEngine(Path(settings.DATA) / "engine") if settings.START_ENGINE else None
        self._connection = Connection(settings.ENGINE_SOCKET, own)
        reports = Reports()
        host_worker = HostWorker(new_identity(host), self._connection, reports)
        group = live_group(host)

        def publish(tick: LiveTick) -> None:
            push(group, dict(tick))

        offers = Offers(host_worker.identity, self._connection, reports, host_worker.kernel)
        noticer = Noticer(host_worker.identity, host_worker.inventory, reports, hear=host_worker.streams.hear)
        watcher = Watcher(self._connection, host_worker.observer, reports, offers.changed, noticer)
        collector = Collector(host_worker.identity, reports)
        sampler = Sampler(host, host_worker.inventory, publish, collector, host_worker.looks, noticer)
        _workers[host] = host_worker
        host_worker.announce()
        kernel_log = KernelLogFollower(noticer)
        self._parts = [host_worker.streams, kernel_log, watcher, offers, sampler, reports]
        for part in (reports, kernel_log, watcher, offers, sampler, host_worker.streams):
            part.start()

    def stop(self, worker: Any) -> None:
        """End the threads; what is queued for control is still sent."""
        for part in self._parts:
            part.stop()
        self._parts = []
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for host in _hosts(worker):
            _workers.pop(host, None)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def terminate(self, worker: Any) -> None:
        """End as ``stop`` does: it takes only seconds."""
        self.stop(worker)


def _hosts(worker: Any) -> list[str]:
    return [name.removeprefix(_PREFIX) for name in worker.app.amqp.queues.consume_from if name.startswith(_PREFIX)]


def _only_worker(host: str) -> Any:
    """Return the lock that makes this the only worker of ``host`` on this machine."""
    directory = Path(settings.DATA)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = (directory / f"host-{host}.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RuntimeError(f"another worker of host {host} runs on this machine") from error
    return file


def _raise_file_limit() -> None:
    """Some sixteen files stay open for each container; the usual soft limit would end at sixty."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
