"""What happened to a pod and podweb keeps, because the engine or the kernel will forget it."""

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Kind(StrEnum):
    """What a timeline can be narrowed to. ``details`` of each are named behind it."""

    ENGINE = "engine"  # {action} as the engine has it; a container's end also {exit_code}
    # {process, pid, limit: "container" | "pod" | "parent" | "host", bytes: of that limit, if known} from the kernel's
    # log, or {count} from counters
    OOM = "oom"
    MEMORY_LIMIT = "memory_limit"  # {count}: it ran into its limit again and again
    THROTTLED = "throttled"  # {share}: percent of the enforcement periods
    UNTHROTTLED = "unthrottled"  # {seconds}: how long it had lasted
    LIMITS = "limits"  # {name: [before, after]} as pods.cgroups.own_limits has them; -1 = no limit
    HEALTH = "health"  # {status, before}
    LEFT_OUT = "left_out"  # {count}: more happened in this minute than is kept


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened. ``key`` is the same whenever the same thing is told again."""

    key: str
    at: float  # seconds since 1970
    kind: Kind
    pod_id: str
    pod_name: str
    unit: str = ""  # as in history
    container: str = ""  # its name; "" = the pod itself
    container_id: str = ""
    source: str = ""  # "engine" | "kernel log" | "cgroup v1" | "cgroup v2"
    details: dict[str, Any] = {}


class Events(Struct, frozen=True, kw_only=True):
    """What happened on one host, the oldest first."""

    host: str
    boot: str
    epoch: int
    events: tuple[Event, ...]
