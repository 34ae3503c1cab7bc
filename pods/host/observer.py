"""Reads the engine and reports what is there: snapshots of all pods, or of some.

Built from the container list, which answers at once while the pod list and a pod's inspect wait for any pod that is
just stopping. A pod's inspect is static but for its infra container, so it is read once; of that container what comes
with each start (addresses, conmon) is read again when its process is another. The kernel's files are read each time.
"""

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from pods.engine import containers, pods
from pods.engine.containers import Inspect
from pods.engine.errors import EngineError, NotFoundError, RefusedError, TimedOutError
from pods.engine.parse import addresses
from pods.engine.state import pod_state
from pods.engine.transport import Engine
from pods.host.details import UNREADABLE, Details
from pods.host.in_force import Kernel
from pods.host.inventory import Inventory, Known
from pods.messages.facts import ContainerFacts, InfraFacts, PodFacts
from pods.messages.snapshots import Snapshot

LIST_TIMEOUT = 10.0  # seconds
POD_LIST_TIMEOUT = 1.0  # it blocks while any pod stops; what is known is kept then
INSPECT_TIMEOUT = 1.0  # likewise, for the pod that stops


@dataclass(frozen=True)
class Identity:
    """Who speaks: the host, and this boot of its worker."""

    host: str
    boot: str
    epoch: int  # ms since 1970


@dataclass
class Observer:
    """One engine, what is known of it, and the numbering of snapshots."""

    identity: Identity
    inventory: Inventory
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    kernel: Kernel = field(default_factory=Kernel)
    details: Details = field(default_factory=Details)
    _infra_pids: dict[str, int] = field(default_factory=dict)  # pod id -> the infra process that was read last

    def observe_all(self, engine: Engine) -> Snapshot:
        """Return a snapshot of every pod; not ``complete`` where the engine held something back."""
        sequence, at = next(self.numbers), time.time()
        listed = _by_pod(containers.list_containers(engine, timeout=LIST_TIMEOUT))
        before = self.inventory.all()
        complete = True
        try:
            ids = {pod.Id for pod in pods.list_pods(engine, timeout=POD_LIST_TIMEOUT)}
        except TimedOutError:
            complete = False
            ids = {pod_id for pod_id in before if pods.exists(engine, pod_id, timeout=LIST_TIMEOUT)}
        known, unread = self._read(engine, ids | set(listed), listed)
        gone = set(before) - set(known) - unread
        self._take_in(known, gone)
        complete = complete and not unread
        if complete:
            self.details.keep_only(member.id for one in known.values() for member in one.containers)
        named = () if complete else tuple({*known, *gone})
        return self._snapshot(sequence, at, known, pod_ids=named, complete=complete)

    def observe(self, engine: Engine, pod_ids: Iterable[str]) -> Snapshot:
        """Return a snapshot of the named pods; one that no longer exists is named and absent."""
        sequence, at = next(self.numbers), time.time()
        wanted = set(pod_ids)
        if len(wanted) <= 3:
            listed = {i: tuple(containers.list_containers(engine, pod_id=i, timeout=LIST_TIMEOUT)) for i in wanted}
        else:
            listed = _by_pod(containers.list_containers(engine, timeout=LIST_TIMEOUT))
        # A pod whose containers are listed exists; of the others the engine is asked, without waiting for their locks.
        present = {i for i in wanted if listed.get(i) or pods.exists(engine, i, timeout=LIST_TIMEOUT)}
        known, unread = self._read(engine, present, listed)
        gone = wanted - set(known) - unread
        self._take_in(known, gone)
        return self._snapshot(sequence, at, known, pod_ids=tuple({*known, *gone}), complete=False)

    def _read(
        self, engine: Engine, ids: set[str], listed: dict[str, tuple[ContainerFacts, ...]]
    ) -> tuple[dict[str, Known], set[str]]:
        """Return what is known of ``ids``, and those that exist but cannot be read now."""
        known: dict[str, Known] = {}
        unread: set[str] = set()
        for pod_id in ids:
            members = listed.get(pod_id, ())
            try:
                facts = self._facts(engine, pod_id, members)
            except NotFoundError:
                continue
            except (RefusedError, TimedOutError):
                unread.add(pod_id)  # one pod's trouble is not the host's
                continue
            members = self.details.enrich(engine, facts, members)
            known[pod_id] = Known(self._in_force(engine, facts, members), members)
        return known, unread

    def read_details(self, engine: Engine, seconds: float) -> set[str]:
        """Read details of containers for ``seconds`` at most; returns the pods that are worth a new snapshot."""
        return self.details.read_some(engine, self.inventory.all(), seconds)

    def network_changed(self, pod_id: str) -> None:
        """Read the pod's addresses again with its next snapshot."""
        self._infra_pids.pop(pod_id, None)

    def _take_in(self, known: dict[str, Known], gone: set[str]) -> None:
        self.inventory.replace(known, gone)
        for pod_id in gone:
            self._infra_pids.pop(pod_id, None)

    def _in_force(self, engine: Engine, facts: PodFacts, members: tuple[ContainerFacts, ...]) -> PodFacts:
        """Return the pod's facts with everything that changes while it exists as it is now."""
        return msgspec.structs.replace(
            facts,
            # Init containers do not count (libpod/pod_status.go); one that is not known to be one does.
            state=pod_state(member.state for member in members if not member.init),
            infra=self._infra(engine, facts, members),
            kernel_limits=self.kernel.limits(facts, members),
            stale_network=self.kernel.stale_network(facts, members, lambda one: self._joins(engine, one)),
        )

    def _joins(self, engine: Engine, container_id: str) -> bool:
        found = self.details.read(engine, container_id)
        return found is not None and found.joins_network

    def _infra(self, engine: Engine, facts: PodFacts, members: tuple[ContainerFacts, ...]) -> InfraFacts | None:
        """Return the infra container with its addresses and exit command, reading it again after each start."""
        infra = facts.infra
        if infra is None:
            return None
        pid = next((member.pid for member in members if member.id == infra.container_id), None)
        if pid is None:
            self._infra_pids.pop(facts.id, None)
            return msgspec.structs.replace(infra, addresses=(), exit_command=None)
        if pid == self._infra_pids.get(facts.id):
            return infra
        try:
            found = containers.inspect(engine, infra.container_id, timeout=INSPECT_TIMEOUT)
        except UNREADABLE:
            return infra
        return self._started(facts.id, infra, found)

    def _started(self, pod_id: str, infra: InfraFacts, found: Inspect) -> InfraFacts:
        self._infra_pids[pod_id] = found.State.Pid
        self.details.keep(found)
        return msgspec.structs.replace(
            infra, addresses=addresses(found), exit_command=self.kernel.exit_command(found.State.ConmonPid)
        )

    def _facts(self, engine: Engine, pod_id: str, members: tuple[ContainerFacts, ...]) -> PodFacts:
        before = self.inventory.get(pod_id)
        infra = next((member.id for member in members if member.is_infra), "")
        if before is not None and before.pod.infra_container_id == infra and (before.pod.infra or not infra):
            return before.pod
        try:
            facts, found = pods.read(engine, pod_id, timeout=INSPECT_TIMEOUT)
        except TimedOutError:
            if before is None:
                raise
            return before.pod
        if facts.infra is not None and found is not None:
            facts = msgspec.structs.replace(facts, infra=self._started(pod_id, facts.infra, found))
        return facts

    def _snapshot(
        self, sequence: int, at: float, known: dict[str, Known], *, pod_ids: tuple[str, ...], complete: bool
    ) -> Snapshot:
        return Snapshot(
            host=self.identity.host,
            boot=self.identity.boot,
            epoch=self.identity.epoch,
            sequence=sequence,
            observed_at=at,
            complete=complete,
            pod_ids=pod_ids,
            pods=tuple(one.pod for one in known.values()),
            containers=tuple(container for one in known.values() for container in one.containers),
        )


def _by_pod(listed: list[ContainerFacts]) -> dict[str, tuple[ContainerFacts, ...]]:
    grouped: dict[str, list[ContainerFacts]] = {}
    for container in listed:
        grouped.setdefault(container.pod_id, []).append(container)
    return {pod_id: tuple(members) for pod_id, members in grouped.items()}


def try_observe(observer: Observer, engine: Engine, pod_id: str) -> Snapshot | None:
    """Return a snapshot of one pod, or None when the engine does not let itself be read just now."""
    try:
        return observer.observe(engine, [pod_id])
    except EngineError:
        return None
