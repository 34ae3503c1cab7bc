"""The limits of a pod's cgroup: what was asked for, and what the kernel holds it to."""

from collections.abc import Callable
from typing import Any

from pods.domain.answers import INSPECT, KERNEL, Accessor, Asked, answer
from pods.domain.specs.numbers import ID_LIST, members
from pods.messages.facts import KernelLimits, ResourceLimits
from pods.models import Pod

PAGE = 4096  # the kernel keeps memory limits in whole pages
NO_CGROUP = "The pod has no cgroup of its own, so nothing limits it as a whole."
UNREAD = "The kernel's file was not read: nothing runs in the pod's cgroup, or it is out of reach."
# Podman up to 5.8 reports no limit at all where there is none of the CPU (engine.md 1.2), so silence is no answer.
SILENT = "The engine does not tell it, and the kernel's file was not read."
# Name of the contract's part -> field of the spec and the kernel's limits, field of the engine's report.
PARTS = {
    "ResourceLim.CPU.Period": ("cpu_period", "cpu_period"),
    "ResourceLim.CPU.Quota": ("cpu_quota", "cpu_quota"),
    "ResourceLim.CPU.Shares": ("cpu_shares", "cpu_shares"),
    "ResourceLim.CPU.Cpus": ("cpuset_cpus", "cpuset_cpus"),
    "ResourceLim.CPU.Mems": ("cpuset_mems", "cpuset_mems"),
    "ResourceLim.Memory.Limit": ("memory", "memory_limit"),
    "ResourceLim.Memory.Swap": ("memory_swap", "memory_swap"),
    "ResourceLim.BlockIO.Weight": ("blkio_weight", "blkio_weight"),
}
DEVICES = {
    "ResourceLim.BlockIO.ThrottleReadBpsDevice": "device_read_bps",
    "ResourceLim.BlockIO.ThrottleWriteBpsDevice": "device_write_bps",
    "ResourceLim.BlockIO.ThrottleReadIOPSDevice": "device_read_iops",
    "ResourceLim.BlockIO.ThrottleWriteIOPSDevice": "device_write_iops",
}


def limit_accessors(pod: Pod, asked: Asked) -> list[Accessor]:
    """Return ResourceLim part by part, and CPUPeriod and CPUQuota, which are two of them."""
    seen, kernel = pod.resource_limits(), pod.kernel_limits
    parts = [_part(name, pod, asked, seen, kernel) for name in PARTS]
    by_name = {one.name: one for one in parts}
    twice = {"CPUPeriod": "ResourceLim.CPU.Period", "CPUQuota": "ResourceLim.CPU.Quota"}
    copies = [_named(name, by_name[of]) for name, of in twice.items()]
    return [*parts, *copies, *(_device(name, pod, asked, kernel) for name in DEVICES)]


def _named(name: str, one: Accessor) -> Accessor:
    return Accessor(name, one.asked, one.in_force, one.asked_source, one.source, one.reason, one.differs)


def _asked(asked: Asked, field: str) -> tuple[Any, str]:
    if asked.spec is None:
        return None, ""
    value = getattr(asked.spec.resources, field)
    return asked.of(None if value in (None, "") else value)


def _part(name: str, pod: Pod, asked: Asked, seen: ResourceLimits, kernel: KernelLimits | None) -> Accessor:
    field, reported = PARTS[name]
    wanted = _asked(asked, field)
    info = pod.host.info
    second = info is not None and info.cgroup_version == "v2"
    if kernel is not None and (value := getattr(kernel, field)) is not None:
        return answer(name, value, KERNEL, wanted, agree=_agreement(field, asked, second=second))
    if (value := getattr(seen, reported)) is not None:
        return answer(name, value, INSPECT, wanted, agree=_agreement(field, asked, second=False))
    return answer(name, None, "", wanted, reason=_reason(pod, kernel, field))


def _reason(pod: Pod, kernel: KernelLimits | None, field: str) -> str:
    if not pod.shares_cgroup:
        return NO_CGROUP
    if kernel is None:
        return SILENT
    return kernel.missing.get(field, UNREAD)


def _agreement(field: str, asked: Asked, *, second: bool) -> Callable[[Any, Any], bool]:
    """Return how to compare. ``second``: the value is that of a file of cgroup v2, where swap is swap alone."""
    if field in {"cpuset_cpus", "cpuset_mems"}:
        return _same_numbers
    if field == "memory_swap" and second:
        memory = asked.spec.resources.memory if asked.spec else None
        return lambda one, two: _same_pages(one if one == -1 else one - (memory or 0), two)
    if field in {"memory", "memory_swap"}:
        return _same_pages
    return lambda one, two: bool(one == two)


def _same_numbers(one: str, two: str) -> bool:
    return bool(ID_LIST.fullmatch(two)) and members(one) == members(two)


def _same_pages(one: int, two: int) -> bool:
    return one // PAGE == two // PAGE


def _device(name: str, pod: Pod, asked: Asked, kernel: KernelLimits | None) -> Accessor:
    """Devices are asked for by path and kept by number, so the two columns cannot be compared, only shown."""
    field = DEVICES[name]
    rates = {} if asked.spec is None else {one.path: one.rate for one in getattr(asked.spec.resources, field)}
    if kernel is None or field in kernel.missing:
        return answer(name, None, "", asked.of(rates or None), reason=_reason(pod, kernel, field))
    return answer(name, dict(getattr(kernel, field)), KERNEL, asked.of(rates or None), agree=_as_many)


def _as_many(one: dict[str, int], two: dict[str, int]) -> bool:
    return sorted(one.values()) == sorted(two.values())
