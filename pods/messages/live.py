"""Live numbers: what two samples of the kernel's counters give, and the tick that carries them."""

from typing import TypedDict

from msgspec import Struct


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


class PodUsage(Struct, frozen=True, kw_only=True):
    """One pod in one tick. ``total`` is the pod cgroup's own (never a sum); network is counted once per namespace."""

    at: float  # seconds since 1970 of this sample
    source: str  # "cgroup v1" | "cgroup v2" | "engine"
    total: Usage
    containers: dict[str, Usage]  # by engine id; network only where a container has a namespace of its own


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
