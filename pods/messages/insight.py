"""What only the kernel's files tell of one pod: its tree of cgroups, and who shares which namespace with whom."""

from typing import Any

from msgspec import Struct

from pods.messages.facts import KernelLimits
from pods.messages.live import Usage

# As in /proc/PID/ns. ``mnt`` is called "mount" where Podman lists what a pod shares.
NAMESPACES = ("net", "ipc", "uts", "pid", "user", "cgroup", "mnt")


class Totals(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counters of one cgroup, what is below it included, since it was made. ``None`` is unknown: the reason stands in
    ``missing`` of the node's usage or of its details."""

    cpu: int | None = None  # ns
    cpu_user: int | None = None  # ns
    cpu_system: int | None = None  # ns
    periods: int | None = None  # CPU enforcement periods in which something wanted to run
    throttled_periods: int | None = None
    throttled: int | None = None  # ns that run queues stood still, summed over processors
    charged: int | None = None  # bytes charged now, all page cache included (Usage.memory leaves out the inactive)
    devices: dict[str, tuple[int, int]] | None = None  # bytes read and written by MAJOR:MINOR
    pressure: dict[str, int] = {}  # µs of stall by cpu_some, cpu_full, memory_some, ...


class Node(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cgroup. ``usage`` (with its detail) is over the ``seconds`` between two readings."""

    path: str  # as in /proc/PID/cgroup
    kind: str  # pod | infra | container | conmon | other
    name: str  # of the container, else the path's last element
    container: str = ""  # engine id
    state: str = ""  # the container's, as the engine lists it
    inside: bool = True  # False: it stands outside the pod's own cgroup
    inner: int = 0  # cgroups that the payload made below it; their counts are part of this node's
    processes: tuple[str, ...] = ()  # conmon and other: names of the first few processes in it
    usage: Usage | None = None  # None: it could not be read, and ``unread`` says why
    totals: Totals = Totals()
    limits: KernelLimits | None = None
    declared: dict[str, Any] = {}  # container: the limits in the engine's own words (inspect HostConfig)
    unread: str = ""


class Level(Struct, frozen=True, kw_only=True):
    """The limits of one cgroup above the pod's, up to the root that the host worker sees."""

    path: str
    limits: KernelLimits


class CgroupTree(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The pod's node comes first; without one ``reason`` says why, and the containers' cgroups stand alone."""

    version: str  # v1 | hybrid | v2
    seconds: float  # between the two readings
    nodes: tuple[Node, ...] = ()
    above: tuple[Level, ...] = ()  # nearest first
    dying: int | None = None  # removed cgroups that still hold memory; None: this kernel does not count them
    delegated: tuple[str, ...] | None = None  # v2: controllers that the pod's cgroup has; None on v1
    left_out: int = 0  # cgroups beyond the most that are told
    reason: str = ""


class Member(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The namespaces of one running container. ``modes`` are the engine's words of what it was made to join."""

    container: str
    name: str
    pid: int
    is_infra: bool = False
    inodes: dict[str, int] = {}  # by the names in NAMESPACES
    missing: dict[str, str] = {}  # likewise: why it is unknown
    modes: dict[str, str] = {}  # net, ipc, uts, pid, user, cgroup: "", host, private, container:ID, ns:PATH, ...


class Namespaces(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``host`` are those of the host's first process, or of the host worker where that may not be looked at."""

    host: dict[str, int] = {}
    members: tuple[Member, ...] = ()
    shared: tuple[str, ...] = ()  # what the pod was made to share, in the names of NAMESPACES
    infra: str = ""  # engine id; "" = the pod has none
    unread: dict[str, str] = {}  # container -> why
