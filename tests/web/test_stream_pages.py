"""The pages of logs and terminals, for each person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from pods.models import Container, Host, Operation, Pod
from pods.web.pages.logs import moment, tail_of
from tests.builders import bring_online, members, pod
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def status(user: User, path: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(path).status_code


def test_who_sees_which_page(web: Pod, alice: User, victor: User, mallory: User) -> None:
    app = Container.objects.get(name="app")
    logs, terminal = f"/pods/{web.pk}/logs/", f"/containers/{app.pk}/terminal/"
    assert [status(user, logs) for user in (alice, victor, mallory)] == [200, 200, 403]
    assert [status(user, terminal) for user in (alice, victor, mallory)] == [200, 403, 403]
    assert Client().get(logs).status_code == 302
    assert Client().get(f"{logs}download/").status_code == 302
    assert status(alice, "/pods/999/logs/") == 404
    assert status(alice, "/containers/999/terminal/") == 404
    assert status(mallory, f"{logs}download/") == 403
    assert status(alice, "/pods/999/logs/download/") == 404


def test_only_who_may_open_a_terminal_is_offered_one(web: Pod, alice: User, victor: User) -> None:
    for user, offered in ((alice, True), (victor, False)):
        client = Client()
        client.force_login(user)
        page = client.get(f"/pods/{web.pk}/").content.decode()
        assert f"/pods/{web.pk}/logs/" in page
        assert ("Terminal in app" in page) == offered


@pytest.mark.parametrize("query", ["since=soon", "until=2026-13-01", "tail=0", "tail=-1", "tail=x", "tail=99999999999"])
def test_bad_input_is_named(web: Pod, victor: User, query: str) -> None:
    field = query.partition("=")[0]
    for path in ("logs/", "logs/download/"):
        client = Client()
        client.force_login(victor)
        answer = client.get(f"/pods/{web.pk}/{path}?{query}")
        assert answer.status_code == 400
        assert field in answer.content.decode()


def test_moments_and_tails() -> None:
    assert moment("2026-11-25T10:00", "since") == moment("2026-11-25T10:00:00+00:00", "since") == 1795600800.0
    now = moment("0s", "since")
    hour = moment("1h ago", "since")
    assert now is not None
    assert hour is not None
    assert 3599 <= now - hour <= 3700
    assert moment(" ", "since") is None
    assert (tail_of("all"), tail_of(""), tail_of("5")) == (None, 1000, 5)


def test_an_open_terminal_keeps_nobody_from_acting(web: Pod, alice: User) -> None:
    begun = timezone.now() - timedelta(minutes=7)
    shown = {"verb": "terminal", "arguments": {"container": "app"}, "started_at": begun}
    make_operation(alice, web, state="running", **shown)
    client = Client()
    client.force_login(alice)
    assert "Stop" in client.get("/").content.decode()
    assert "open since" in client.get("/operations/").content.decode()
    Operation.objects.update(state="done", ended_at=timezone.now(), message="The command ended with exit code 3.")
    page = client.get("/operations/").content.decode().replace("\xa0", " ")
    assert "in app on Alpha" in page
    assert "exit code 3" in page
    assert "open for 7 min " in page
