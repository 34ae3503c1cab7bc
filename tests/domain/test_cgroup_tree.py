"""What the numbers of a tree of cgroups mean."""

from typing import Any

import msgspec
import pytest

from pods.domain.cgroup_tree import Limit, Rest, judge, rest
from pods.messages.facts import ResourceLimits
from pods.messages.hosts import EngineInfo
from pods.messages.insight import CgroupTree, Totals
from pods.messages.specs import PodSpec, Resources
from tests.builders import status
from tests.insight import MIB, POD_PATH, limits, node, tree

NONE = ResourceLimits()


def info(**values: Any) -> EngineInfo:
    found = status().info
    assert found is not None
    return msgspec.structs.replace(found, **values)


def limit(
    found: CgroupTree, name: str, node_name: str = "web", reported: ResourceLimits = NONE, **values: Any
) -> Limit:
    spec = values.pop("spec", None)
    for one in judge(found, info(**values), reported, spec):
        if one.node.name == node_name:
            return next(each for each in one.limits if each.name == name)
    raise AssertionError(node_name)


def test_what_is_in_no_container_is_the_pods_total_less_all_that_is_in_it() -> None:
    assert rest(tree()) == Rest(charged=7 * MIB, cpu=5_000_000_000, pids=0, dying=None)


def test_what_stands_outside_the_pod_is_not_taken_off() -> None:
    outside = node("conmon", "conmon", path="/machine.slice/conmon", memory=9 * MIB, inside=False)
    found = tree(node("pod", "web", memory=10 * MIB), node("container", "app", memory=4 * MIB), outside, dying=2)
    assert rest(found) == Rest(charged=6 * MIB, cpu=0, pids=0, dying=2)


def test_an_unknown_part_leaves_the_rest_unknown() -> None:
    found = tree(node("pod", "web"), node("container", "app", totals=Totals(cpu=1)))
    answer = rest(found)
    assert answer is not None
    assert answer.charged is None
    assert rest(tree(node("container", "app"), reason="none")) is None
    assert rest(tree(node("pod", "web", usage=None, unread="gone"))) is None


def test_a_limit_that_the_kernel_holds_to_agrees() -> None:
    found = tree(node("pod", "web", limits=limits(POD_PATH, cpu_quota=50_000, memory=64 * MIB)))
    reported = ResourceLimits(cpu_quota=50_000, cpu_period=100_000, memory_limit=64 * MIB)
    assert limit(found, "cpu", reported=reported) == Limit("cpu", 0.5, 0.5, 0.5, "")
    assert limit(found, "memory", reported=reported).verdict == ""


def test_a_memory_limit_that_the_engine_does_not_tell_is_in_force() -> None:
    found = tree(node("pod", "web", limits=limits(POD_PATH, memory=64 * MIB)))
    one = limit(found, "memory")
    assert (one.declared, one.kernel, one.verdict) == (None, 64 * MIB, "not_reported")
    assert "no memory limit of a pod without a CPU limit" in one.cause
    # podweb itself asked for it: then it is declared, and in force.
    spec = PodSpec(name="web", resources=Resources(memory=64 * MIB))
    assert limit(found, "memory", spec=spec).declared == 64 * MIB


@pytest.mark.parametrize(
    ("facts", "given", "words", "fix"),
    [
        ({"rootless": True}, {"version": "v1"}, "on cgroup v1", "cgroup v2"),
        ({"rootless": True}, {"version": "v2", "delegated": ("pids",)}, "was not delegated", "Delegate="),
        (
            {"rootless": True, "cgroup_manager": "cgroupfs"},
            {"version": "v2", "delegated": ("cpu", "memory")},
            "cgroupfs manager makes no cgroup",
            'cgroup_manager = "systemd"',
        ),
        ({"rootless": False}, {"version": "v2", "delegated": ("cpu",)}, "was not given", "subtree_control"),
        ({"rootless": False}, {"version": "v1"}, "changed after the pod was made", "Make the pod again"),
    ],
)
def test_a_limit_that_is_not_in_force_has_a_cause_and_a_fix(
    facts: dict[str, Any], given: dict[str, Any], words: str, fix: str
) -> None:
    found = tree(node("pod", "web"), **given)
    one = limit(found, "memory", reported=ResourceLimits(memory_limit=64 * MIB), **facts)
    assert (one.declared, one.kernel, one.verdict) == (64 * MIB, -1, "not_in_force")
    assert words in one.cause
    assert fix in one.fix


def test_the_pods_limit_is_what_its_containers_have_left() -> None:
    pod = node("pod", "web", limits=limits(POD_PATH, cpu_quota=50_000, memory=64 * MIB))
    app = node("container", "app", declared={"Memory": 128 * MIB, "CpuQuota": 200_000, "CpuPeriod": 100_000})
    app = msgspec.structs.replace(app, limits=limits(app.path, memory=128 * MIB, cpu_quota=200_000))
    found = tree(pod, app)
    memory = limit(found, "memory", "app")
    assert (memory.declared, memory.kernel, memory.effective, memory.by) == (128 * MIB, 128 * MIB, 64 * MIB, POD_PATH)
    assert memory.verdict == "tighter_above"
    assert limit(found, "cpu", "app").effective == 0.5


def test_an_unknown_limit_says_why() -> None:
    mute = limits(POD_PATH, cpu_quota=None, missing={"cpu_quota": "no cpu controller"})
    one = limit(tree(node("pod", "web", limits=mute)), "cpu")
    assert (one.kernel, one.effective, one.reason) == (None, None, "no cpu controller")


def test_lists_of_processors_are_compared_as_sets() -> None:
    found = tree(node("pod", "web", limits=limits(POD_PATH, cpuset_cpus="0-1", effective_cpus="0-1")))
    assert limit(found, "cpuset", reported=ResourceLimits(cpuset_cpus="1,0")).verdict == ""
    assert limit(found, "cpuset", reported=ResourceLimits(cpuset_cpus="2")).verdict == "not_in_force"
    assert limit(found, "cpuset", reported=ResourceLimits(cpuset_cpus="strange")).verdict == "not_in_force"


def test_a_cgroup_that_could_not_be_read_has_no_limits() -> None:
    gone = node("container", "app", usage=None, limits=None, unread="It ended.")
    assert [one.limits for one in judge(tree(node("pod", "web"), gone), None, NONE, None)][1] == ()
