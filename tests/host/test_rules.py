"""Rules of the contract that no other test here holds: flags, the cgroup ladder, old namespaces, two people at once."""

import threading

import msgspec
import pytest

from pods.engine import pods
from pods.host.infra import find_cgroup
from pods.messages.names import OPERATION_ENDED, OPERATION_STARTED, Verb
from pods.messages.specs import ContainerSpec, PodSpec
from tests.host.conftest import Desk, in_thread

pytestmark = pytest.mark.engine
FOREVER = ("sleep", "1000")


def left() -> float:
    return 10.0


@pytest.mark.parametrize(
    ("spec", "cgroup", "namespace"),
    [
        (PodSpec(name="web"), True, False),
        (PodSpec(name="web", share_parent=False), False, False),
        (PodSpec(name="web", share=("cgroup", "net"), share_parent=False), False, True),
    ],
)
def test_the_pods_cgroup_and_its_cgroup_namespace_are_two_things(
    desk: Desk, spec: PodSpec, cgroup: bool, namespace: bool
) -> None:
    desk.create(spec)
    facts = desk.observed("web")
    assert (facts.shares_cgroup, "cgroup" in facts.shared_namespaces) == (cgroup, namespace)
    assert (facts.cgroup_path is not None) == cgroup


def test_every_step_of_the_cgroup_ladder_gives_the_same_path_and_starts_nothing(desk: Desk) -> None:
    desk.create(PodSpec(name="web"))
    engine = desk.worker.connection.engine()
    known = pods.inspect(engine, desk.inspect("web")["Id"], timeout=5)
    assert known.infra is not None
    found = find_cgroup(engine, known, left=left)
    assert (found.cgroup_path, found.source) == (known.cgroup_path, "inspect")
    # As engines before 4.6 answer after the host has started again.
    forgetful = msgspec.structs.replace(known, cgroup_path=None)
    found = find_cgroup(engine, forgetful, left=left)
    assert (found.cgroup_path, found.source) == (known.cgroup_path, "infra inspect")
    nothing = msgspec.structs.replace(forgetful, infra=msgspec.structs.replace(known.infra, cgroup_parent=""))
    found = find_cgroup(engine, nothing, left=left)
    assert (found.cgroup_path, found.source) == (known.cgroup_path, "derived")
    lost = msgspec.structs.replace(nothing, cgroup_parent="")
    found = find_cgroup(engine, lost, left=left)
    assert found.cgroup_path is None
    assert found.reason
    assert desk.status("web") == "Created"
    # The last step is the explicit one.
    desk.do(Verb.START_INFRA, "web")
    found = find_cgroup(engine, lost, left=left)
    assert found.source == "infra started"
    assert found.cgroup_path is not None
    assert found.cgroup_path.endswith(known.id)
    assert found.infra_cgroup_path == f"{found.cgroup_path}/libpod-{known.infra_container_id}"


def test_containers_added_later_are_in_the_pods_cgroup_and_not_in_the_infra_containers(desk: Desk) -> None:
    desk.create(PodSpec(name="web"), start=True)
    desk.add("web", ContainerSpec(image=desk.box.image, name="app", command=FOREVER))
    own = desk.inspect_container("app")["State"]["CgroupPath"]
    assert own.rpartition("/")[0] == desk.inspect("web")["CgroupPath"]


def test_kill_reaches_every_container_and_a_signal_need_not_end_them(desk: Desk) -> None:
    desk.make("web", "app", app=("sh", "-c", "trap 'exit 7' USR1; while :; do sleep 0.1; done"))
    assert desk.do(Verb.KILL, "web", signal="SIGUSR1").outcome == "done"
    desk.box.podman("wait", "app")
    assert desk.inspect_container("app")["State"]["ExitCode"] == 7
    ended = desk.do(Verb.KILL, "web", signal="SIGNONSENSE")
    assert (ended.outcome, ended.code) == ("failed", "engine_refused")


def test_a_pod_whose_infra_container_was_killed_is_told_and_mended_by_a_restart(desk: Desk) -> None:
    desk.make("web", "app")
    infra = desk.inspect("web")["InfraContainerID"]
    desk.box.podman("kill", infra)
    desk.box.podman("wait", infra)
    assert desk.observed("web").state == "Degraded"
    assert desk.do(Verb.START, "web").outcome == "done"
    app = desk.inspect_container("app")["Id"]
    facts = desk.observed("web")
    assert (facts.state, facts.stale_network) == ("Running", (app,))
    ended = desk.do(Verb.RESTART, "web")
    assert ended.snapshot is not None
    assert ended.snapshot.pods[0].stale_network == ()


def test_prune_is_the_removal_of_chosen_pods_alone(desk: Desk) -> None:
    for name in ("chosen", "kept"):
        desk.make(name, f"{name}-app", **{f"{name}-app": ("true",)})
        desk.do(Verb.STOP, name)
    assert desk.do(Verb.REMOVE, "chosen").outcome == "done"
    assert desk.box.podman("pod", "ps", "--format", "{{.Name}}").stdout.split() == ["kept"]


def test_many_people_act_on_one_pod_at_once_and_all_end_in_order(desk: Desk) -> None:
    desk.make("web", "app")
    verbs = [Verb.STOP, Verb.START, Verb.PAUSE, Verb.UNPAUSE, Verb.RESTART, Verb.KILL]
    requests = [desk.request(verb, "web") for verb in verbs]
    add = desk.request(
        Verb.ADD_CONTAINER,
        "web",
        spec=msgspec.to_builtins(ContainerSpec(image=desk.box.image, name="late", command=FOREVER)),
    )
    gate = threading.Barrier(2)

    def two() -> None:
        gate.wait()
        desk.worker.perform(add)

    other = in_thread(two)
    gate.wait()
    for request in requests:
        desk.worker.perform(request)
    other.join(60)
    ids = {request.id for request in (*requests, add)}
    desk.reported.wait(OPERATION_ENDED, lambda one: ids <= {ended.id for ended in desk.reported.of(OPERATION_ENDED)})
    started = [one.id for one in desk.reported.of(OPERATION_STARTED)]
    ended = [one.id for one in desk.reported.of(OPERATION_ENDED)]
    assert started == ended
    assert [one for one in ended if one != add.id] == [request.id for request in requests]
    assert {one.outcome for one in desk.reported.of(OPERATION_ENDED)} == {"done"}
    # What was said last is what the engine has.
    last = desk.reported.of(OPERATION_ENDED)[-1].snapshot
    assert last is not None
    assert desk.inspect_container("late")["Id"] in {one.id for one in last.containers}


def test_two_people_make_a_pod_of_one_name(desk: Desk) -> None:
    first, second = (
        desk.request(Verb.CREATE, "web", spec={"name": "web", "hostname": host}, start=True) for host in ("one", "two")
    )
    other = in_thread(lambda: desk.worker.perform(first))
    desk.worker.perform(second)
    other.join(30)
    outcomes = {one.id: one for one in desk.reported.of(OPERATION_ENDED)}
    assert sorted(one.outcome for one in outcomes.values()) == ["done", "failed"]
    won = next(one for one in outcomes.values() if one.outcome == "done")
    assert desk.inspect("web")["Labels"]["io.podweb.operation"] == won.id
    lost = next(one for one in outcomes.values() if one.outcome == "failed")
    assert "already" in lost.engine
    assert desk.status("web") == "Running"
