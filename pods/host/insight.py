"""Answers about the tree of a pod's cgroups and about its namespaces: from the kernel's files, nothing is changed."""

from collections.abc import Callable
from typing import Any

from pods.cgroups.layout import PROC_ROOT
from pods.engine import containers, pods
from pods.engine.errors import NotFoundError
from pods.engine.state import RUNNING
from pods.engine.transport import Engine
from pods.host.in_force import Kernel
from pods.host.infra import find_cgroup
from pods.host.insight_tree import Inspected, find_pod_path, read_tree
from pods.messages.facts import ContainerFacts
from pods.messages.insight import NAMESPACES, CgroupTree, Member, Namespaces

Left = Callable[[], float]
RESERVE = 2.0  # seconds kept for reading the kernel's files; what is not inspected by then has no declared limits
# What of a container's HostConfig is a limit.
LIMITS = (
    *("Memory", "MemorySwap", "MemoryReservation", "CpuPeriod", "CpuQuota", "CpuShares", "NanoCpus", "CpusetCpus"),
    *("CpusetMems", "PidsLimit", "BlkioWeight"),
)
# Our name -> HostConfig's.
MODES = {
    "net": "NetworkMode",
    "ipc": "IpcMode",
    "uts": "UTSMode",
    "pid": "PidMode",
    "user": "UsernsMode",
    "cgroup": "CgroupMode",
}
PAUSED = "paused"


def cgroup_tree(engine: Engine, kernel: Kernel, pod_id: str, left: Left) -> CgroupTree:
    """Return the pod's tree of cgroups. Raises NotFoundError, TimedOutError."""
    members = members_of(engine, pod_id, left)
    pod = pods.inspect(engine, pod_id, timeout=left())
    inspected: dict[str, Inspected] = {}
    for member in members:
        if left() < RESERVE:
            break
        try:
            raw = containers.raw_inspect(engine, member.id, timeout=left())
        except NotFoundError:
            continue
        inspected[member.id] = _inspected(raw)
    said = find_cgroup(engine, pod, left=left).cgroup_path
    path = find_pod_path(kernel, members, pod_id, said) if pod.shares_cgroup else None
    return read_tree(kernel, pod.name, path, members, inspected)


def _inspected(raw: dict[str, Any]) -> Inspected:
    config = raw.get("HostConfig") or {}
    conmon = (raw.get("State") or {}).get("ConmonPid")
    return Inspected(
        conmon_pid=conmon if isinstance(conmon, int) else 0,
        host_config={name: config[name] for name in LIMITS if config.get(name)},
    )


def namespaces(engine: Engine, kernel: Kernel, pod_id: str, left: Left) -> Namespaces:
    """Return in which namespaces the pod's running containers are. Raises NotFoundError, TimedOutError."""
    members = members_of(engine, pod_id, left)
    pod = pods.inspect(engine, pod_id, timeout=left())
    found: list[Member] = []
    unread: dict[str, str] = {}
    for member in members:
        if member.state not in {RUNNING, PAUSED} or member.pid is None:
            unread[member.id] = f"It does not run ({member.state}), so it is in no namespace."
            continue
        inodes, missing = read_namespaces(kernel, member.pid)
        if not inodes:
            unread[member.id] = next(iter(missing.values()), "It ended while it was read.")
            continue
        found.append(
            Member(
                container=member.id,
                name=member.name,
                pid=member.pid,
                is_infra=member.is_infra,
                inodes=inodes,
                missing=missing,
                modes=_modes(engine, member.id, left),
            )
        )
    shared = {"mnt" if one == "mount" else one for one in pod.shared_namespaces}
    return Namespaces(
        host=_host(kernel),
        members=tuple(sorted(found, key=lambda one: (not one.is_infra, one.name))),
        shared=tuple(one for one in NAMESPACES if one in shared),
        infra=pod.infra_container_id,
        unread=unread,
    )


def read_namespaces(kernel: Kernel, pid: int | str) -> tuple[dict[str, int], dict[str, str]]:
    """Return the inodes of a process's namespaces by kind, and why for those that cannot be known."""
    inodes: dict[str, int] = {}
    missing: dict[str, str] = {}
    for kind in NAMESPACES:
        try:
            inodes[kind] = (kernel.proc_root / str(pid) / "ns" / kind).stat().st_ino
        except FileNotFoundError:
            missing[kind] = "The process ended while it was read, or this kernel has no such namespace."
        except OSError as error:
            missing[kind] = f"/proc/{pid}/ns/{kind}: {error.strerror}"
    return inodes, missing


def _host(kernel: Kernel) -> dict[str, int]:
    """Return the host's own: its first process's; without the right to see those, ours on the same machine."""
    inodes, missing = read_namespaces(kernel, 1)
    if missing and kernel.proc_root == PROC_ROOT:
        own, _ = read_namespaces(kernel, "self")
        inodes = {**own, **inodes}
    return inodes


def _modes(engine: Engine, container_id: str, left: Left) -> dict[str, str]:
    try:
        config = containers.raw_inspect(engine, container_id, timeout=left()).get("HostConfig") or {}
    except NotFoundError:
        return {}
    return {ours: str(config.get(theirs) or "") for ours, theirs in MODES.items()}


def members_of(engine: Engine, pod_id: str, left: Left) -> list[ContainerFacts]:
    """Return the pod's containers as the engine lists them now. Raises NotFoundError when the pod is gone."""
    found = containers.list_containers(engine, pod_id=pod_id, timeout=left())
    if not found and not pods.exists(engine, pod_id, timeout=left()):
        raise NotFoundError("The engine no longer has the pod.")
    return found
