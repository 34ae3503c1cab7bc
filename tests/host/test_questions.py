"""Questions to a real engine: they change nothing and wait for nobody."""

from pathlib import Path

import msgspec
import pytest

from pods.host import questions
from pods.host.connection import Connection
from pods.messages.names import OPERATION_STARTED, Verb
from pods.messages.operations import CgroupAnswer
from pods.messages.questions import Answer, Kind, Processes, Question
from pods.messages.specs import PodSpec
from tests.host.conftest import Desk, in_thread

pytestmark = pytest.mark.engine


def ask(desk: Desk, kind: Kind, pod: str, *, timeout: float = 20, **arguments: str) -> Answer:
    known = desk.box.podman("pod", "inspect", pod, "--format", "{{.ID}}", check=False).stdout.strip()
    question = Question(
        id="q", kind=kind, host="alpha", pod_id=known or "f" * 64, timeout=timeout, arguments=dict(arguments)
    )
    return questions.answer(desk.worker.connection, question, desk.worker.kernel)


def test_top_lists_each_containers_processes(desk: Desk) -> None:
    desk.make("web", "app", "ended", "still", ended=("true",))
    desk.box.podman("pause", "still")
    found = ask(desk, Kind.TOP, "web")
    assert found.error == ""
    processes = msgspec.convert(found.result, Processes)
    assert {"PID", "COMMAND"} <= set(processes.titles)
    ids = {name: desk.inspect_container(name)["Id"] for name in ("app", "ended", "still")}
    (row,) = processes.containers[ids["app"]]
    assert row[processes.titles.index("COMMAND")].startswith("sleep 1000")
    assert set(processes.containers) == {ids["app"], desk.inspect("web")["InfraContainerID"]}
    assert processes.unread == {ids["still"]: "It is paused."}


def test_top_of_a_pod_that_shares_its_processes_lists_each_once(desk: Desk) -> None:
    desk.make("web", "app", "other", pod=("--share", "pid,net"))
    processes = msgspec.convert(ask(desk, Kind.TOP, "web").result, Processes)
    commands = [row[processes.titles.index("COMMAND")] for rows in processes.containers.values() for row in rows]
    assert len([command for command in commands if command.startswith("sleep 1000")]) == 2
    assert len(processes.unread) == 2


def test_top_of_a_pod_that_does_not_run_is_empty(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    assert msgspec.convert(ask(desk, Kind.TOP, "web").result, Processes).containers == {}
    assert desk.status("web") == "Created"


def test_inspect_gives_the_engines_own_words(desk: Desk) -> None:
    desk.make("web", "app")
    app = desk.inspect_container("app")["Id"]
    found = ask(desk, Kind.INSPECT, "web").result
    assert found["pod"]["Id"] == desk.inspect("web")["Id"]
    assert set(found["containers"]) == {app, desk.inspect("web")["InfraContainerID"]}
    assert found["left_out"] == []
    assert set(ask(desk, Kind.INSPECT, "web", container=app).result["containers"]) == {app}
    assert ask(desk, Kind.INSPECT, "web", container="nobody").error == "not_found"


def test_an_answer_has_a_largest_size(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.make("web", "app")
    monkeypatch.setattr(questions, "LARGEST", 100)
    found = ask(desk, Kind.INSPECT, "web").result
    assert (found["containers"], len(found["left_out"])) == ({}, 2)
    assert len(ask(desk, Kind.KUBE, "web").result["yaml"]) == 100


def test_kube_is_what_the_engine_generates(desk: Desk) -> None:
    desk.make("web", "app")
    text = ask(desk, Kind.KUBE, "web").result["yaml"]
    assert "kind: Pod" in text
    assert desk.box.image in text


def test_the_cgroup_is_found_and_nothing_is_started(desk: Desk) -> None:
    desk.create(PodSpec(name="web"))
    found = msgspec.convert(ask(desk, Kind.CGROUP, "web").result, CgroupAnswer)
    assert found.cgroup_path == desk.inspect("web")["CgroupPath"]
    assert found.infra_cgroup_path is None
    assert desk.status("web") == "Created"
    desk.create(PodSpec(name="bare", share_parent=False))
    none = msgspec.convert(ask(desk, Kind.CGROUP, "bare").result, CgroupAnswer)
    assert none.cgroup_path is None
    assert none.reason


@pytest.mark.parametrize("kind", list(Kind))
def test_a_pod_that_is_gone_is_said_to_be(desk: Desk, kind: Kind) -> None:
    assert ask(desk, kind, "nobody").error in {"not_found", "engine_refused"}


def test_a_question_about_a_pod_that_is_just_stopping_ends_in_time(desk: Desk) -> None:
    desk.make("web", "stubborn", stubborn=("sh", "-c", "trap '' TERM; while :; do sleep 1; done"))
    stop = desk.request(Verb.STOP, "web", timeout=20)
    stopping = in_thread(lambda: desk.worker.perform(msgspec.structs.replace(stop, arguments={"timeout": 3})))
    desk.reported.wait(OPERATION_STARTED, lambda one: one.id == stop.id)
    # The engine itself waits for the stop (so does the command); the asker is told so and not left waiting.
    question = Question(id="q", kind=Kind.INSPECT, host="alpha", pod_id=stop.pod_id, timeout=0.3)
    errors = {questions.answer(desk.worker.connection, question).error}
    while "timed_out" not in errors and stopping.is_alive():
        errors.add(questions.answer(desk.worker.connection, question).error)
    assert "timed_out" in errors
    stopping.join(20)
    assert ask(desk, Kind.INSPECT, "web").error == ""


def test_an_engine_that_is_away_is_said_to_be() -> None:
    nowhere = Connection(str(Path("/nonexistent/podman.sock")), None)
    found = questions.answer(nowhere, Question(id="q", kind=Kind.TOP, host="alpha", pod_id="f" * 64, timeout=1))
    assert found.error == "engine_unreachable"
