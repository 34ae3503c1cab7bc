"""Where an engine is looked for, and what is said when none is there."""

import os
import socket
from pathlib import Path

import pytest

from pods.engine.errors import UnreachableError
from pods.host import connection
from pods.host.connection import Connection, usual_sockets


@pytest.fixture
def rootless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)


def test_roots_engine_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert usual_sockets("") == [Path("/run/podman/podman.sock")]


def test_a_users_engine_is_in_the_users_runtime_directory(rootless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/somewhere/else")
    assert usual_sockets("") == [Path("/somewhere/else/podman/podman.sock")]
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert usual_sockets("") == [Path("/run/user/1234/podman/podman.sock")]


def test_a_socket_that_is_named_is_the_only_one_tried(rootless: None) -> None:
    assert usual_sockets("unix:///named.sock") == usual_sockets("/named.sock") == [Path("/named.sock")]


def test_what_each_socket_answered_is_kept_with_the_command_that_mends_it(
    rootless: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    place = tmp_path / "podman" / "podman.sock"
    found = Connection("", None)
    with pytest.raises(UnreachableError):
        found.connect()
    assert [(one.socket, one.answer) for one in found.attempts] == [(str(place), "there is no such socket")]
    assert found.advice
    place.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(place))
    with pytest.raises(UnreachableError):
        found.connect()
    assert [one.socket for one in found.attempts] == [str(place)]
    assert found.attempts[0].answer != "there is no such socket"
    found.close()


@pytest.mark.parametrize(
    ("podman", "systemd", "uid", "command"),
    [
        (False, True, 0, "apt-get install podman"),
        (True, True, 0, "systemctl enable --now podman.socket"),
        (True, True, 1000, "systemctl --user enable --now podman.socket"),
        (True, False, 0, "podman system service --time 0 unix:///run/podman/podman.sock"),
    ],
)
def test_the_advice_fits_the_machine(
    monkeypatch: pytest.MonkeyPatch, podman: bool, systemd: bool, uid: int, command: str
) -> None:
    there = {"podman": podman, "system": systemd}
    monkeypatch.setattr(Path, "exists", lambda self: there[self.name])
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert connection.advice(Path("/run/podman/podman.sock")) == command
