"""Notices what will be forgotten: whom the kernel killed, who is throttled, which limits changed, what the engine said.

Every thread of the host worker may tell it something; the sampler sends what came together, once a second.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pods.cgroups.kernel_log import Kill
from pods.cgroups.limits import NO_LIMIT
from pods.cgroups.own_limits import Limits
from pods.engine.system import Event as EngineEvent
from pods.host.inventory import Inventory, Known
from pods.host.observer import Identity
from pods.host.samples import unit_of
from pods.host.watched import Told, Watched
from pods.messages import names
from pods.messages.events import Event, Events, Kind
from pods.messages.live import Detail

# Each terminal and health check is an exec, each copy a mount: no news of a pod.
# What a check found stands in the list of containers; its event comes before it is known (4.3).
UNTOLD = {
    *("exec", "exec_died", "attach", "mount", "unmount", "init", "sync", "cleanup", "resize", "commit", "export"),
    "health_status",
}
STARTING = "starting"  # comes with each start, and is no news
KEPT_A_MINUTE = 60  # of one pod: a container in a restart loop must not fill the database
PATIENCE = 5.0  # seconds until the watcher knows a new pod
LEAST = 1000  # cgroups that are remembered anyhow
REMEMBERED = 2000  # containers that are gone, whose last words may still come


@dataclass
class Noticer:
    """``has_kernel_log``: kills are told by the kernel's log, so that their counters need not be."""

    identity: Identity
    inventory: Inventory
    send: Callable[[str, msgspec.Struct], None]
    has_kernel_log: bool = False
    hear: Callable[[Event], None] | None = None  # who else is told at once
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _events: list[Event] = field(default_factory=list)
    _watched: dict[tuple[str, str], Watched] = field(default_factory=dict)  # pod id, container id ("" = the pod)
    _health: dict[str, str] = field(default_factory=dict)
    _died: dict[str, int] = field(default_factory=dict)  # when, by container id
    _owners: dict[str, tuple[Known, str]] = field(default_factory=dict)  # by container id: its pod, its name
    _members_kills: dict[str, int] = field(default_factory=dict)  # by pod id, since its own counter was last read
    _unknown: list[tuple[float, Kill]] = field(default_factory=list)
    _minute: int = 0
    _told: dict[str, int] = field(default_factory=dict)  # by pod id, in this minute
    _left_out: dict[str, Event] = field(default_factory=dict)
    _version: int = -1
    _health_version: int = -1
    _pruned_at: int = LEAST

    def engine(self, event: EngineEvent) -> None:
        """Take in an event of the engine."""
        if event.action in UNTOLD or event.type not in {"pod", "container"}:
            return
        container_id = "" if event.type == "pod" else event.id
        if event.action == "died":
            self._died[event.id] = event.time_nano
        elif event.action == "restart" and container_id and container_id not in self._died:
            return  # 4.3 says so of an infra container's very first start, too
        owner = self._owner(container_id) if container_id else None
        pod_id = event.pod_id or (owner[0].pod.id if owner else "")
        if not pod_id:
            return
        container = event.name or (owner[1] if owner else "")
        details: dict[str, Any] = {"action": event.action}
        if event.action == "died" and event.exit_code is not None:
            details["exit_code"] = event.exit_code
        known = self.inventory.get(pod_id) or (owner[0] if owner else None)
        name = known.pod.name if known else ("" if container_id else event.name)
        self._tell(
            Event(
                key=f"engine {event.time_nano} {event.id[:12]} {event.action}",
                at=event.time_nano / 1e9,
                kind=Kind.ENGINE,
                pod_id=pod_id,
                pod_name=name,
                unit=unit_of(known) if known else "",
                container=container if container_id else "",
                container_id=container_id,
                source="engine",
                details=details,
            )
        )

    def killed(self, kill: Kill) -> None:
        """Take in what the kernel's log says; a process in no container of this engine is somebody else's."""
        if kill.container_id and not self._tell_kill(kill):
            with self._lock:
                self._unknown.append((time.monotonic(), kill))

    def _tell_kill(self, kill: Kill) -> bool:
        owner = self._owner(kill.container_id)
        if owner is None:
            return False
        known, container = owner
        place = (("container", kill.container_id), ("pod", known.pod.id), ("parent", kill.limit))
        limit = next((word for word, part in place if part and part in kill.limit), "host")
        details: dict[str, Any] = {"process": kill.process, "pid": kill.pid, "limit": limit}
        whose = self._watched.get((known.pod.id, kill.container_id if limit == "container" else ""))
        own = (whose.limits or {}).get("memory", NO_LIMIT) if whose and limit in {"container", "pod"} else NO_LIMIT
        if own != NO_LIMIT:
            details["bytes"] = own
        key = f"kmsg {self.identity.boot} {kill.sequence}"
        self._tell(_event(known, kill.container_id, container, Kind.OOM, "kernel log", details, key))
        return True

    def sampled(self, known: Known, container_id: str, detail: Detail | None, source: str) -> None:
        """Take in a sample of one cgroup (``container_id`` "" = the pod's own, after its containers)."""
        if detail is not None:
            seen = self._seen(known.pod.id, container_id)
            kills = self._kills(known.pod.id, container_id, seen, detail, source)
            self._tell_of(known, container_id, [*kills, *seen.hits(detail), *seen.throttling(detail)], source)

    def limits(self, known: Known, container_id: str, limits: Limits, source: str) -> None:
        """Take in the limits that one cgroup itself has now."""
        changed = self._seen(known.pod.id, container_id).changed_limits(limits)
        self._tell_of(known, container_id, changed, source)

    def _seen(self, pod_id: str, container_id: str) -> Watched:
        seen = self._watched.get((pod_id, container_id))
        if seen is None:
            seen = self._watched[pod_id, container_id] = Watched()
        return seen

    def _tell_of(self, known: Known, container_id: str, told: Told, source: str) -> None:
        for kind, details in told:
            container = next((one.name for one in known.containers if one.id == container_id), "")
            self._tell(_event(known, container_id, container, kind, source, details))

    def _kills(self, pod_id: str, container_id: str, seen: Watched, detail: Detail, source: str) -> Told:
        """Tell of kills by their counters, where the kernel's log cannot be read."""
        kills, before = detail.events.get("oom_kill"), seen.kills
        seen.kills = kills
        new = 0 if kills is None or before is None else max(0, kills - before)
        if container_id:
            self._members_kills[pod_id] = self._members_kills.get(pod_id, 0) + new
        elif source == "cgroup v2":
            # There a pod's counter holds its containers' too, and keeps those of containers that are gone.
            new -= self._members_kills.pop(pod_id, 0)
        return [] if self.has_kernel_log or new <= 0 else [(Kind.OOM, {"count": new})]

    def flush(self) -> None:
        """Send what came together; what belongs to a pod that is not known yet waits a moment for it."""
        self._look_at_health()
        now = time.monotonic()
        with self._lock:
            unknown, self._unknown = self._unknown, []
        again = [(at, kill) for at, kill in unknown if not self._tell_kill(kill) and now - at < PATIENCE]
        with self._lock:
            self._unknown += again
            events, self._events = self._events, []
        ready: list[Event] = []
        for event in events:
            known = None if event.pod_name else self.inventory.get(event.pod_id)
            if known is not None:
                ready.append(msgspec.structs.replace(event, pod_name=known.pod.name, unit=unit_of(known)))
            elif event.pod_name or time.time() - event.at > PATIENCE:
                ready.append(event)
            else:
                with self._lock:
                    self._events.append(event)
        if ready:
            identity = self.identity
            message = Events(host=identity.host, boot=identity.boot, epoch=identity.epoch, events=tuple(ready))
            self.send(names.EVENTS, message)
        if len(self._watched) > 2 * self._pruned_at:
            self._prune()

    def _look_at_health(self) -> None:
        """Tell what changed since the inventory was looked at last; what is seen first is no change."""
        if self._health_version == self.inventory.version:
            return
        self._health_version = self.inventory.version
        present: dict[str, str] = {}
        for known in self.inventory.all().values():
            for one in known.containers:
                before = self._health.get(one.id, "")
                if one.health:
                    present[one.id] = one.health
                elif before:
                    present[one.id] = before  # it does not run just now
                if before and one.health not in {"", before, STARTING}:
                    details = {"status": one.health, "before": before}
                    self._tell(_event(known, one.id, one.name, Kind.HEALTH, "engine", details))
        self._health = present

    def _prune(self) -> None:
        pods = self.inventory.all()
        self._watched = {key: seen for key, seen in self._watched.items() if key[0] in pods}
        self._pruned_at = max(LEAST, len(self._watched))
        self._owners = dict(list(self._owners.items())[-REMEMBERED:])
        self._died = dict(list(self._died.items())[-REMEMBERED:])

    def _owner(self, container_id: str) -> tuple[Known, str] | None:
        """Return the pod and the name of a container, also for a while after its end."""
        if self._version != self.inventory.version:
            self._version = self.inventory.version
            for known in self.inventory.all().values():
                for container in known.containers:
                    self._owners[container.id] = (known, container.name)
        return self._owners.get(container_id)

    def _tell(self, event: Event) -> None:
        """Keep an event to be sent, if its pod has not had too many in this minute."""
        if self.hear is not None:
            self.hear(event)
        minute = int(event.at // 60)
        with self._lock:
            if minute != self._minute:
                for left in self._left_out.values():
                    self._events.append(left)
                self._minute, self._told, self._left_out = minute, {}, {}
            told = self._told[event.pod_id] = self._told.get(event.pod_id, 0) + 1
            if told <= KEPT_A_MINUTE:
                self._events.append(event)
                return
            details = {"count": told - KEPT_A_MINUTE}
            self._left_out[event.pod_id] = msgspec.structs.replace(
                event, key=f"left out {event.pod_id[:12]} {minute}", kind=Kind.LEFT_OUT, source="", details=details
            )


def _event(
    known: Known, container_id: str, container: str, kind: Kind, source: str, details: dict[str, Any], key: str = ""
) -> Event:
    at = time.time()
    return Event(
        key=key or f"{kind} {known.pod.id[:12]} {container_id[:12]} {at:.3f}",
        at=at,
        kind=kind,
        pod_id=known.pod.id,
        pod_name=known.pod.name,
        unit=unit_of(known),
        container=container,
        container_id=container_id,
        source=source,
        details=details,
    )
