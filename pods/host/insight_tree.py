"""The tree of a pod's cgroups, each read twice with a moment between: totals, and rates over that moment."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pods.cgroups import tree
from pods.cgroups.detail import DetailCounters, DetailReader
from pods.cgroups.layout import PROC_ROOT, Layout, container_path, memory_total, pod_path
from pods.cgroups.limits import read_limits
from pods.cgroups.reader import OUTSIDE, CgroupGoneError, CgroupReader, Counters
from pods.cgroups.usage import detail, usage
from pods.host.in_force import Kernel
from pods.messages.facts import ContainerFacts, KernelLimits
from pods.messages.insight import CgroupTree, Level, Node, Totals

BETWEEN = 0.5  # seconds; five of the periods in which the kernel enforces CPU limits
MOST_NODES = 300
NOT_RUNNING = "It does not run, so it has no cgroup."
SHARED = "Its cgroup holds other things too, so its numbers would not be its own."
GONE = "It ended while it was read."
NO_GROUP = "The pod was made without a cgroup of its own, so only its containers' can be told."
VANISHED = (
    "The pod's cgroup is not there. It goes when the machine is started anew, and starting the pod makes it again."
)


@dataclass(frozen=True)
class Inspected:
    """What a container's inspect says beside its facts."""

    conmon_pid: int = 0
    host_config: dict[str, Any] = field(default_factory=dict)


class _Reading:
    """One cgroup, open for two readings."""

    def __init__(self, layout: Layout, path: str) -> None:
        self.layout = layout
        self.counters = CgroupReader(layout, path)
        try:
            self.details = DetailReader(layout, path)
        except CgroupGoneError:
            self.counters.close()
            raise
        self.first: tuple[Counters, DetailCounters] | None = None

    def read(self) -> tuple[Counters, DetailCounters]:
        """Return both kinds of counters now. Raises CgroupGoneError."""
        return self.counters.read(), self.details.read()

    def fill(self, node: Node, ram: int) -> Node:
        """Return the node with what two readings give. Raises CgroupGoneError."""
        charged = tree.charged(self.layout, node.path)
        now, more = self.read()
        before, before_more = self.first or (None, None)
        used = usage(before, now, missing=self.counters.missing, memory_total=ram)
        details = detail(before_more, more, missing=self.details.missing)
        totals = Totals(
            cpu=now.cpu,
            cpu_user=more.cpu_user,
            cpu_system=more.cpu_system,
            periods=more.periods,
            throttled_periods=more.throttled_periods,
            throttled=more.throttled,
            charged=charged,
            devices=more.devices,
            pressure=more.pressure,
        )
        return msgspec.structs.replace(
            node,
            usage=msgspec.structs.replace(used, detail=details),
            totals=totals,
            limits=limits_of(self.layout, node),
        )

    def close(self) -> None:
        """Close every file."""
        self.counters.close()
        self.details.close()


def limits_of(layout: Layout, node: Node) -> KernelLimits | None:
    """Return the limits in the kernel's files; None where the cgroup is gone."""
    try:
        return read_limits(layout, node.path)
    except CgroupGoneError:
        return None


def find_pod_path(kernel: Kernel, members: Iterable[ContainerFacts], pod_id: str, said: str | None) -> str | None:
    """Return the pod's cgroup: above a container that runs, else where the engine ``said`` that it is."""
    for member in members:
        if member.pid is not None:
            own = container_path(member.pid, kernel.proc_root, container_id=member.id)
            if own is not None and (path := pod_path(own, pod_id)):
                return path
    return said


def read_tree(
    kernel: Kernel,
    pod_name: str,
    path: str | None,
    members: Sequence[ContainerFacts],
    inspected: dict[str, Inspected],
    *,
    between: float = BETWEEN,
) -> CgroupTree:
    """Return the tree below the pod's cgroup ``path``; without one, of its containers alone. Sleeps ``between``."""
    layout = kernel.layout
    exists = path is not None and (path.startswith("/..") or bool(tree.directories(layout, path)))
    nodes = _nodes(kernel, pod_name, path if exists else None, members, inspected)
    told = _read(layout, nodes[:MOST_NODES], memory_total(kernel.proc_root), between)
    reason = "" if exists else NO_GROUP if path is None else VANISHED
    if path is not None and path.startswith("/.."):
        reason = OUTSIDE
    return CgroupTree(
        version=tree.kind_of_layout(layout),
        seconds=between,
        nodes=tuple(told),
        above=tuple(_above(layout, path)) if exists and path else (),
        dying=tree.dying(layout, path) if exists and path else None,
        delegated=tree.controllers(layout, path) if exists and path else None,
        left_out=max(0, len(nodes) - MOST_NODES),
        reason=reason,
    )


def _nodes(
    kernel: Kernel,
    pod_name: str,
    path: str | None,
    members: Sequence[ContainerFacts],
    inspected: dict[str, Inspected],
) -> list[Node]:
    layout = kernel.layout
    nodes: list[Node] = []
    seen: set[str] = set()
    if path is not None:
        nodes.append(Node(path=path, kind="pod", name=pod_name))
        nodes += [_inside(layout, one, members, inspected) for one in tree.children(layout, path)]
        seen = {node.container for node in nodes if node.container}
    for member in members:
        if member.id in seen:
            continue
        own = None if member.pid is None else container_path(member.pid, kernel.proc_root, container_id=member.id)
        nodes.append(_of_member(member, own or "", inspected, inside=path is None or own is None))
    known = {node.path for node in nodes}
    for conmon in _conmons(kernel, inspected):
        if conmon not in known:
            known.add(conmon)
            own_group = "conmon" in conmon.rpartition("/")[2]
            unread = "" if own_group else SHARED
            nodes.append(Node(path=conmon, kind="conmon", name="conmon", inside=False, unread=unread))
    order = {"pod": 0, "infra": 1, "container": 2, "conmon": 3, "other": 4}
    return sorted(nodes, key=lambda node: (order[node.kind], not node.inside, node.name))


def _inside(layout: Layout, path: str, members: Sequence[ContainerFacts], inspected: dict[str, Inspected]) -> Node:
    """Return the node of a cgroup directly in the pod's."""
    name = path.rpartition("/")[2]
    inner = tree.count_below(layout, path)
    if "conmon" in name:
        processes = tuple(tree.process_names(layout, path, PROC_ROOT)[:5])
        return Node(path=path, kind="conmon", name="conmon", inner=inner, processes=processes)
    for member in members:
        if member.id in name:
            return msgspec.structs.replace(_of_member(member, path, inspected, inside=True), inner=inner)
    processes = tuple(tree.process_names(layout, path, PROC_ROOT)[:5])
    return Node(path=path, kind="other", name=name, inner=inner, processes=processes)


def _of_member(member: ContainerFacts, path: str, inspected: dict[str, Inspected], *, inside: bool) -> Node:
    found = inspected.get(member.id)
    return Node(
        path=path,
        kind="infra" if member.is_infra else "container",
        name=member.name,
        container=member.id,
        state=member.state,
        inside=inside,
        declared={} if found is None else found.host_config,
        unread="" if path else NOT_RUNNING,
    )


def _conmons(kernel: Kernel, inspected: dict[str, Inspected]) -> list[str]:
    paths = {container_path(one.conmon_pid, kernel.proc_root) for one in inspected.values() if one.conmon_pid > 0}
    return sorted(path for path in paths if path)


def _read(layout: Layout, nodes: list[Node], ram: int, between: float) -> list[Node]:
    open_ones: dict[int, _Reading] = {}
    told = list(nodes)
    try:
        for number, node in enumerate(nodes):
            if node.unread:
                continue
            try:
                open_ones[number] = reading = _Reading(layout, node.path)
                reading.first = reading.read()
            except CgroupGoneError:
                told[number] = msgspec.structs.replace(node, unread=GONE)
        time.sleep(between)
        # Containers before the pod: its total, read later, can only be larger, never smaller than its parts.
        for number in reversed(open_ones):
            try:
                told[number] = open_ones[number].fill(nodes[number], ram)
            except CgroupGoneError:
                told[number] = msgspec.structs.replace(nodes[number], unread=GONE)
    finally:
        for reading in open_ones.values():
            reading.close()
    return told


def _above(layout: Layout, path: str) -> Iterable[Level]:
    elements = path.strip("/").split("/")[:-1]
    for depth in range(len(elements), 0, -1):
        above = "/" + "/".join(elements[:depth])
        try:
            yield Level(path=above, limits=read_limits(layout, above))
        except CgroupGoneError:
            continue  # a level without any controller limits nothing
