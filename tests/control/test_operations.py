"""What host workers say about operations, the reaper and the second sending."""

import threading
import time
from datetime import timedelta
from typing import Any, cast

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from pods.control.operations import operation_ended, operation_started
from pods.control.reaper import reap, resend
from pods.messages.names import host_queue
from pods.messages.operations import OperationEnded, OperationStarted, Part, Step
from pods.models import Host, Operation, Pod
from tests.builders import BOOT, bring_online, engine_id, pod, snapshot
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"))
    return Pod.objects.get()


def started(operation: Operation, host: str = "alpha") -> OperationStarted:
    return OperationStarted(id=str(operation.pk), host=host, boot=BOOT, at=time.time())


def ended(operation: Operation, **values: Any) -> OperationEnded:
    facts: dict[str, Any] = {
        "id": str(operation.pk),
        "host": "alpha",
        "boot": BOOT,
        "at": time.time(),
        "outcome": "done",
    }
    return OperationEnded(**(facts | values))


def test_asked_running_done(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)
    operation_started(started(operation))
    operation.refresh_from_db()
    assert (operation.state, str(operation.boot)) == ("running", BOOT)
    operation_ended(ended(operation, steps=(Step(at=time.time(), text="stop the pod"),)))
    operation.refresh_from_db()
    assert operation.state == "done"
    assert [step.text for step in operation.steps] == ["stop the pod"]


def wait_until_somebody_waits_for_a_row() -> None:
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction else sees the same all the time
            cursor.execute(WAITS)
            if cursor.fetchone():
                return
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_start_that_waits_for_its_end_changes_nothing(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)

    def start() -> None:
        try:
            operation_started(started(operation))
        finally:
            connection.close()

    thread = threading.Thread(target=start)
    with transaction.atomic():
        operation_ended(ended(operation, outcome="failed", message="no"))
        thread.start()
        if connection.vendor == "postgresql":  # SQLite lets one in after the other
            wait_until_somebody_waits_for_a_row()
    thread.join(30)
    assert not thread.is_alive()
    operation.refresh_from_db()
    assert (operation.state, operation.message) == ("failed", "no")


def test_a_failure_keeps_the_engines_own_words(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)
    parts = (Part(name="abc", message="no"),)
    operation_ended(ended(operation, outcome="failed", code="engine_refused", engine="no", hint="try", parts=parts))
    operation.refresh_from_db()
    assert (operation.state, operation.code, operation.engine, operation.hint) == (
        "failed",
        "engine_refused",
        "no",
        "try",
    )
    assert operation.parts == list(parts)


def test_a_start_that_comes_after_the_end_changes_nothing(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)
    operation_ended(ended(operation))
    operation_started(started(operation))
    operation.refresh_from_db()
    assert operation.state == "done"
    assert operation.started_at is not None


def test_an_end_that_comes_twice_changes_nothing(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)
    operation_ended(ended(operation))
    operation_ended(ended(operation, outcome="failed", code="internal"))
    operation.refresh_from_db()
    assert (operation.state, operation.code) == ("done", "")


def test_another_host_cannot_end_it(web: Pod, alice: User) -> None:
    Host.objects.create(slug="beta", name="Beta")
    operation = make_operation(alice, web)
    operation_started(started(operation, host="beta"))
    operation_ended(ended(operation, host="beta"))
    operation.refresh_from_db()
    assert operation.state == "asked"


def test_the_pod_is_what_was_read_after_the_action(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web)
    after = snapshot(pod("web", state="Exited"), complete=False, pod_ids=(web.engine_id,))
    operation_ended(ended(operation, snapshot=after))
    web.refresh_from_db()
    assert web.state == "Exited"


def test_a_creation_is_joined_to_the_pod_it_made(web: Pod, alice: User) -> None:
    operation = make_operation(alice, web, verb="create", pod=None, pod_engine_id="", pod_name="fresh")
    made = snapshot(pod("fresh"), complete=False, pod_ids=(engine_id("fresh"),))
    operation_ended(ended(operation, result={"pod_id": engine_id("fresh")}, snapshot=made))
    operation.refresh_from_db()
    assert operation.pod is not None
    assert operation.pod.name == "fresh"


@pytest.mark.parametrize("state", ["asked", "running"])
def test_what_has_no_word_past_its_deadline_is_lost(web: Pod, alice: User, state: str) -> None:
    late = make_operation(alice, web, state=state, deadline_at=timezone.now() - timedelta(minutes=1))
    fresh = make_operation(alice, web, state=state)
    reap()
    late.refresh_from_db()
    fresh.refresh_from_db()
    assert (late.state, late.code) == ("lost", "no_word")
    assert fresh.state == state


def queued(slug: str) -> int:
    with current_app.connection_for_read() as connection:
        return int(cast(Any, connection.default_channel).queue_declare(host_queue(slug), durable=True).message_count)


def test_what_was_asked_and_not_begun_is_sent_again_once(web: Pod, alice: User) -> None:
    before = queued("alpha")
    make_operation(alice, web, sent_at=timezone.now() - timedelta(seconds=10))
    make_operation(alice, web)
    make_operation(alice, web, state="running", sent_at=timezone.now() - timedelta(seconds=10))
    resend()
    resend()
    assert queued("alpha") == before + 1


def test_nothing_is_sent_to_a_silent_host(web: Pod, alice: User) -> None:
    before = queued("alpha")
    make_operation(alice, web, sent_at=timezone.now() - timedelta(seconds=10))
    Host.objects.update(silent=True)
    resend()
    assert queued("alpha") == before
