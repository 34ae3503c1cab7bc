"""Asking again when several do at once: one operation comes of it. Runs on SQLite and, again, on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from pods.dispatch.operations import ask_again
from pods.domain.errors import Conflict
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


@pytest.fixture
def failed(host: Host, alice: User) -> Operation:
    """A restart that failed, of a pod that runs."""
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return make_operation(alice, Pod.objects.get(), verb="restart", state="failed")


def test_pressed_twice_at_once_it_is_asked_for_once(failed: Operation, alice: User) -> None:
    together = threading.Barrier(AT_ONCE)

    def press(_: int) -> int:
        client = Client()
        client.force_login(alice)
        together.wait(30)
        try:
            return client.post(f"/operations/{failed.pk}/again/").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(press, range(AT_ONCE)))
    assert sorted(answers) == [302, 409, 409, 409]
    assert Operation.objects.exclude(pk=failed.pk).count() == 1


def test_of_two_failures_of_one_pod_tried_again_at_once_one_is_asked_for(failed: Operation, alice: User) -> None:
    other = make_operation(alice, Pod.objects.get(), verb="pause", state="failed")
    together = threading.Barrier(2)

    def again(operation: Operation) -> str:
        together.wait(30)
        try:
            return ask_again(alice, operation, through="page").state
        except Conflict as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(again, [failed, other]))
    assert sorted(answers) == ["asked", "superseded"]
