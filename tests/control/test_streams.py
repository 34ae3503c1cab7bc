"""Operations of open terminals: they run as long as word of them comes, and are lost like any other when none does."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pods.control.reaper import reap
from pods.control.streams import terminals_open
from pods.messages.streams import TerminalsOpen
from pods.models import Host, Operation, Pod
from tests.builders import BOOT, bring_online, members, pod
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def terminal(host: Host, alice: User) -> Operation:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    late = timezone.now() - LONG_AGO
    return make_operation(alice, Pod.objects.get(), verb="terminal", state="running", boot=BOOT, deadline_at=late)


def word(*ids: object, host: str = "alpha", boot: str = BOOT) -> None:
    terminals_open(TerminalsOpen(host=host, boot=boot, ids=tuple(str(one) for one in ids)))


def state(operation: Operation) -> str:
    operation.refresh_from_db()
    return operation.state


def test_word_of_an_open_terminal_keeps_the_reaper_away(terminal: Operation) -> None:
    word(terminal.pk)
    reap()
    assert state(terminal) == "running"


def test_without_word_it_is_lost(terminal: Operation) -> None:
    word()
    reap()
    assert state(terminal) == "lost"


@pytest.mark.parametrize("other", [{"host": "beta"}, {"boot": str(uuid.UUID(int=9))}])
def test_another_hosts_or_boots_word_does_not_count(terminal: Operation, other: dict[str, str]) -> None:
    word(terminal.pk, **other)
    reap()
    assert state(terminal) == "lost"


def test_one_that_ended_is_not_opened_again_by_late_word(terminal: Operation) -> None:
    Operation.objects.update(state="done")
    deadline = terminal.deadline_at
    word(terminal.pk)
    terminal.refresh_from_db()
    assert (terminal.state, terminal.deadline_at) == ("done", deadline)


def test_a_stop_is_not_put_off_by_a_terminals_word(terminal: Operation) -> None:
    Operation.objects.update(verb="stop")
    word(terminal.pk)
    reap()
    assert state(terminal) == "lost"
