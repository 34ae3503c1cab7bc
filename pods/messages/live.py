"""Live numbers: what two samples of the kernel's counters give, and the tick that carries them."""

from typing import TypedDict

from msgspec import Struct


class Detail(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one cgroup is slow. Rates are over the ``seconds`` since its details were last read; what is ``None``, or
    not in a dictionary, is unknown or not there, and stands in ``missing`` where the reason is known."""

    seconds: float | None = None  # None: the first reading, which knows no rates
    cpu_user: float | None = None  # percent; 100 = one core busy
    cpu_system: float | None = None
    periods: float | None = None  # CPU enforcement periods per second in which something wanted to run
    throttled_periods: float | None = None  # of these, the throttled ones
    throttled: float | None = None  # percent of the time that run queues stood still, summed over processors
    memory_anon: int | None = None  # bytes
    memory_file: int | None = None  # bytes; page cache, shared memory included
    memory_kernel: int | None = None
    memory_swap: int | None = None
    events: dict[str, int] = {}  # times since the cgroup was made: low high max oom oom_kill; v1: max and oom_kill
    pressure: dict[str, float] = {}  # percent of the time: cpu_some cpu_full memory_some memory_full io_some io_full
    devices: dict[str, tuple[float, float]] = {}  # bytes/s read and written by MAJOR:MINOR
    missing: dict[str, str] = {}


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Usage of one cgroup (a pod's own, or a container's). A field that is ``None`` is unknown: its name stands in
    ``missing`` with the reason. Rates are per second over the interval between two samples."""

    cpu: float | None = None  # percent; 100 = one core busy
    memory: int | None = None  # bytes; the kernel's usage counter minus inactive file cache, as Podman >= 5.6 counts
    memory_limit: int | None = None  # bytes; smallest limit from the cgroup up to the root, or the host's RAM
    pids: int | None = None
    read: float | None = None  # bytes/s from block devices
    write: float | None = None  # bytes/s to block devices
    received: float | None = None  # bytes/s over the pod's own interfaces, loopback left out
    sent: float | None = None
    missing: dict[str, str] = {}
    detail: Detail | None = None  # only while somebody looks at this very pod


class PodUsage(Struct, frozen=True, kw_only=True):
    """One pod in one tick. ``total`` is the pod cgroup's own (never a sum); network is counted once per namespace."""

    at: float  # seconds since 1970 of this sample
    source: str  # "cgroup v1" | "cgroup v2" | "engine"
    total: Usage
    containers: dict[str, Usage]  # by engine id; network only where a container has a namespace of its own


class Look(Struct, frozen=True, kw_only=True):
    """Somebody looks at one pod: for ``seconds`` its ticks shall carry details."""

    host: str
    pod_id: str
    seconds: float


class LiveTick(TypedDict):
    """One channel message per host and second. ``pods`` maps engine id to a PodUsage *already encoded as JSON text*,
    so that the web process forwards slices and encodes nothing per viewer."""

    type: str  # "live.tick"
    host: str
    sequence: int
    at: float
    pods: dict[str, str]


class Changes(TypedDict):
    """Rows of one host that changed; the browser fetches what it shows of them again. Sent after commit."""

    type: str  # "live.changes"
    host: str
    pods: list[int]  # primary keys of pods whose row, containers or operations changed; removed ones included
    states: dict[str, str]  # primary key -> state of those that exist: the word is shown before the row is fetched
    all: bool  # the host itself changed (engine gone or back), or too many pods to name
