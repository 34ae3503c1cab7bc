"""The watcher on a real engine: whether it answers, and what changes in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from pods.host.watcher import Watcher
from pods.messages.names import ENGINE_STATUS, SNAPSHOT
from pods.messages.snapshots import Snapshot
from tests.host.conftest import Desk

pytestmark = pytest.mark.engine


@pytest.fixture
def watcher(desk: Desk) -> Iterator[Watcher]:
    started = Watcher(desk.worker.connection, desk.worker.observer, desk.reported)
    started.start()
    desk.reported.wait(SNAPSHOT, lambda one: one.complete)
    yield started
    started.stop()


def state(name: str, word: str) -> Any:
    def accept(snapshot: Snapshot) -> bool:
        return any((pod.name, pod.state) == (name, word) for pod in snapshot.pods)

    return accept


def test_what_the_command_does_is_reported_pod_by_pod(desk: Desk, watcher: Watcher) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    made = desk.reported.wait(SNAPSHOT, state("web", "Created"))
    assert not made.complete
    desk.box.podman("pod", "start", "web")
    desk.reported.wait(SNAPSHOT, state("web", "Running"))
    desk.box.podman("pod", "pause", "web")
    desk.reported.wait(SNAPSHOT, state("web", "Paused"))
    desk.box.podman("pod", "rm", "-f", "web")
    pod_id = made.pods[0].id
    desk.reported.wait(SNAPSHOT, lambda one: not one.pods and one.pod_ids == (pod_id,))
    numbers = [one.sequence for one in desk.reported.of(SNAPSHOT)]
    assert numbers == sorted(set(numbers))


def test_a_container_that_ends_by_itself_is_reported(desk: Desk, watcher: Watcher) -> None:
    desk.make("web", "app", app=("sh", "-c", "sleep 1; exit 3"))
    seen = desk.reported.wait(SNAPSHOT, state("web", "Degraded"))
    ended = next(one for one in seen.containers if one.name == "app")
    assert (ended.state, ended.exit_code, ended.pid) == ("exited", 3, None)


def test_while_one_pod_stops_the_others_are_still_seen(desk: Desk, watcher: Watcher) -> None:
    desk.make("slow", "stubborn", stubborn=("sh", "-c", "trap '' TERM; while :; do sleep 1; done"))
    desk.reported.wait(SNAPSHOT, state("slow", "Running"))
    # The engine's list of pods now waits for this stop; a new pod must not.
    script = "podman pod stop --time 4 slow & sleep 0.5; podman pod create --name other; wait"
    desk.box.run("sh", "-c", script)
    first = desk.reported.wait(SNAPSHOT, state("other", "Created"))
    stopped = desk.reported.wait(SNAPSHOT, state("slow", "Exited"))
    assert first.sequence < stopped.sequence


@pytest.mark.parametrize("how", ["stop", "freeze"])
def test_an_engine_that_goes_and_comes_back(desk: Desk, watcher: Watcher, how: str) -> None:
    desk.reported.wait(ENGINE_STATUS, lambda one: one.answering)
    if how == "stop":
        desk.box.stop_engine()
    else:
        desk.box.freeze_engine()
    gone = desk.reported.wait(ENGINE_STATUS, lambda one: not one.answering)
    assert gone.attempts
    assert gone.attempts[0].socket == str(desk.box.socket)
    assert gone.advice
    if how == "stop":
        desk.box.start_engine()
    else:
        desk.box.thaw_engine()
    back = desk.reported.wait(ENGINE_STATUS, lambda one: one.answering and one.sequence > gone.sequence)
    assert back.info is not None
    assert back.info.version == "4.3.1"
    desk.reported.wait(SNAPSHOT, lambda one: one.complete and one.sequence > gone.sequence)
