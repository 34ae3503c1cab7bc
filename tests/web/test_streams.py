"""The websockets of logs and terminals: who gets in, how much passes, when they end, and what is left of them."""

import contextlib
import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from channels.layers import get_channel_layer
from django.contrib.auth.models import Group, User
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from pods.messages.names import OPEN_LOG, Verb, host_task
from pods.messages.streams import (
    ALIVE_EVERY,
    OVERHEAD,
    WINDOW,
    Attach,
    Containers,
    Ended,
    FromHost,
    FromReader,
    Grant,
    Input,
    InputGranted,
    Leave,
    Lines,
    LogContainer,
    Opened,
    Output,
    Resize,
    ToHost,
    from_channel,
    reader_group,
    streams_group,
    to_channel,
)
from pods.models import Container, Host, Operation, Pod
from pods.web.live import consumers, streams
from podweb.push import push
from podweb.subscribe import Subscription
from tests.browser.server import running_server
from tests.builders import bring_online, members, pod
from tests.web.test_live import OWN, closed, first_word, open_page, session_of, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """A host worker's side of the wire, by hand: what was asked for, what readers said, and answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.heard: list[FromReader] = []
        self.numbers: dict[str, int] = {}
        self._subscription = Subscription(streams_group("alpha"), self._hear)

    def _hear(self, raw: dict[str, Any]) -> None:
        self.heard.append(from_channel(raw, ToHost))  # type: ignore[arg-type]

    def of(self, kind: type[FromReader]) -> list[Any]:
        return [one for one in self.heard if isinstance(one, kind)]

    def wait(self, holds: Callable[[], object]) -> None:
        wait_until(lambda: bool(holds()))

    def say(self, stream: str, reader: str, kind: type[FromHost], **values: Any) -> None:
        number = values.pop("sequence", self.numbers.get(reader, 0))
        self.numbers[reader] = number + 1
        push(reader_group(reader), to_channel(kind(stream=stream, sequence=number, **values)))

    def lines(self, stream: str, reader: str, text: str) -> None:
        self.say(stream, reader, Lines, cost=len(text) + OVERHEAD, text=text)

    def close(self) -> None:
        self._subscription.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    made = Worker()

    def send_task(name: str, args: list[Any], **options: Any) -> None:
        made.asked.append((name, args[0]))

    monkeypatch.setattr(current_app, "send_task", send_task)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[str]:
    with running_server() as url:
        yield url


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get(name="web")


@pytest.fixture
def app(web: Pod) -> Container:
    return Container.objects.get(name="app")


def logs_of(pod: Pod) -> str:
    return f"/ws/pods/{pod.pk}/logs/"


def terminal_of(container: Container) -> str:
    return f"/ws/containers/{container.pk}/terminal/"


def say(page: ClientConnection, **message: Any) -> None:
    page.send(json.dumps(message))


def code_of(page: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            page.recv(timeout=20)
    assert page.close_code is not None
    return page.close_code


def open_log(page: ClientConnection, worker: Worker, **values: Any) -> tuple[str, str]:
    """Open as a page does and answer as a host worker does; returns stream and reader."""
    say(page, type="open", window=WINDOW, **values)
    worker.wait(lambda: worker.asked)
    name, request = worker.asked[-1]
    assert name == OPEN_LOG
    worker.say(request["stream"], request["reader"], Opened, input=0)
    assert json.loads(page.recv(timeout=20))["type"] == "opened"
    return request["stream"], request["reader"]


def open_terminal(page: ClientConnection, worker: Worker, **values: Any) -> tuple[str, str]:
    say(page, type="open", window=WINDOW, rows=24, columns=80, **values)
    worker.wait(lambda: worker.asked)
    name, request = worker.asked[-1]
    assert name == host_task(Verb.TERMINAL)
    reader = request["arguments"]["reader"]
    worker.say(request["id"], reader, Opened, input=100, about={"shell": "sh", "replay": 0})
    assert json.loads(page.recv(timeout=20))["session"] == request["id"]
    return request["id"], reader


def test_who_is_refused_before_accept(web: Pod, app: Container, mallory: User, victor: User) -> None:
    for path in (logs_of(web), terminal_of(app)):
        assert first_word(path, OWN) == closed(consumers.SIGNED_OUT)
        assert first_word(path, OWN | {"cookie": session_of(mallory)}) == closed(consumers.NO_ROLE)
        elsewhere = {"host": "podweb.test", "origin": "http://evil.test", "cookie": session_of(victor)}
        assert first_word(path, elsewhere)["type"] == "websocket.close"
    viewer = OWN | {"cookie": session_of(victor)}
    assert first_word(logs_of(web), viewer)["type"] == "websocket.accept"
    assert first_word(terminal_of(app), viewer) == closed(consumers.NO_ROLE)
    assert first_word("/ws/pods/999/logs/", viewer) == closed(consumers.NOT_FOUND)
    assert first_word("/ws/containers/999/terminal/", viewer) == closed(consumers.NOT_FOUND)


def test_lines_pass_as_they_are_and_grants_reach_the_host(server: str, worker: Worker, web: Pod, victor: User) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        stream, reader = open_log(page, worker, tail=10, since=5.5, follow=False)
        request = worker.asked[0][1]
        assert (request["tail"], request["since"], request["follow"]) == (10, 5.5, False)
        assert request["pod_id"] == web.engine_id
        one = LogContainer(number=0, id="x", name="app", is_infra=False)
        worker.say(stream, reader, Containers, containers=(one,))
        assert json.loads(page.recv(timeout=20))["containers"][0]["name"] == "app"
        worker.lines(stream, reader, "0 o 1.5 h\u00e9llo\n")
        assert page.recv(timeout=20) == f"L{14 + OVERHEAD}\n0 o 1.5 h\u00e9llo\n"
        say(page, type="grant", bytes=500)
        worker.wait(lambda: [one for one in worker.of(Grant) if one.total == WINDOW + 500])
        worker.say(stream, reader, Ended, code="end", message="This is all.")
        assert json.loads(page.recv(timeout=20))["code"] == "end"
        assert code_of(page) == streams.ENDED
    worker.wait(lambda: worker.of(Leave))


@pytest.mark.parametrize(
    "message",
    [
        "{}",
        "no json",
        '{"type": "open", "window": 1}',
        '{"type": "open", "window": 999999999}',
        '{"type": "open", "window": 262144, "extra": 1}',
        '{"type": "open", "window": 262144, "tail": "many"}',
        '{"type": "grant", "bytes": 1}',
        b"keys",
    ],
)
def test_what_is_malformed_closes(server: str, worker: Worker, web: Pod, victor: User, message: str | bytes) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        page.send(message)
        assert code_of(page) == consumers.UNEXPECTED
    assert worker.asked == []


@pytest.mark.parametrize("more", [0, -5, WINDOW + 1, 10**12])
def test_nobody_grants_more_than_a_window(server: str, worker: Worker, web: Pod, victor: User, more: int) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        open_log(page, worker)
        say(page, type="grant", bytes=more)
        assert code_of(page) == consumers.UNEXPECTED
    assert all(one.total <= WINDOW for one in worker.of(Grant))


def test_a_problem_is_told(server: str, worker: Worker, web: Pod, victor: User) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        say(page, type="open", window=WINDOW, tail=0)
        said = json.loads(page.recv(timeout=20))
        assert (said["type"], said["field"]) == ("ended", "tail")
    Host.objects.update(silent=True)
    with open_page(server, victor, logs_of(web)) as page:
        say(page, type="open", window=WINDOW)
        assert json.loads(page.recv(timeout=20))["code"] == "host_silent"
        assert code_of(page) == streams.ENDED
    assert worker.asked == []


def test_a_missing_message_closes_it_so_that_the_page_reads_again(
    server: str, worker: Worker, web: Pod, victor: User
) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        stream, reader = open_log(page, worker)
        worker.say(stream, reader, Lines, sequence=2, cost=1, text="x")
        assert code_of(page) == consumers.LAGGED


def test_a_host_worker_that_falls_silent_ends_it(
    server: str, worker: Worker, web: Pod, victor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ALIVE_EVERY", 0.1)
    monkeypatch.setattr(streams, "SILENT_AFTER", 0.5)
    with open_page(server, victor, logs_of(web)) as page:
        open_log(page, worker)
        assert code_of(page) == streams.SILENT


def test_signs_of_life_repeat_the_grant(
    server: str, worker: Worker, web: Pod, victor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ALIVE_EVERY", 0.1)
    with open_page(server, victor, logs_of(web)) as page:
        open_log(page, worker)
        worker.wait(lambda: len(worker.of(Grant)) > 3)
        assert {one.total for one in worker.of(Grant)} == {WINDOW}


def test_a_right_that_is_withdrawn_ends_a_log_within_two_seconds(
    server: str, worker: Worker, web: Pod, victor: User
) -> None:
    with open_page(server, victor, logs_of(web)) as page:
        open_log(page, worker)
        assert ALIVE_EVERY < 2
        victor.groups.remove(Group.objects.get(name="viewer"))
        assert code_of(page) == consumers.NO_ROLE
    worker.wait(lambda: [one for one in worker.of(Leave) if one.why == "denied"])


def test_keys_sizes_and_the_end_of_a_terminal(server: str, worker: Worker, app: Container, alice: User) -> None:
    with open_page(server, alice, terminal_of(app)) as page:
        stream, reader = open_terminal(page, worker, user="root", command="echo 'two words'")
        arguments = worker.asked[0][1]["arguments"]
        assert (arguments["user"], arguments["command"]) == ("root", ["echo", "two words"])
        page.send(b"ls\r")
        page.send(b"\x03")
        worker.wait(lambda: len(worker.of(Input)) == 2)
        assert [(one.offset, one.data) for one in worker.of(Input)] == [(0, b"ls\r"), (3, b"\x03")]
        say(page, type="resize", rows=10, columns=20)
        worker.wait(lambda: worker.of(Resize))
        worker.say(stream, reader, Output, cost=2 + OVERHEAD, data=b"\xff\x00")
        assert page.recv(timeout=20) == (2 + OVERHEAD).to_bytes(4, "big") + b"\xff\x00"
        worker.say(stream, reader, InputGranted, total=500)
        assert json.loads(page.recv(timeout=20)) == {"type": "input", "total": 500}
        say(page, type="close")
        worker.wait(lambda: [one for one in worker.of(Leave) if one.why == "closed"])
        worker.say(stream, reader, Ended, code="closed", message="It was closed.", exit_code=129)
        assert json.loads(page.recv(timeout=20))["exit_code"] == 129
    operation = Operation.objects.get(pk=stream)
    assert (operation.verb, operation.asked_by, operation.pod) == ("terminal", alice, app.pod)


def test_more_keys_than_were_granted_close_it(server: str, worker: Worker, app: Container, alice: User) -> None:
    with open_page(server, alice, terminal_of(app)) as page:
        open_terminal(page, worker)
        page.send(b"x" * 101)
        assert code_of(page) == consumers.UNEXPECTED
    assert worker.of(Input) == []


def test_its_own_terminal_is_come_back_to_and_nobody_elses(
    server: str, worker: Worker, app: Container, alice: User, db: None
) -> None:
    with open_page(server, alice, terminal_of(app)) as page:
        session, _ = open_terminal(page, worker)
    with open_page(server, alice, terminal_of(app)) as page:
        say(page, type="open", window=WINDOW, rows=5, columns=6, session=session)
        worker.wait(lambda: worker.of(Attach))
        (attach,) = worker.of(Attach)
        assert (attach.stream, attach.rows, attach.columns) == (session, 5, 6)
    other = User.objects.create_superuser("other", password="other's password")
    for user, asked in ((other, session), (alice, str(uuid.uuid4())), (alice, "nonsense")):
        with open_page(server, user, terminal_of(app)) as page:
            say(page, type="open", window=WINDOW, rows=5, columns=6, session=asked)
            assert json.loads(page.recv(timeout=20))["code"] == "not_found"
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "state", "code"),
    [({"command": "echo 'open"}, "running", "invalid"), ({}, "exited", "wrong_state"), ({}, "paused", "wrong_state")],
)
def test_a_terminal_that_makes_no_sense_is_refused(
    server: str, worker: Worker, app: Container, alice: User, values: dict[str, str], state: str, code: str
) -> None:
    Container.objects.filter(pk=app.pk).update(state=state)
    with open_page(server, alice, terminal_of(app)) as page:
        say(page, type="open", window=WINDOW, rows=24, columns=80, **values)
        assert json.loads(page.recv(timeout=20))["code"] == code
    assert not Operation.objects.exists()


def test_a_download_that_nobody_takes_stops_the_writer_and_one_broken_off_leaves_nothing(
    server: str, worker: Worker, web: Pod, victor: User
) -> None:
    layer: Any = get_channel_layer()
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = (
            f"GET /pods/{web.pk}/logs/download/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {session_of(victor)}\r\n\r\n"
        )
        client.sendall(head.encode())
        worker.wait(lambda: worker.asked)
        request = worker.asked[0][1]
        assert request["follow"] is False
        stream, reader = request["stream"], request["reader"]
        worker.say(stream, reader, Opened, input=0)
        one = LogContainer(number=0, id="x", name="app", is_infra=False)
        worker.say(stream, reader, Containers, containers=(one,))
        text, sent, quiet_since = "0 o 1 " + "x" * 16_000 + "\n", 0, time.monotonic()
        while time.monotonic() - quiet_since < 1.5:
            granted = max([WINDOW, *(grant.total for grant in worker.of(Grant))])
            if sent + len(text) + OVERHEAD <= granted:
                worker.lines(stream, reader, text)
                sent += len(text) + OVERHEAD
                quiet_since = time.monotonic()
            time.sleep(0.001)
            assert sent < 64 * 2**20, "it is never held up"
        assert b"200 OK" in client.recv(100)
    wait_until(lambda: (layer.channels, layer.groups) == ({}, {}))
    worker.wait(lambda: worker.of(Leave))


def test_pages_that_close_under_traffic_leave_nothing_behind(
    server: str, worker: Worker, web: Pod, app: Container, alice: User
) -> None:
    layer: Any = get_channel_layer()
    for number in range(20):
        terminal = number % 2 == 0
        with open_page(server, alice, terminal_of(app) if terminal else logs_of(web)) as page:
            worker.asked.clear()
            stream, reader = open_terminal(page, worker) if terminal else open_log(page, worker)
            for _ in range(5):
                if terminal:
                    worker.say(stream, reader, Output, cost=9 + OVERHEAD, data=b"x" * 9)
                else:
                    worker.lines(stream, reader, "0 o 1 text\n")
            if number % 3:  # gone without a word, with messages on their way
                page.socket.shutdown(socket.SHUT_RDWR)
        for _ in range(5):
            worker.say(stream, reader, Output, cost=9 + OVERHEAD, data=b"x" * 9)
    wait_until(lambda: (layer.channels, layer.groups) == ({}, {}))
    worker.wait(lambda: len({one.reader for one in worker.of(Leave)}) == 20)
    time.sleep(0.2)
    assert set(layer.taps) == {streams_group("alpha")}
