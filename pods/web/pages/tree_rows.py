"""The tree of a pod's cgroups as its page shows it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pods.domain.cgroup_tree import NO_LIMIT, Judged, Limit, judge, rest
from pods.messages.insight import CgroupTree, Node
from pods.messages.live import Detail
from pods.models import Pod

KINDS = {
    "pod": "the pod's own",
    "infra": "infra",
    "container": "container",
    "conmon": "Podman's monitor",
    "other": "not of a container",
}
PRESSURES = ("cpu", "memory", "io")


@dataclass(frozen=True)
class Bar:
    """One part of a bar of 100 units."""

    kind: str  # anon | file | kernel | rest; user | system
    start: float
    width: float


@dataclass(frozen=True)
class Stall:
    """Pressure of one resource, in percent of the time, and µs since the cgroup was made."""

    resource: str
    some: float | None
    full: float | None
    some_total: int | None
    full_total: int | None


@dataclass(frozen=True)
class Device:
    """Block I/O of one device."""

    name: str
    reading: float | None  # bytes/s
    writing: float | None
    read: int  # bytes
    written: int


@dataclass(frozen=True)
class TreeRow:
    """One node."""

    number: int
    node: Node
    word: str
    detail: Detail
    missing: Mapping[str, str]  # why; "" where no reason is known
    memory: tuple[Bar, ...]
    cpu: tuple[Bar, ...]
    throttled_share: float | None  # percent of the periods
    events: tuple[tuple[str, int], ...]  # those that happened
    stalls: tuple[Stall, ...]
    devices: tuple[Device, ...]
    limits: tuple[Limit, ...]  # those that somebody set
    flagged: tuple[Limit, ...]


def rows_of(tree: CgroupTree, pod: Pod) -> dict[str, Any]:
    """Return ``rows``, ``rest``, and ``flagged``: the limits of which something has to be said, each with its row."""
    judged = judge(tree, pod.host.info, pod.resource_limits(), pod.spec)
    memory = max((one.node.totals.charged or 0 for one in judged), default=0)
    busiest = max((one.node.usage.cpu or 0 for one in judged if one.node.usage), default=0)
    rows = [_row(number, one, memory, max(busiest, 100.0)) for number, one in enumerate(judged)]
    flagged = [(row, one) for row in rows for one in row.flagged if one.verdict != "tighter_above"]
    return {"rows": rows, "rest": rest(tree), "flagged": flagged, "pod_row": rows[0] if _has_pod(tree) else None}


def _has_pod(tree: CgroupTree) -> bool:
    return bool(tree.nodes) and tree.nodes[0].kind == "pod"


def _row(number: int, one: Judged, memory: int, cores: float) -> TreeRow:
    node = one.node
    detail = (node.usage.detail if node.usage else None) or Detail()
    missing = {**detail.missing, **(node.usage.missing if node.usage else {})}
    if node.unread:
        missing = dict.fromkeys(("cpu", "memory", "pids", "read", "write", "periods", "events", "devices"), node.unread)
    share = None
    if detail.periods is not None and detail.throttled_periods is not None:
        share = 100 * detail.throttled_periods / detail.periods if detail.periods else 0.0
    return TreeRow(
        number=number,
        node=node,
        word=KINDS[node.kind],
        detail=detail,
        missing=defaultdict(str, missing),  # a template asks for every name
        memory=tuple(_memory_bars(node, detail, memory)),
        cpu=tuple(_bars((("user", detail.cpu_user), ("system", detail.cpu_system)), cores)),
        throttled_share=share,
        events=tuple((name, times) for name, times in detail.events.items() if times),
        stalls=tuple(_stalls(node, detail)),
        devices=tuple(_devices(node, detail)),
        limits=tuple(limit for limit in one.limits if _is_set(limit)),
        flagged=one.flagged,
    )


def _memory_bars(node: Node, detail: Detail, whole: int) -> list[Bar]:
    parts = (("anon", detail.memory_anon), ("file", detail.memory_file), ("kernel", detail.memory_kernel))
    known = sum(value or 0 for _, value in parts)
    other = max(0, (node.totals.charged or 0) - known)
    return _bars((*parts, ("rest", other)), whole)


def _bars(parts: tuple[tuple[str, float | None], ...], whole: float) -> list[Bar]:
    bars: list[Bar] = []
    start = 0.0
    for kind, value in parts:
        if not value or not whole:
            continue
        width = min(100.0 - start, 100.0 * value / whole)
        bars.append(Bar(kind, round(start, 2), round(width, 2)))
        start += width
    return bars


def _stalls(node: Node, detail: Detail) -> list[Stall]:
    totals = node.totals.pressure
    return [
        Stall(
            resource=one,
            some=detail.pressure.get(f"{one}_some"),
            full=detail.pressure.get(f"{one}_full"),
            some_total=totals.get(f"{one}_some"),
            full_total=totals.get(f"{one}_full"),
        )
        for one in PRESSURES
        if f"{one}_some" in totals
    ]


def _devices(node: Node, detail: Detail) -> list[Device]:
    found = []
    for name, (read, written) in sorted((node.totals.devices or {}).items()):
        reading, writing = detail.devices.get(name, (None, None))
        found.append(Device(name, reading, writing, read, written))
    return found


def _is_set(limit: Limit) -> bool:
    values = (limit.declared, limit.kernel)
    own = any(value not in (None, "", NO_LIMIT) for value in values)
    return own or bool(limit.by) or limit.verdict == "not_in_force"
