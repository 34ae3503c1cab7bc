"""What a pod's tree of cgroups means: what is in no container, and which limits are in force, why and by whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pods.domain.specs.numbers import ID_LIST
from pods.domain.specs.numbers import members as numbers_in
from pods.messages.facts import KernelLimits, ResourceLimits
from pods.messages.hosts import EngineInfo
from pods.messages.insight import CgroupTree, Node
from pods.messages.specs import PodSpec

NO_LIMIT = -1
PAGE = 4096  # the kernel keeps memory limits in whole pages
DELEGATE = (
    "As root, write /etc/systemd/system/user@.service.d/delegate.conf with the lines [Service] and"
    " Delegate=cpu cpuset io memory pids, run systemctl daemon-reload, and let the user sign in again."
)
# Ours -> the controller that enforces it.
CONTROLLERS = {"cpu": "cpu", "memory": "memory", "pids": "pids", "cpuset": "cpuset"}
UNREAD = "The kernel's file was not read."


@dataclass(frozen=True)
class Limit:
    """One limit of one cgroup. cpu in cores, memory in bytes, pids a number, cpuset a list as 0-3,8.

    -1: no limit. None: not declared, or not known (``reason`` says why). ``verdict`` "": they agree; ``not_in_force``:
    the kernel does not hold to what was declared; ``not_reported``: it does, but the engine does not tell;
    ``tighter_above``: a cgroup above allows less than this one.
    """

    name: str
    declared: float | str | None
    kernel: float | str | None
    effective: float | str | None
    by: str  # path of the cgroup that sets the effective limit; "" = itself or nobody
    verdict: str = ""
    cause: str = ""
    fix: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Rest:
    """What the pod's cgroup counts and no cgroup that is left in it does. None: not known."""

    charged: int | None  # bytes
    cpu: int | None  # ns since the pod's cgroup was made
    pids: int | None
    dying: int | None  # removed cgroups that still hold memory


@dataclass(frozen=True)
class Judged:
    """One node with its limits."""

    node: Node
    limits: tuple[Limit, ...]

    @property
    def flagged(self) -> tuple[Limit, ...]:
        """The limits about which something has to be said."""
        return tuple(one for one in self.limits if one.verdict)


def rest(tree: CgroupTree) -> Rest | None:
    """Return what is in no cgroup below the pod's; None without a readable cgroup of the pod's own."""
    pod = tree.nodes[0] if tree.nodes and tree.nodes[0].kind == "pod" else None
    if pod is None or pod.usage is None:
        return None
    inside = [node for node in tree.nodes[1:] if node.inside and node.usage is not None]
    return Rest(
        charged=_minus(pod.totals.charged, [node.totals.charged for node in inside]),
        cpu=_minus(pod.totals.cpu, [node.totals.cpu for node in inside]),
        pids=_minus(pod.usage.pids, [None if node.usage is None else node.usage.pids for node in inside]),
        dying=tree.dying,
    )


def _minus(whole: int | None, parts: Sequence[int | None]) -> int | None:
    """Return the whole less its parts, not below 0: they were read one after the other."""
    known = [part for part in parts if part is not None]
    return None if whole is None or len(known) < len(parts) else max(0, whole - sum(known))


def judge(
    tree: CgroupTree, info: EngineInfo | None, reported: ResourceLimits, spec: PodSpec | None
) -> tuple[Judged, ...]:
    """Return every node with its limits: declared, as the kernel has them, and as the cgroups above leave them."""
    pod = tree.nodes[0] if tree.nodes and tree.nodes[0].kind == "pod" else None
    above = [(level.path, level.limits) for level in tree.above]
    judged = []
    for node in tree.nodes:
        chain = list(above)
        if pod is not None and pod.limits is not None and node is not pod and node.inside:
            chain = [(pod.path, pod.limits), *above]
        declared = _of_pod(reported, spec) if node is pod else _of_container(node.declared)
        silent = node is pod and reported.memory_limit is None
        found = () if node.limits is None else _limits(node.limits, declared, chain, tree, info, silent=silent)
        judged.append(Judged(node, tuple(found)))
    return tuple(judged)


def _limits(
    own_limits: KernelLimits,
    declared: dict[str, Any],
    chain: Sequence[tuple[str, KernelLimits]],
    tree: CgroupTree,
    info: EngineInfo | None,
    *,
    silent: bool,
) -> Iterator[Limit]:
    for name, controller in CONTROLLERS.items():
        wanted, own = declared.get(name), _value(name, own_limits)
        effective, by = own, ""
        for path, limits in chain:
            other = _value(name, limits)
            if name != "cpuset" and _finite(other) and not (_finite(effective) and effective <= other):
                effective, by = other, path
        if name == "cpuset":
            effective = own_limits.effective_cpus or own or None
        verdict, cause, fix = "", "", ""
        missing = own_limits.missing.get("cpu_quota" if name == "cpu" else name, UNREAD) if own is None else ""
        if wanted is not None and not _same(name, wanted, own):
            verdict = "not_in_force"
            cause, fix = why_not(controller, tree.version, tree.delegated, info, missing)
        elif silent and name == "memory" and _finite(own):
            verdict = "not_reported"
            cause = "Podman up to 5.8 tells no memory limit of a pod without a CPU limit. The kernel does hold to it."
        elif by:
            verdict = "tighter_above"
            cause = f"The cgroup {by} above it allows less."
            fix = "Raise the limit there if this one shall have more."
        yield Limit(name, wanted, own, effective, by, verdict, cause, fix, missing)


def why_not(
    controller: str, version: str, delegated: tuple[str, ...] | None, info: EngineInfo | None, missing: str = ""
) -> tuple[str, str]:
    """Return the cause of a declared limit that is not in force, and what would mend it.

    ``version`` is the layout's (v1, hybrid, v2), ``delegated`` what the cgroup was given (None: not known).
    """
    if info is not None and info.rootless:
        if version != "v2":
            return (
                "Rootless engines cannot set limits on cgroup v1; they leave them out without a word.",
                "Start the machine with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or run the pod as root.",
            )
        if delegated is not None and controller not in delegated:
            return f"The controller {controller} was not delegated to the engine's user.", DELEGATE
        if info.cgroup_manager == "cgroupfs":
            return (
                "Rootless Podman with the cgroupfs manager makes no cgroup for the pod, so it limits nothing.",
                'Set cgroup_manager = "systemd" in containers.conf, and make the pod again.',
            )
    if delegated is not None and controller not in delegated:
        return (
            f"This cgroup was not given the controller {controller}.",
            f"Enable it in cgroup.subtree_control of each cgroup above: echo +{controller}.",
        )
    if missing:
        return missing, ""
    return (
        "The kernel's file says otherwise: it was changed after the pod was made, or the runtime left it out.",
        "Make the pod again with the limit that you want.",
    )


def _of_pod(reported: ResourceLimits, spec: PodSpec | None) -> dict[str, Any]:
    asked = None if spec is None else spec.resources
    quota = reported.cpu_quota or (asked.cpu_quota if asked else None)
    period = reported.cpu_period or (asked.cpu_period if asked else None)
    return {
        "cpu": _cores(quota, period),
        "memory": reported.memory_limit or (asked.memory if asked else None) or None,
        "cpuset": reported.cpuset_cpus or (asked.cpuset_cpus if asked else None) or None,
    }


def _of_container(words: dict[str, Any]) -> dict[str, Any]:
    """Return the limits of a HostConfig. It writes no limit as 0."""
    quota, period = _whole(words.get("CpuQuota")), _whole(words.get("CpuPeriod"))
    nano = _whole(words.get("NanoCpus"))
    cores = _cores(quota, period) if quota else (nano / 1e9 if nano else None)
    cpus = words.get("CpusetCpus")
    return {
        "cpu": cores,
        "memory": _whole(words.get("Memory")),
        "pids": _whole(words.get("PidsLimit")),
        "cpuset": cpus if isinstance(cpus, str) and cpus else None,
    }


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value != 0 else None


def _cores(quota: int | None, period: int | None) -> float | None:
    if not quota:
        return None
    return NO_LIMIT if quota < 0 else quota / (period or 100_000)


def _value(name: str, limits: KernelLimits) -> Any:
    if name == "cpu":
        if limits.cpu_quota is None or (limits.cpu_quota > 0 and not limits.cpu_period):
            return None
        return _cores(limits.cpu_quota, limits.cpu_period)
    return {"memory": limits.memory, "pids": limits.pids, "cpuset": limits.cpuset_cpus}[name]


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and value != NO_LIMIT


def _same(name: str, wanted: Any, own: Any) -> bool:
    if own is None:
        return False
    if name == "memory":
        return bool(wanted // PAGE == own // PAGE)
    if name == "cpu":
        return bool(abs(wanted - own) < 0.005)
    if name == "cpuset":
        lists = ID_LIST.fullmatch(wanted) and ID_LIST.fullmatch(own)
        return bool(lists) and numbers_in(wanted) == numbers_in(own)
    return bool(wanted == own)
