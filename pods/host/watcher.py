"""Follows one engine: whether it answers, and what changes in it. Events are hints; what they name is read again."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from pods.engine import system
from pods.engine.errors import EngineError
from pods.engine.transport import Engine, LineStream
from pods.host.connection import Connection
from pods.host.noticer import Noticer
from pods.host.observer import Observer
from pods.messages import names
from pods.messages.hosts import EngineInfo, EngineStatus

log = logging.getLogger(__name__)
RELIST_EVERY = 30.0  # seconds
LIFE_SIGN_EVERY = 5.0
PING_EVERY = 1.0
PING_TIMEOUT = 2.0
INFO_TIMEOUT = 20.0
RETRY_EVERY = 0.5
# A burst (a pod with ten containers is made) is read once; a single event waits no longer than a blink.
GATHER = 0.03
# Details of containers are read for a fifth of the time at most, and snapshots of what was found sent as seldom.
DETAILS_FOR = 0.1
DETAILS_EVERY = 0.5
# An exec changes nothing that is listed, unless it was a health check: 4.3 writes its result a moment after the exec's
# end, and its own event of it comes before the check has run.
EXECS = {"exec", "exec_died", "health_status"}
RESULT_WRITTEN_IN = 0.5  # seconds


def _nobody(kind: str) -> None:
    """Do nothing."""


@dataclass
class Watcher:
    """A thread that reports EngineStatus and Snapshots until ``stop``."""

    connection: Connection
    observer: Observer
    send: Callable[[str, msgspec.Struct], None]
    changed_beside: Callable[[str], None] = _nobody  # told the type of an event that is of no pod or container
    noticer: Noticer | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _dirty: set[str] = field(default_factory=set)
    _due: dict[str, float] = field(default_factory=dict)  # pods to be read later: when
    _lost: bool = False
    _answering: bool | None = None
    _since: float = 0.0
    _said_at: float = 0.0
    _info: EngineInfo | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within seconds."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                engine = self.connection.connect()
                self._info = system.info(engine, timeout=INFO_TIMEOUT)
                self.connection.notice(self._info)
                self._follow(engine)
            except EngineError as error:
                if not self._stopping.is_set():
                    self.connection.lost(error)
                    self._say(answering=False)
            except Exception:
                log.exception("the watcher failed; it starts again")
            self._stopping.wait(RETRY_EVERY)

    def _follow(self, engine: Engine) -> None:
        """Read everything, then what changes, until the engine stops answering (raises EngineError)."""
        path, params = system.events_path(int(time.time()))
        with engine.stream(path, params=params) as stream:
            self._lost = False
            reader = threading.Thread(target=self._read_events, args=(stream,), name="events", daemon=True)
            reader.start()
            try:
                self._observe_all(engine)
                self._say(answering=True)
                self.changed_beside("image")
                self._loop(engine)
            finally:
                stream.end()
                reader.join(2)

    def _loop(self, engine: Engine) -> None:
        relist_at = time.monotonic() + RELIST_EVERY
        ping_at = time.monotonic() + PING_EVERY
        details_at = time.monotonic()
        while not self._stopping.is_set():
            with self._changed:
                if not self._dirty and not self._lost:
                    wake_at = min(ping_at, relist_at, details_at, *self._due.values())
                    self._changed.wait(max(0.0, wake_at - time.monotonic()))
                for pod_id in [one for one, at in self._due.items() if at <= time.monotonic()]:
                    del self._due[pod_id]
                    self._dirty.add(pod_id)
                changed = bool(self._dirty)
            if changed:
                self._stopping.wait(GATHER)
                with self._changed:
                    pod_ids, self._dirty = self._dirty, set()
                self.send(names.SNAPSHOT, self.observer.observe(engine, pod_ids))
            now = time.monotonic()
            if now >= details_at:
                found = self.observer.read_details(engine, DETAILS_FOR)
                with self._changed:
                    self._dirty |= found
                details_at = time.monotonic() + (DETAILS_EVERY if found else PING_EVERY)
            if self._lost or now >= ping_at:
                system.ping(engine, timeout=PING_TIMEOUT)
                ping_at = now + PING_EVERY
                if time.monotonic() - self._said_at >= LIFE_SIGN_EVERY:
                    self._say(answering=True)
            if self._lost or now >= relist_at:
                if self._lost:
                    return  # the stream ended although the engine answers: connect again, which reads everything
                self._observe_all(engine)
                relist_at = now + RELIST_EVERY

    def _observe_all(self, engine: Engine) -> None:
        snapshot = self.observer.observe_all(engine)
        self.send(names.SNAPSHOT, snapshot)
        if not snapshot.complete:
            # Something is stopping. What was held back is read when an event tells of its end, or at the next list.
            log.info("the engine held back part of its list")

    def _read_events(self, stream: LineStream) -> None:
        try:
            for line in stream:
                event = system.parse_event(line)
                if event is not None:
                    if self.noticer is not None:
                        self.noticer.engine(event)
                    self._mark(event)
        except EngineError as error:
            log.info("the event stream ended: %s", error)
        with self._changed:
            self._lost = True
            self._changed.notify()

    def _mark(self, event: system.Event) -> None:
        if event.type not in {"pod", "container"}:
            self.changed_beside(event.type)
            if event.type != "network":
                return
        pod_id = event.pod_id
        if not pod_id:  # of a container's death some engines leave it out, of a network's joining all
            known = self.observer.inventory.all()
            owners = [i for i, one in known.items() if any(member.id == event.id for member in one.containers)]
            if not owners:
                return
            pod_id = owners[0]
        if event.type == "network":
            self.observer.network_changed(pod_id)
        with self._changed:
            if event.type == "container" and event.action in EXECS:
                if self._has_check(pod_id, event.id):
                    self._due.setdefault(pod_id, time.monotonic() + RESULT_WRITTEN_IN)
            else:
                self._dirty.add(pod_id)
            self._changed.notify()

    def _has_check(self, pod_id: str, container_id: str) -> bool:
        known = self.observer.inventory.get(pod_id)
        return known is not None and any(one.id == container_id and one.health for one in known.containers)

    def _say(self, *, answering: bool) -> None:
        """Report the engine's status at once when it changed, else as a sign of life every few seconds."""
        now = time.time()
        if answering != self._answering:
            self._answering, self._since = answering, now
        elif time.monotonic() - self._said_at < LIFE_SIGN_EVERY:
            return
        self._said_at = time.monotonic()
        identity = self.observer.identity
        self.send(
            names.ENGINE_STATUS,
            EngineStatus(
                host=identity.host,
                boot=identity.boot,
                epoch=identity.epoch,
                sequence=next(self.observer.numbers),
                at=now,
                answering=answering,
                since=self._since,
                socket=str(self.connection.socket or ""),
                info=self._info,
                attempts=() if answering else self.connection.attempts,
                advice="" if answering else self.connection.advice,
                notes=self.connection.notes,
            ),
        )
