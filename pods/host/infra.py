"""The infra container, and where a pod's cgroup is. Nothing is started by a read.

libpod's own Pod.CgroupPath starts the infra container of a stopped pod, drops the errors of that start, and answers
the infra container's cgroup instead of the pod's. Here the look-up only reads, and the start is an action of its own.
"""

from collections.abc import Callable
from typing import Any

from pods.engine import containers, pods
from pods.engine.errors import NotFoundError
from pods.engine.transport import Engine
from pods.host.call import Call, Refusal
from pods.messages import plain
from pods.messages.facts import PodFacts
from pods.messages.operations import CgroupAnswer


def start_infra(call: Call) -> dict[str, Any]:
    """Start the infra container alone; one that runs already is fine, any other failure is reported."""
    pod = pods.inspect(call.engine, call.request.pod_id, timeout=call.left())
    if not pod.infra_container_id:
        raise Refusal("no_infra_container", "The pod has no infra container.")
    call.step("start the infra container")
    try:
        if not containers.start(call.engine, pod.infra_container_id, timeout=call.left()):
            call.note = "It was running already."
    except NotFoundError as error:
        raise Refusal("no_infra_container", "The infra container vanished.") from error
    found: dict[str, Any] = plain(find_cgroup(call.engine, pod, left=call.left))
    return found


def look_up_cgroup(call: Call) -> dict[str, Any]:
    """Answer a CgroupAnswer; raises Refusal ``no_pod_cgroup`` where there is none."""
    call.step("read the pod's cgroup")
    pod = pods.inspect(call.engine, call.request.pod_id, timeout=call.left())
    answer = find_cgroup(call.engine, pod, left=call.left)
    if answer.cgroup_path is None:
        raise Refusal("no_pod_cgroup", answer.reason, "Start the infra container, then look again.")
    found: dict[str, Any] = plain(answer)
    return found


def find_cgroup(engine: Engine, pod: PodFacts, *, left: Callable[[], float]) -> CgroupAnswer:
    """Return the pod's cgroup: as inspect says, else as the infra container was configured, else by libpod's rule.

    Starts nothing. ``left`` gives the seconds until the deadline.
    """
    infra_path: str | None = None
    if pod.infra_container_id:
        try:
            state = containers.inspect(engine, pod.infra_container_id, timeout=left()).State
            infra_path = state.CgroupPath or None
        except NotFoundError:
            infra_path = None
    if pod.cgroup_path:
        return CgroupAnswer(cgroup_path=pod.cgroup_path, infra_cgroup_path=infra_path, source="inspect")
    if not pod.shares_cgroup:
        reason = "The pod was made without a cgroup of its own."
        return CgroupAnswer(cgroup_path=None, infra_cgroup_path=infra_path, source="", reason=reason)
    # After a reboot, engines before 4.6 forget the pod's path; the infra container's configuration still has it.
    if pod.infra is not None and pod.infra.cgroup_parent.removesuffix(".slice").endswith(pod.id):
        return CgroupAnswer(cgroup_path=pod.infra.cgroup_parent, infra_cgroup_path=infra_path, source="infra inspect")
    if pod.cgroup_parent:
        return CgroupAnswer(cgroup_path=derive(pod), infra_cgroup_path=infra_path, source="derived")
    if infra_path:
        parent = infra_path.rpartition("/")[0]
        if parent.removesuffix(".slice").endswith(pod.id):
            return CgroupAnswer(cgroup_path=parent, infra_cgroup_path=infra_path, source="infra started")
    reason = "The engine does not say where the pod's cgroup is, and its infra container does not run."
    return CgroupAnswer(cgroup_path=None, infra_cgroup_path=infra_path, source="", reason=reason)


def derive(pod: PodFacts) -> str:
    """Return the path by libpod's naming: ``<parent>/<id>``, or a slice below the parent slice with systemd."""
    parent = pod.cgroup_parent.rstrip("/")
    if parent.endswith(".slice"):
        name = parent.rpartition("/")[2].removesuffix(".slice")
        return f"{parent}/{name}-libpod_pod_{pod.id}.slice"
    return f"{parent}/{pod.id}"
