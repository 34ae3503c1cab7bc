"""Every verb on a real engine, with the states in which the engine misleads."""

import time

import msgspec
import pytest

from pods.messages.names import OPERATION_ENDED, OPERATION_STARTED, Verb
from pods.messages.operations import CgroupAnswer
from tests.host.conftest import Desk, in_thread

pytestmark = pytest.mark.engine


def test_start_stop_and_what_is_reported(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    ended = desk.do(Verb.START, "web")
    assert (ended.outcome, desk.status("web")) == ("done", "Running")
    assert [step.text for step in ended.steps] == ["start the pod"]
    assert ended.snapshot is not None
    assert ended.snapshot.pods[0].state == "Running"
    assert [name for name, _ in desk.reported.messages] == [OPERATION_STARTED, OPERATION_ENDED]
    assert desk.do(Verb.START, "web").message == "It was running already."
    assert desk.do(Verb.STOP, "web", timeout=60).outcome == "done"
    assert desk.status("web") == "Exited"
    assert desk.do(Verb.STOP, "web").message == "It was stopped already."


def test_stop_truly_stops_a_degraded_pod(desk: Desk) -> None:
    desk.make("web", "app", "ended", ended=("true",))
    assert desk.status("web") == "Degraded"
    ended = desk.do(Verb.STOP, "web")
    assert (ended.outcome, desk.status("web")) == ("done", "Exited")
    stopped = [step.text for step in ended.steps]
    assert stopped[0] == "stop app"
    assert stopped[-1].endswith("-infra")


def test_stop_truly_stops_a_paused_pod(desk: Desk) -> None:
    desk.make("web", "app")
    desk.box.podman("pod", "pause", "web")
    assert desk.status("web") == "Paused"
    assert desk.do(Verb.STOP, "web").outcome == "done"
    assert desk.status("web") == "Exited"


def test_start_of_a_degraded_pod_starts_the_rest(desk: Desk) -> None:
    desk.make("web", "app")
    desk.box.podman("stop", "--time", "1", "app")
    assert desk.status("web") == "Degraded"
    assert desk.do(Verb.START, "web").outcome == "done"
    assert desk.status("web") == "Running"


@pytest.mark.parametrize("verb", [Verb.START, Verb.RESTART])
def test_a_paused_pod_is_neither_started_nor_restarted(desk: Desk, verb: Verb) -> None:
    desk.make("web", "app")
    desk.box.podman("pod", "pause", "web")
    ended = desk.do(verb, "web")
    assert (ended.outcome, ended.code) == ("failed", "wrong_state")
    assert "npause" in ended.hint
    assert desk.status("web") == "Paused"
    assert ended.steps == ()


def test_pause_and_unpause_with_an_ended_container_beside(desk: Desk) -> None:
    desk.make("web", "app", "ended", ended=("true",))
    assert desk.do(Verb.PAUSE, "web").outcome == "done"
    # The engine calls this pod Stopped, and its own unpause would do nothing.
    assert desk.status("web") == "Stopped"
    assert desk.do(Verb.UNPAUSE, "web").outcome == "done"
    assert desk.status("web") == "Degraded"


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.UNPAUSE, Verb.KILL])
def test_what_needs_something_running_says_so(desk: Desk, verb: Verb) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    ended = desk.do(verb, "web")
    assert (ended.outcome, ended.code) == ("failed", "wrong_state")


def test_kill_and_restart(desk: Desk) -> None:
    desk.make("web", "app")
    assert desk.do(Verb.KILL, "web", signal="SIGKILL").outcome == "done"
    until = time.monotonic() + 10
    while desk.status("web") != "Exited" and time.monotonic() < until:
        time.sleep(0.05)
    assert desk.status("web") == "Exited"
    assert desk.do(Verb.RESTART, "web").outcome == "done"
    assert desk.status("web") == "Running"


def test_remove_refuses_what_runs_unless_forced(desk: Desk) -> None:
    desk.make("web", "app")
    ended = desk.do(Verb.REMOVE, "web")
    assert (ended.code, "app" in ended.message) == ("wrong_state", True)
    request = desk.request(Verb.REMOVE, "web", force=True)
    desk.worker.perform(request)
    ended = desk.reported.wait(OPERATION_ENDED, lambda one: one.id == request.id)
    assert ended.outcome == "done"
    assert ended.snapshot is not None
    assert ended.snapshot.pods == ()
    assert ended.snapshot.pod_ids == (request.pod_id,)
    # Gone already is what was asked for.
    again = msgspec.structs.replace(request, id="again")
    desk.worker.perform(again)
    assert desk.reported.wait(OPERATION_ENDED, lambda one: one.id == "again").message == "It was gone already."


def test_a_pod_that_is_gone_cannot_be_started(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    request = desk.request(Verb.START, "web")
    desk.box.podman("pod", "rm", "web")
    desk.worker.perform(request)
    ended = desk.reported.wait(OPERATION_ENDED, lambda one: one.id == request.id)
    assert (ended.outcome, ended.code) == ("failed", "not_found")


def test_a_port_that_is_taken_is_told_with_a_way_out(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "one", "-p", "18081:80")
    desk.box.podman("pod", "start", "one")
    desk.box.podman("pod", "create", "--name", "two", "-p", "18081:80")
    ended = desk.do(Verb.START, "two")
    assert ended.code == "engine_refused"
    assert "address already in use" in ended.engine
    assert "port" in ended.hint
    assert ended.parts[0].name


def test_the_cgroup_is_looked_up_without_starting_anything(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    ended = desk.do(Verb.LOOK_UP_CGROUP, "web")
    answer = msgspec.convert(ended.result, CgroupAnswer)
    assert answer.cgroup_path == desk.box.podman("pod", "inspect", "web", "--format", "{{.CgroupPath}}").stdout.strip()
    assert (answer.infra_cgroup_path, answer.source) == (None, "inspect")
    assert desk.status("web") == "Created"


def test_a_pod_without_a_cgroup_says_so(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web", "--share-parent=false")
    ended = desk.do(Verb.LOOK_UP_CGROUP, "web")
    assert (ended.outcome, ended.code) == ("failed", "no_pod_cgroup")


def test_the_infra_container_is_started_alone(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    desk.box.podman("create", "--pod", "web", "--name", "app", desk.box.image, "sleep", "1000")
    ended = desk.do(Verb.START_INFRA, "web")
    answer = msgspec.convert(ended.result, CgroupAnswer)
    assert answer.cgroup_path is not None
    assert answer.infra_cgroup_path is not None
    assert answer.infra_cgroup_path.startswith(answer.cgroup_path + "/libpod-")
    assert desk.status("web") == "Degraded"
    assert desk.do(Verb.START_INFRA, "web").message == "It was running already."


def test_a_pod_without_infra_has_none_to_start(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web", "--infra=false")
    ended = desk.do(Verb.START_INFRA, "web")
    assert (ended.outcome, ended.code) == ("failed", "no_infra_container")


def test_a_request_that_comes_twice_is_done_once_and_answered_twice(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    request = desk.request(Verb.START, "web")
    desk.worker.perform(request)
    desk.worker.perform(request)
    ended = desk.reported.of(OPERATION_ENDED)
    assert len(desk.reported.of(OPERATION_STARTED)) == 1
    assert len(ended) == 2
    assert ended[0] == ended[1]


STUBBORN = ("sh", "-c", "trap '' TERM; while :; do sleep 1; done")


def test_two_operations_on_one_pod_both_end_in_order_and_others_do_not_wait(desk: Desk) -> None:
    desk.make("slow", "stubborn", stubborn=STUBBORN)
    desk.box.podman("pod", "create", "--name", "other")
    stop = desk.request(Verb.STOP, "slow", timeout=60)
    stop = msgspec.structs.replace(stop, arguments={"timeout": 3})
    start, elsewhere = desk.request(Verb.START, "slow"), desk.request(Verb.START, "other")
    stopping = in_thread(lambda: desk.worker.perform(stop))
    desk.reported.wait(OPERATION_STARTED, lambda one: one.id == stop.id)
    desk.worker.perform(start)  # returns at once: its turn comes later, in the first one's thread
    desk.worker.perform(elsewhere)
    stopping.join(30)
    ended = [one.id for one in desk.reported.of(OPERATION_ENDED)]
    assert ended == [elsewhere.id, stop.id, start.id]
    assert {one.outcome for one in desk.reported.of(OPERATION_ENDED)} == {"done"}
    assert desk.status("slow") == "Running"


def test_an_operation_past_its_deadline_is_told_so(desk: Desk) -> None:
    desk.make("slow", "stubborn", stubborn=STUBBORN)
    request = desk.request(Verb.STOP, "slow", timeout=0.5)
    request = msgspec.structs.replace(request, arguments={"timeout": 3})
    desk.worker.perform(request)
    ended = desk.reported.of(OPERATION_ENDED)[-1]
    assert (ended.outcome, ended.code) == ("failed", "timed_out")
    assert "may still be at it" in ended.hint


def test_an_engine_that_does_not_answer_is_said_to(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    request = desk.request(Verb.START, "web", timeout=2)
    desk.box.stop_engine()
    try:
        desk.worker.perform(request)
    finally:
        desk.box.start_engine()
    ended = desk.reported.of(OPERATION_ENDED)[-1]
    assert (ended.outcome, ended.code) == ("failed", "engine_unreachable")
