"""``podweb up`` and the other commands: what cannot be done is said in a sentence."""

import io
import socket
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from knox.auth import TokenAuthentication
from knox.models import AuthToken

from pods.models import Host
from podweb import server

pytestmark = pytest.mark.django_db


def run(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_a_port_that_is_taken_is_said_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1 port {port}: .*PORT="):
            run("up", "--port", str(port))


@pytest.mark.parametrize(("bind", "port"), [("127.0.0.1", "70000"), ("192.0.2.1", "8000"), ("no-such-name", "8000")])
def test_an_address_that_cannot_be_had_is_said(bind: str, port: str) -> None:
    with pytest.raises(CommandError, match="Cannot listen on"):
        run("up", "--bind", bind, "--port", port)


def test_a_second_podweb_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (
        server.only_instance(tmp_path),
        pytest.raises(server.CannotStart, match="Another podweb uses"),
        server.only_instance(tmp_path),
    ):
        pass


def test_a_token_signs_its_user_in(alice: User, rf: Any) -> None:
    token = run("make_token", "alice").strip()
    user, _ = TokenAuthentication().authenticate(rf.get("/", headers={"Authorization": f"Token {token}"}))
    assert user == alice
    assert token not in str(list(AuthToken.objects.values()))


def test_a_token_may_have_an_end(alice: User) -> None:
    run("make_token", "alice", "--expires-days", "7")
    assert AuthToken.objects.get().expiry is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nobody"], "no active user 'nobody'"), (["alice", "--expires-days", "0"], "must be 1 or more")],
)
def test_no_token_for_nobody_or_no_time(alice: User, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run("make_token", *words)
    assert not AuthToken.objects.exists()


def test_a_host_is_registered_and_its_workers_command_printed() -> None:
    assert "-Q host.alpha " in run("add_host", "alpha", "--name", "The first")
    assert Host.objects.get().name == "The first"


@pytest.mark.parametrize("slug", ["alpha", "No Slug", "-", ""])
def test_a_host_that_is_taken_or_malformed_is_refused(host: Host, slug: str) -> None:
    with pytest.raises(CommandError):
        run("add_host", slug)
    assert Host.objects.count() == 1
