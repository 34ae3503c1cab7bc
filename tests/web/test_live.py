"""The websocket of a page: who gets in, what is forwarded, when it ends, and that nothing is left of it."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from pods.control.changes import announce
from pods.messages.names import changes_group
from pods.models import Host, Pod
from pods.web.live import consumers
from podweb.asgi import application
from podweb.push import push
from tests.browser.server import running_server, send_tick
from tests.builders import bring_online, engine_id, pod

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[str]:
    with running_server() as url:
        yield url


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


@contextmanager
def open_page(url: str, user: User, path: str = "/ws/live/") -> Iterator[ClientConnection]:
    """Connect as a page of podweb does, and wait until it has joined."""
    address = url.replace("http", "ws") + path
    headers = {"Cookie": session_of(user)}
    with connect(address, origin=Origin(url), additional_headers=headers, open_timeout=20) as page:
        if path.startswith("/ws/live/"):
            assert read(page)["type"] == "joined"
        yield page


def read(page: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(page.recv(timeout=20))
    return message


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def first_word(path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return how a handshake is answered, before the server makes HTTP of it (where the code of a refusal is lost)."""

    async def ask() -> dict[str, Any]:
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": raw, "subprotocols": []}
        make: Any = ApplicationCommunicator
        page = make(application, scope)
        await page.send_input({"type": "websocket.connect"})
        answer: dict[str, Any] = await page.receive_output(timeout=20)
        await page.send_input({"type": "websocket.disconnect", "code": 1005})
        await page.wait(timeout=20)
        return answer

    return asyncio.run(ask())


def closed(code: int) -> dict[str, Any]:
    return {"type": "websocket.close", "code": code}


OWN = {"host": "podweb.test", "origin": "http://podweb.test"}


def test_nobody_signed_in_is_refused_before_accept() -> None:
    assert first_word("/ws/live/", OWN) == closed(consumers.SIGNED_OUT)


def test_without_a_role_it_is_refused_before_accept(mallory: User) -> None:
    assert first_word("/ws/live/", OWN | {"cookie": session_of(mallory)}) == closed(consumers.NO_ROLE)


def test_an_unknown_address_is_refused_before_accept(alice: User) -> None:
    assert first_word("/ws/other/", OWN | {"cookie": session_of(alice)}) == closed(consumers.NOT_FOUND)


@pytest.mark.parametrize("origin", ["http://evil.test", "http://podweb.test:81", "null", "", None])
def test_a_page_from_elsewhere_is_refused(alice: User, origin: str | None) -> None:
    headers = {"host": "podweb.test", "cookie": session_of(alice)} | ({} if origin is None else {"origin": origin})
    assert first_word("/ws/live/", headers)["type"] == "websocket.close"


def test_a_viewer_gets_in(victor: User) -> None:
    assert first_word("/ws/live/", OWN | {"cookie": session_of(victor)})["type"] == "websocket.accept"


def test_a_real_handshake_from_elsewhere_is_403(server: str, alice: User) -> None:
    address = server.replace("http", "ws") + "/ws/live/"
    headers = {"Cookie": session_of(alice)}
    with pytest.raises(InvalidStatus) as caught:
        connect(address, origin=Origin("http://evil.test"), additional_headers=headers)
    assert caught.value.response.status_code == 403


def test_ticks_and_changes_are_forwarded(server: str, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"), pod("db"))
    web = Pod.objects.get(name="web")
    with open_page(server, victor) as page:
        send_tick("alpha", {"web": ("app",), "db": ()}, at=1000.5, cpu=12.5)
        tick = read(page)
        assert (tick["type"], tick["host"], tick["at"]) == ("tick", "alpha", 1000.5)
        assert set(tick["pods"]) == {engine_id("web"), engine_id("db")}
        assert tick["pods"][engine_id("web")]["containers"][engine_id("web/app")]["cpu"] == 12.5
        announce("alpha", [web.pk])
        changes = {"type": "changes", "host": "alpha", "pods": [web.pk], "states": {str(web.pk): "Running"}}
        assert read(page) == changes | {"all": False}


def test_a_page_knows_by_the_count_whether_something_changed_since_it_was_made(
    server: str, host: Host, victor: User
) -> None:
    Host.objects.create(slug="beta", name="Beta")
    bring_online("alpha", pod("web"))
    web = Pod.objects.get()
    client = Client()
    client.force_login(victor)
    address = server.replace("http", "ws") + "/ws/live/"

    def joined() -> str:
        with connect(address, origin=Origin(server), additional_headers={"Cookie": session_of(victor)}) as page:
            return str(read(page)["changes"])

    def shown(path: str) -> str:
        found = re.search(r'data-changes="([^"]*)"', client.get(path).content.decode())
        assert found is not None
        return found[1]

    before = shown("/")
    assert joined() == before
    announce("alpha", [web.pk])
    alpha, beta = joined().split(" ")
    assert alpha != before.split(" ")[0]
    assert beta == before.split(" ")[1]
    assert shown("/") == joined()
    assert shown(f"/pods/{web.pk}/") == alpha
    announce("alpha", [])  # nothing
    assert joined().split(" ")[0] == alpha


def test_a_pods_own_page_gets_its_pod_alone(server: str, host: Host, victor: User) -> None:
    with open_page(server, victor, f"/ws/live/?pod={engine_id('web')}") as page:
        send_tick("alpha", {"web": (), "db": ()})
        assert set(read(page)["pods"]) == {engine_id("web")}


def test_a_page_that_speaks_is_closed(server: str, host: Host, victor: User) -> None:
    with open_page(server, victor) as page:
        page.send("{}")
        with pytest.raises(ConnectionClosed) as caught:
            page.recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == consumers.UNEXPECTED


def test_a_page_that_lags_is_closed_and_told_so(server: str, host: Host, victor: User) -> None:
    with open_page(server, victor) as page:
        push(changes_group("alpha"), {"type": "layer.lagged"})
        with pytest.raises(ConnectionClosed) as caught:
            page.recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == consumers.LAGGED


def test_a_right_that_is_withdrawn_ends_it(
    server: str, host: Host, victor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "LOOK_AGAIN_EVERY", 0.1)
    with open_page(server, victor) as page:
        victor.groups.remove(Group.objects.get(name="viewer"))
        with pytest.raises(ConnectionClosed) as caught:
            page.recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == consumers.NO_ROLE


def test_signing_out_ends_it(server: str, host: Host, victor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "LOOK_AGAIN_EVERY", 0.1)
    with open_page(server, victor) as page:
        Session.objects.all().delete()
        with pytest.raises(ConnectionClosed) as caught:
            page.recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == consumers.SIGNED_OUT


def test_a_host_registered_meanwhile_is_heard(
    server: str, host: Host, victor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "LOOK_AGAIN_EVERY", 0.1)
    layer: Any = get_channel_layer()
    with open_page(server, victor) as page:
        Host.objects.create(slug="beta", name="Beta")
        wait_until(lambda: changes_group("beta") in layer.groups)
        announce("beta", everything=True)
        assert read(page)["host"] == "beta"


def test_pages_that_come_and_go_under_traffic_leave_nothing_behind(server: str, host: Host, victor: User) -> None:
    layer: Any = get_channel_layer()
    cookie = session_of(victor)
    address = server.replace("http", "ws") + "/ws/live/"

    for number in range(30):
        with connect(address, origin=Origin(server), additional_headers={"Cookie": cookie}, open_timeout=20) as page:
            for _ in range(5):
                send_tick("alpha", {"web": ("app",)})
            if number % 2:  # gone without a word, with messages on their way
                page.socket.shutdown(socket.SHUT_RDWR)
    for _ in range(20):
        send_tick("alpha", {"web": ("app",)})
    wait_until(lambda: (layer.channels, layer.groups) == ({}, {}))
