"""Which boot speaks for a host, and what its silence means."""

import time
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pods.control.hosts import engine_status, host_online, mark_silent
from pods.messages.hosts import Attempt, HostOnline
from pods.models import Host, Operation, Pod
from tests.builders import BOOT, EPOCH, bring_online, pod, status
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
NEW = str(uuid.UUID(int=2))


def online(boot: str, epoch: int) -> None:
    host_online(HostOnline(host="alpha", boot=boot, epoch=epoch, at=time.time()))


def test_a_new_boot_ends_what_the_former_one_had_running(host: Host, alice: User) -> None:
    bring_online("alpha", pod("web"))
    running = make_operation(alice, Pod.objects.get(), state="running", boot=BOOT)
    asked = make_operation(alice, Pod.objects.get(), state="asked")
    online(NEW, EPOCH + 1)
    running.refresh_from_db()
    asked.refresh_from_db()
    assert (running.state, running.code) == ("lost", "worker_restarted")
    assert running.hint
    assert asked.state == "asked"


def test_the_word_of_a_former_boot_changes_nothing(host: Host) -> None:
    online(NEW, EPOCH + 1)
    online(BOOT, EPOCH)
    engine_status(status(boot=BOOT, answering=False))
    host.refresh_from_db()
    assert str(host.boot) == NEW
    assert host.answering is None


def test_a_clock_that_went_back_does_not_lock_a_host_out(host: Host) -> None:
    online(NEW, EPOCH + 1)
    Host.objects.update(heard_at=timezone.now() - timedelta(minutes=1))
    online(BOOT, EPOCH)
    host.refresh_from_db()
    assert str(host.boot) == BOOT


def test_a_status_shows_what_was_tried(host: Host) -> None:
    bring_online()
    attempts = (Attempt(socket="/run/podman/podman.sock", answer="there is no such socket"),)
    engine_status(status(answering=False, attempts=attempts, advice="apt-get install podman", info=None))
    host.refresh_from_db()
    assert host.answering is False
    assert host.tried == list(attempts)
    assert host.info is not None
    assert host.info.version == "4.3.1"


def test_an_older_status_changes_nothing(host: Host) -> None:
    older = status(answering=False)
    bring_online()
    engine_status(older)
    host.refresh_from_db()
    assert host.answering is True


def test_a_worker_without_a_word_is_silent_and_its_next_word_ends_that(host: Host) -> None:
    bring_online()
    mark_silent()
    host.refresh_from_db()
    assert not host.silent
    Host.objects.update(heard_at=timezone.now() - timedelta(minutes=1))
    mark_silent()
    host.refresh_from_db()
    assert host.silent
    engine_status(status())
    host.refresh_from_db()
    assert not host.silent


def test_nobody_is_registered_by_speaking(db: None) -> None:
    online(NEW, EPOCH)
    assert not Host.objects.exists()
    assert not Operation.objects.exists()
