"""What a host worker says about itself and its engine."""

from msgspec import Struct


class Attempt(Struct, frozen=True, kw_only=True):
    """One way that was tried to reach an engine, and what came back, in words for a person."""

    socket: str
    answer: str


class EngineInfo(Struct, frozen=True, kw_only=True):
    """Facts of the engine that do not change while it runs (from ``/info`` and ``/version``)."""

    version: str
    api_version: str
    rootless: bool
    cgroup_version: str  # "v1" | "v2"
    cgroup_manager: str  # "cgroupfs" | "systemd"
    oci_runtime: str
    selinux_enabled: bool
    cpus: int
    memory_total: int  # bytes
    hostname: str
    kernel: str
    distribution: str


class HostOnline(Struct, frozen=True, kw_only=True):
    """Said once by each boot of a host worker, before anything else: what the former boot had running is lost."""

    host: str
    boot: str  # uuid of this run of the host worker
    epoch: int  # ms since 1970 when this boot began; orders boots
    at: float  # seconds since 1970


class EngineStatus(Struct, frozen=True, kw_only=True):
    """Whether the engine answers. Said at once on a change, and every few seconds as a sign of life."""

    host: str
    boot: str
    epoch: int
    sequence: int
    at: float
    answering: bool
    since: float  # when it began to (not) answer, seconds since 1970
    socket: str = ""
    info: EngineInfo | None = None
    attempts: tuple[Attempt, ...] = ()  # filled while nothing answers
    advice: str = ""  # the command that mends it, while nothing answers
    notes: tuple[str, ...] = ()  # what podweb changed to make this engine work, in sentences
