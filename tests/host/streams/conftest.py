"""Streams of a host worker on a real engine, over both channel layers, with a reader that a test drives by hand."""

import collections
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from channels.layers import channel_layers
from pytest_django.fixtures import Settings

from pods.host.streams import Streams
from pods.messages.names import Verb
from pods.messages.operations import OperationRequest
from pods.messages.streams import (
    OVERHEAD,
    WINDOW,
    Attach,
    Containers,
    Ended,
    FromReader,
    Grant,
    Input,
    InputGranted,
    Leave,
    Lines,
    LogRequest,
    Opened,
    Output,
    Resize,
    StillThere,
    ToReader,
    from_channel,
    reader_group,
    streams_group,
    to_channel,
)
from podweb import push
from podweb.subscribe import Subscription
from tests.host.conftest import Desk

SLOWEST = 20.0  # seconds; a bound for a hung run, no expectation


class Reader:
    """Keeps what came. ``greedy`` grants what it read at once, as a page does; otherwise a test grants."""

    def __init__(self, stream: str, *, window: int = WINDOW, greedy: bool = True) -> None:
        self.stream, self.id, self.greedy = stream, uuid.uuid4().hex, greedy
        self.granted, self.received, self.most = window, 0, 0
        self.text, self.output = "", b""
        self.containers: dict[int, str] = {}
        self.messages: collections.Counter[str] = collections.Counter()
        self.opened: Opened | None = None
        self.ended: Ended | None = None
        self.input_granted, self.sent = 0, 0
        self._next = 0
        self._changed = threading.Condition()
        self._subscription = Subscription(reader_group(self.id), self._hear)
        time.sleep(0.2 if self._subscription._future else 0)  # a subscription of Redis takes a moment

    def _hear(self, raw: dict[str, Any]) -> None:
        message: Any = from_channel(raw, ToReader)  # type: ignore[arg-type]
        with self._changed:
            assert message.sequence == self._next, "a message is missing"
            self._next += 1
            self.messages[type(message).__name__] += 1
            size = 0
            match message:
                case Lines():
                    assert len(message.text.encode()) + OVERHEAD == message.cost
                    self.text += message.text
                    size = message.cost
                case Output():
                    self.output += message.data
                    assert len(message.data) + OVERHEAD == message.cost
                    size = message.cost
                case Containers():
                    self.containers = {one.number: one.name for one in message.containers}
                case Opened():
                    self.opened, self.input_granted = message, message.input
                case InputGranted():
                    self.input_granted = message.total
                case Ended():
                    self.ended = message
                case StillThere():
                    pass
            self.received += size
            self.most = max(self.most, size)
            assert self.received <= self.granted, "more came than was granted"
            self._changed.notify_all()
        if self.greedy and size:
            self.grant(size)

    def say(self, kind: type[FromReader], **values: Any) -> None:
        push.push(streams_group("alpha"), to_channel(kind(stream=self.stream, reader=self.id, **values)))

    def grant(self, more: int = 0) -> None:
        self.granted += more
        self.say(Grant, total=self.granted)

    def type(self, text: str) -> None:
        data = text.encode()
        self.say(Input, offset=self.sent, data=data)
        self.sent += len(data)

    def leave(self, why: str = "page") -> None:
        self.say(Leave, why=why)

    def resize(self, rows: int, columns: int) -> None:
        self.say(Resize, rows=rows, columns=columns)

    def attach(self) -> None:
        self.say(Attach, rows=24, columns=80, window=self.granted)

    def wait(self, holds: Callable[["Reader"], object], timeout: float = SLOWEST) -> None:
        with self._changed:
            held = self._changed.wait_for(lambda: holds(self), timeout)
        assert held, f"it never came: {self.ended} {self.text[-2000:]!r} {self.output[-2000:]!r}"

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Container's name, kind and text of each line."""
        found = []
        for line in self.text.splitlines():
            number, kind, _, text = line.split(" ", 3)
            found.append((self.containers[int(number)], kind, text))
        return found

    def texts(self, name: str, kinds: str = "oe") -> list[str]:
        return [text for container, kind, text in self.lines if container == name and kind in kinds]

    def close(self) -> None:
        self._subscription.close()


@pytest.fixture(params=["memory", "redis"])
def layer(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs on both channel layers."""
    kind: str = request.param
    if kind == "redis":
        url = request.getfixturevalue("redis_url")
        config = {"hosts": [url], "prefix": uuid.uuid4().hex}
        backend = {"BACKEND": "podweb.pubsub.PubSubChannelLayer", "CONFIG": config}
        settings.CHANNEL_LAYERS = {"default": backend}
        monkeypatch.setattr(push, "_bridges", {})
    monkeypatch.setattr(channel_layers, "backends", {})
    return kind


@pytest.fixture
def streams(layer: str, desk: Desk) -> Iterator[Streams]:
    """The streams of a worker that run; nothing of them may be left at the end."""
    running = desk.worker.streams
    running.start()
    time.sleep(0.2 if layer == "redis" else 0)
    yield running
    running.stop()
    assert (running.logs, running.terminals, running._tasks) == ({}, {}, set())


@pytest.fixture
def open_log(streams: Streams, desk: Desk) -> Iterator[Callable[..., Reader]]:
    """Opens a log of a pod by its name and returns the reader."""
    readers: list[Reader] = []

    def open_one(pod: str, *, window: int = WINDOW, greedy: bool = True, **values: Any) -> Reader:
        reader = Reader(uuid.uuid4().hex, window=window, greedy=greedy)
        readers.append(reader)
        pod_id = desk.box.podman("pod", "inspect", pod, "--format", "{{.ID}}").stdout.strip()
        request = LogRequest(
            stream=reader.stream, reader=reader.id, host="alpha", pod_id=pod_id, window=window, **values
        )
        streams.open_log(request)
        return reader

    yield open_one
    for reader in readers:
        reader.close()


@pytest.fixture
def open_terminal(streams: Streams, desk: Desk) -> Iterator[Callable[..., Reader]]:
    """Opens a terminal in a container by its name, through the worker as an operation, and returns the reader."""
    readers: list[Reader] = []

    def open_one(container: str, *, window: int = WINDOW, greedy: bool = True, **values: Any) -> Reader:
        reader = Reader(str(uuid.uuid4()), window=window, greedy=greedy)
        readers.append(reader)
        full_id = desk.box.podman("inspect", container, "--format", "{{.Id}}").stdout.strip()
        arguments = {"container_id": full_id, "container": container, "user": "", "command": [], "rows": 24}
        arguments |= {"columns": 80, "reader": reader.id, "window": window} | values
        request = OperationRequest(
            id=reader.stream,
            verb=Verb.TERMINAL,
            host="alpha",
            pod_id="",
            pod_name="web",
            timeout=60,
            arguments=arguments,
        )
        desk.worker.perform(request)
        return reader

    yield open_one
    for reader in readers:
        reader.close()
