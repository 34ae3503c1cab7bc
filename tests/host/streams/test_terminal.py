"""Terminals on a real engine: a shell is found, typing arrives, the screen outlives its page, nothing stays behind."""

import hashlib
import time
from collections.abc import Callable

import pytest

from pods.host.streams import processes, terminal
from pods.messages.names import OPERATION_ENDED, OPERATION_STARTED, TERMINALS_OPEN
from pods.messages.operations import OperationEnded
from tests.host.conftest import Desk
from tests.host.streams.conftest import SLOWEST, Reader

pytestmark = [pytest.mark.engine, pytest.mark.services]
Open = Callable[..., Reader]


@pytest.fixture(autouse=True)
def pod(desk: Desk) -> None:
    desk.make("web", "app")


def outcome(desk: Desk, reader: Reader) -> OperationEnded:
    ended: OperationEnded = desk.reported.wait(OPERATION_ENDED, lambda one: one.id == reader.stream)
    return ended


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SLOWEST
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_shell_is_found_and_answers_and_its_exit_code_is_told(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app")
    reader.wait(lambda r: r.opened)
    assert reader.opened is not None
    assert reader.opened.about["shell"] == "sh"
    desk.reported.wait(OPERATION_STARTED, lambda one: one.id == reader.stream)
    reader.type("echo a$((1+1))b\r")
    reader.wait(lambda r: b"a2b" in r.output)
    reader.type("exit 7\r")
    reader.wait(lambda r: r.ended)
    assert reader.ended is not None
    assert (reader.ended.code, reader.ended.exit_code) == ("exited", 7)
    ended = outcome(desk, reader)
    assert (ended.outcome, ended.result["exit_code"]) == ("done", 7)
    assert [step.text for step in ended.steps] == ["run bash", "run ash", "run sh"]


def test_a_container_without_a_shell_says_so(desk: Desk, open_terminal: Open) -> None:
    desk.box.podman("run", "-d", "--pod", "web", "--name", "bare", desk.box.image, "sleep", "1000")
    desk.box.podman("exec", "bare", "/bin/busybox", "rm", "/bin/sh")
    reader = open_terminal("bare")
    reader.wait(lambda r: r.ended)
    assert reader.ended is not None
    assert reader.ended.code == "no_shell"
    assert "bash, ash, sh" in reader.ended.message
    assert "not found" in reader.ended.engine
    assert outcome(desk, reader).code == "no_shell"


def test_user_and_command_are_chosen(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app", user="65534", command=["/bin/busybox", "id", "-u"])
    reader.wait(lambda r: r.ended)
    assert reader.output.strip() == b"65534"
    missing = open_terminal("app", command=["/no/such/thing"])
    missing.wait(lambda r: r.ended)
    assert missing.ended is not None
    assert missing.ended.code == "no_shell"
    stranger = open_terminal("app", user="stranger")
    stranger.wait(lambda r: r.ended)
    assert stranger.ended is not None
    assert "stranger" in stranger.ended.engine
    assert outcome(desk, stranger).outcome == "failed"


def test_the_window_has_the_size_of_the_readers(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app", rows=33, columns=111)
    reader.wait(lambda r: r.opened)
    reader.type("/bin/busybox stty size\r")
    reader.wait(lambda r: b"33 111" in r.output)
    reader.resize(20, 90)
    time.sleep(0.5)
    reader.type("/bin/busybox stty size\r")
    reader.wait(lambda r: b"20 90" in r.output)


def test_a_reader_that_comes_back_sees_the_screen_again(desk: Desk, open_terminal: Open) -> None:
    first = open_terminal("app")
    first.wait(lambda r: r.opened)
    first.type("echo before$((1+1))\r")
    first.wait(lambda r: b"before2" in r.output)
    first.leave()
    second = Reader(first.stream)
    second.attach()
    second.wait(lambda r: b"before2" in r.output)
    second.type("echo after$((1+1))\r")
    second.wait(lambda r: b"after2" in r.output)
    assert b"after2" not in first.output
    third = Reader(first.stream)
    third.attach()
    third.wait(lambda r: b"after2" in r.output)
    second.wait(lambda r: r.ended and r.ended.code == "taken_over")
    third.leave("closed")
    for one in (second, third):
        one.close()


def test_nobody_comes_back_to_one_that_ended(desk: Desk, open_terminal: Open) -> None:
    first = open_terminal("app", command=["true"])
    first.wait(lambda r: r.ended)
    outcome(desk, first)
    second = Reader(first.stream)
    second.attach()
    second.wait(lambda r: r.ended and r.ended.code == "gone")
    second.close()


@pytest.mark.parametrize("why", ["closed", "denied"])
def test_all_that_runs_in_it_ends_with_it(desk: Desk, open_terminal: Open, why: str) -> None:
    reader = open_terminal("app")
    reader.wait(lambda r: r.opened)
    reader.type("trap '' HUP; sleep 7001 & sleep 7002 & sleep 7003\r")
    wait_until(lambda: len(processes.find(reader.stream)) >= 4)
    reader.leave(why)
    ended = outcome(desk, reader)
    assert (ended.outcome, ended.result["ended"]) == ("done", why)
    assert processes.find(reader.stream) == []
    assert "700" not in desk.box.podman("exec", "app", "/bin/busybox", "ps").stdout


def test_nobody_looks_and_it_ends_after_its_time(
    desk: Desk, open_terminal: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "LINGER", 1.0)
    monkeypatch.setattr(terminal, "SILENT_AFTER", 1.0)
    reader = open_terminal("app")
    reader.wait(lambda r: r.opened)
    ended = outcome(desk, reader)
    assert "Nobody came back" in ended.message
    assert processes.find(reader.stream) == []


def test_the_container_ends_and_so_does_the_terminal(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app")
    reader.wait(lambda r: r.opened)
    desk.box.podman("stop", "-t", "0", "app")
    reader.wait(lambda r: r.ended)
    assert outcome(desk, reader).outcome == "done"


def test_a_reader_that_stops_reading_stops_the_command(desk: Desk, open_terminal: Open) -> None:
    window = 64 * 1024
    reader = open_terminal("app", command=["yes"], window=window, greedy=False)
    reader.wait(lambda r: r.received > window - 2000)
    time.sleep(1)
    assert reader.received <= window
    (running,) = desk.worker.streams.terminals.values()
    assert running.screen.end <= window + 32 * 1024  # nothing more was read either
    reader.grant(window)
    reader.wait(lambda r: r.received > 2 * window - 2000)
    reader.leave("closed")
    outcome(desk, reader)


def test_the_screen_is_bounded_while_nobody_looks(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app", command=["yes"])
    reader.wait(lambda r: r.received > 10_000)
    (running,) = desk.worker.streams.terminals.values()
    reader.leave()
    end = running.screen.end
    wait_until(lambda: running.screen.end > end + 1_000_000)
    assert running.screen.end - running.screen.start <= 400 * 1024
    desk.worker.streams.loop.call_soon_threadsafe(running.close, "closed", "")
    outcome(desk, reader)


def test_more_input_than_was_granted_is_refused(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app", command=["sleep", "1000"])
    reader.wait(lambda r: r.opened)
    reader.type("x" * (reader.input_granted + 1))
    reader.wait(lambda r: r.ended and r.ended.code == "gap")
    (running,) = desk.worker.streams.terminals.values()
    desk.worker.streams.loop.call_soon_threadsafe(running.close, "closed", "")
    outcome(desk, reader)


def test_a_long_paste_arrives_whole(desk: Desk, open_terminal: Open) -> None:
    script = "/bin/busybox stty raw -echo; echo ready; head -c 300000 | sha256sum"
    reader = open_terminal("app", command=["sh", "-c", script])
    reader.wait(lambda r: b"ready" in r.output)
    left = 300_000
    while left:
        reader.wait(lambda r: r.input_granted > r.sent)
        size = min(left, reader.input_granted - reader.sent, 8000)
        reader.type("y" * size)
        left -= size
    reader.wait(lambda r: r.ended)
    assert hashlib.sha256(b"y" * 300_000).hexdigest().encode() in reader.output


def test_an_open_terminal_is_spoken_of_so_that_it_is_not_taken_for_lost(
    desk: Desk, open_terminal: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pods.host.streams.desk.SAY_OPEN_EVERY", 0.1)
    reader = open_terminal("app")
    said = desk.reported.wait(TERMINALS_OPEN, lambda one: reader.stream in one.ids)
    assert said.boot == desk.worker.identity.boot
    reader.leave("closed")
    outcome(desk, reader)


def test_several_at_once_in_one_container(desk: Desk, open_terminal: Open) -> None:
    readers = [open_terminal("app") for _ in range(5)]
    for number, reader in enumerate(readers):
        reader.wait(lambda r: r.opened)
        reader.type(f"echo n$(({number}+100))\r")
    for number, reader in enumerate(readers):
        reader.wait(lambda r, n=number: f"n{n + 100}".encode() in r.output)  # type: ignore[misc]
        reader.leave("closed")
    for reader in readers:
        outcome(desk, reader)


def test_a_worker_that_ends_ends_its_terminals(desk: Desk, open_terminal: Open) -> None:
    reader = open_terminal("app")
    reader.wait(lambda r: r.opened)
    desk.worker.streams.stop()
    ended = outcome(desk, reader)
    assert ended.result["ended"] == "stopping"
    assert processes.find(reader.stream) == []
