"""The 1 Hz sampler: one tick a second for the whole host, however many look.

Every file stays open between ticks. A pod's total is its own cgroup's, never a sum: it also holds conmon and what dead
containers left. Network is counted once per namespace, at the infra container.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from pods.cgroups import layout
from pods.cgroups.network import NamespaceGoneError, NetworkReader, host_inodes, namespace_inode
from pods.cgroups.reader import CgroupGoneError
from pods.host.groups import Group, Network
from pods.host.inventory import Inventory, Known
from pods.host.looks import Looks
from pods.host.noticer import Noticer
from pods.host.samples import Collector
from pods.messages.facts import ContainerFacts
from pods.messages.live import Detail, LiveTick, PodUsage, Usage

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds
DETAIL_EVERY = 10  # ticks, for a pod that nobody looks at
NO_POD_CGROUP = "the pod has no cgroup of its own"
NAMESPACE_GONE = "the network namespace is gone"
HOST_NETWORK = "host network: the interfaces are the host's"
LIVE = {"running", "paused"}


@dataclass
class _Sampled:
    """What is open for one pod. ``seen`` is the inventory's entry that it was opened from."""

    seen: Known
    total: Group | None
    containers: dict[str, Group]
    networks: dict[str, Network]  # by container id; the infra's is the pod's
    infra_id: str
    slot: int  # the tick of every ten in which its details are read: spread, so that no tick is dear
    names: dict[str, str]  # of containers, by id
    no_network: str = ""  # why the pod's network is unknown

    def close(self) -> None:
        for group in (self.total, *self.containers.values()):
            if group is not None:
                group.close()
        for network in self.networks.values():
            network.reader.close()


@dataclass
class Sampler:
    """Reads what the inventory lists and hands a LiveTick to ``publish`` every second, and all of it to ``collector``.

    Details are read every tenth second, and each second for a pod that somebody looks at.
    """

    host: str
    inventory: Inventory
    publish: Callable[[LiveTick], None]
    collector: Collector | None = None
    looks: Looks = field(default_factory=Looks)
    noticer: Noticer | None = None
    cgroup_root: Path = layout.CGROUP_ROOT
    proc_root: Path = layout.PROC_ROOT
    sequence: int = 0
    _pods: dict[str, _Sampled] = field(default_factory=dict)
    _version: int = -1
    _retry: bool = False
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self._layout = layout.detect(self.cgroup_root)
        self._memory_total = layout.memory_total(self.proc_root)
        self._host_networks = host_inodes(self.proc_root)
        self._encoder = msgspec.json.Encoder()
        self.source = f"cgroup {self._layout.version}"

    def start(self) -> None:
        """Begin to sample."""
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and close every file."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(5)
        for sampled in self._pods.values():
            sampled.close()
        self._pods.clear()

    def _run(self) -> None:
        next_at = time.monotonic()
        while not self._stopping.wait(max(0.0, next_at - time.monotonic())):
            # A late tick is not caught up on: rates divide by the time that really passed.
            next_at = max(next_at + EVERY, time.monotonic())
            try:
                self.publish(self.sample_once())
            except Exception:
                log.exception("a tick failed; the next one comes")

    def sample_once(self) -> LiveTick:
        """Return one tick: every running pod's usage, already encoded."""
        if self._version != self.inventory.version or self._retry:
            self._open()
        self.sequence += 1
        at = time.time()
        if self.collector is not None:
            self.collector.begin(at)
        pods = {pod_id: self._encode(sampled, at) for pod_id, sampled in self._pods.items()}
        if self.noticer is not None:
            self.noticer.flush()
        return {"type": "live.tick", "host": self.host, "sequence": self.sequence, "at": at, "pods": pods}

    def _encode(self, sampled: _Sampled, at: float) -> str:
        looked_at = self.looks.at(sampled.seen.pod.id)
        detailed = looked_at or (self.sequence + sampled.slot) % DETAIL_EVERY == 0
        sums = None if self.collector is None else self.collector.pod(sampled.seen)
        # The container first: reading its parent's counter later can only show more, never less.
        containers: dict[str, Usage] = {}
        for container_id, group in tuple(sampled.containers.items()):
            try:
                one = group.usage(self._memory_total)
                more = group.detail(whole=looked_at) if detailed or group.details is None else None
                self._look_at_limits(sampled, container_id, group, detailed=detailed)
            except CgroupGoneError:
                # Its end is an event that the watcher sees too; until then the others go on.
                group.close()
                del sampled.containers[container_id]
                self._retry = True
                continue
            if container_id in sampled.networks and container_id != sampled.infra_id:
                one = self._with_network(sampled, container_id, one)
            if sums is not None:
                sums.of(sampled.names[container_id]).add(one, more)
            if self.noticer is not None:
                self.noticer.sampled(sampled.seen, container_id, more, self.source)
            containers[container_id] = one if more is None or not looked_at else _with(one, more)
        total, more = self._total(sampled, detailed=detailed, looked_at=looked_at)
        if sums is not None:
            sums.total.add(total, more)
        if self.noticer is not None:
            self.noticer.sampled(sampled.seen, "", more, self.source)
        if looked_at and more is not None:
            total = _with(total, more)
        pod = PodUsage(at=at, source=self.source, total=total, containers=containers)
        return self._encoder.encode(pod).decode()

    def _total(self, sampled: _Sampled, *, detailed: bool, looked_at: bool) -> tuple[Usage, Detail | None]:
        more: Detail | None = None
        total = Usage(missing=_NOTHING)
        if sampled.total is not None:
            try:
                total = sampled.total.usage(self._memory_total)
                more = sampled.total.detail(whole=looked_at) if detailed or sampled.total.details is None else None
                self._look_at_limits(sampled, "", sampled.total, detailed=detailed)
            except CgroupGoneError:
                sampled.total.close()
                sampled.total, self._retry = None, True
                total = Usage(missing=_NOTHING)
        if sampled.infra_id in sampled.networks:
            return self._with_network(sampled, sampled.infra_id, total), more
        why = dict.fromkeys(("received", "sent"), sampled.no_network)
        return msgspec.structs.replace(total, missing={**total.missing, **why}), more

    def _look_at_limits(self, sampled: _Sampled, container_id: str, group: Group, *, detailed: bool) -> None:
        if self.noticer is not None and (detailed or group.own_limits is None):
            self.noticer.limits(sampled.seen, container_id, group.limits(), self.source)

    def _with_network(self, sampled: _Sampled, container_id: str, one: Usage) -> Usage:
        try:
            received, sent, why = sampled.networks[container_id].rates()
        except NamespaceGoneError:
            received = sent = None
            why = {"received": NAMESPACE_GONE, "sent": NAMESPACE_GONE}
        missing = {**one.missing, **why} if why else one.missing
        return msgspec.structs.replace(one, received=received, sent=sent, missing=missing)

    def _open(self) -> None:
        """Open what is new or changed, close what is gone."""
        self._version, self._retry = self.inventory.version, False
        known = {i: one for i, one in self.inventory.all().items() if any(c.state in LIVE for c in one.containers)}
        for pod_id in [i for i, sampled in self._pods.items() if _running(sampled.seen) != _running(known.get(i))]:
            self._pods.pop(pod_id).close()
        for pod_id, one in known.items():
            if pod_id not in self._pods:
                self._pods[pod_id] = self._open_pod(one)

    def _open_pod(self, one: Known) -> _Sampled:
        container_names = {container.id: container.name for container in one.containers}
        slot = len(self._pods) % DETAIL_EVERY
        sampled = _Sampled(one, None, {}, {}, one.pod.infra_container_id, slot, container_names)
        path: str | None = None
        for container in one.containers:
            if container.state not in LIVE or container.pid is None:
                continue
            own = layout.container_path(container.pid, self.proc_root)
            if own is None:
                self._retry = True
                continue
            path = path or layout.pod_path(own, one.pod.id)
            if group := self._group(own):
                sampled.containers[container.id] = group
            self._open_network(sampled, container)
        sampled.total = self._group(path) if path else None
        if not sampled.no_network:
            sampled.no_network = "the infra container does not run" if sampled.infra_id else "no infra container"
        return sampled

    def _group(self, path: str) -> Group | None:
        try:
            return Group(self._layout, path)
        except CgroupGoneError:
            self._retry = True
            return None

    def _open_network(self, sampled: _Sampled, container: ContainerFacts) -> None:
        """Open the namespace of the infra container, and of a container that has one of its own."""
        assert container.pid is not None  # noqa: S101  # for the type checker: the caller looked
        inode = namespace_inode(container.pid, proc_root=self.proc_root)
        if inode is None or any(network.inode == inode for network in sampled.networks.values()):
            return
        if inode in self._host_networks:
            if container.is_infra:
                sampled.no_network = HOST_NETWORK
            return
        try:
            sampled.networks[container.id] = Network(NetworkReader(container.pid, self.proc_root), inode)
        except NamespaceGoneError:
            self._retry = True


_NOTHING = dict.fromkeys(("cpu", "memory", "memory_limit", "pids", "read", "write"), NO_POD_CGROUP)


def _with(one: Usage, more: Detail) -> Usage:
    return msgspec.structs.replace(one, detail=more)


def _running(one: Known | None) -> tuple[tuple[str, int | None], ...]:
    """Return what decides which files are open: the live containers and their processes."""
    if one is None:
        return ()
    return tuple(sorted((c.id, c.pid) for c in one.containers if c.state in LIVE))
