"""Several control threads at once, as in a real worker: the rows end as if they had come one after the other."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from pods.control.operations import operation_ended, operation_started
from pods.control.reaper import reap
from pods.control.snapshots import apply_snapshot
from pods.messages.operations import OperationEnded, OperationStarted
from pods.models import Host, Operation, Pod
from tests.builders import BOOT, bring_online, engine_id, members, pod, snapshot
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


def run_together(*calls: Any) -> None:
    """Run every call in one of a few threads; raises what any of them raised."""

    def one(call: Any) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(one, call) for call in calls]:
            done.result(60)


def test_snapshots_in_any_order_end_in_the_newest(host: Host) -> None:
    bring_online("alpha")
    states = ["Running", "Exited", "Paused", "Degraded"]
    shots = [
        snapshot(pod("web", state=states[n % 4]), pod(f"pod{n % 7}"), containers=members("web", "app", pid=n))
        for n in range(40)
    ]
    newest = shots[-1]
    random.Random(7).shuffle(shots)
    run_together(*(lambda shot=shot: apply_snapshot(shot) for shot in shots))
    existing = Pod.objects.filter(removed_at=None)
    assert {one.name for one in existing} == {one.name for one in newest.pods}
    web = Pod.objects.get(name="web")
    assert (web.state, web.sequence) == (newest.pods[0].state, newest.sequence)
    assert {one.pid for one in web.containers.all()} == {39}
    assert Pod.objects.count() == 1 + len({one.name for one in Pod.objects.exclude(name="web")})


def test_an_operation_ends_once_whoever_is_first(host: Host, alice: User) -> None:
    bring_online("alpha", pod("web"))
    web = Pod.objects.get()
    late = timezone.now() - timedelta(minutes=1)
    operations = [make_operation(alice, web, deadline_at=late) for _ in range(10)]
    calls: list[Any] = []
    for operation in operations:
        facts: dict[str, Any] = {"id": str(operation.pk), "host": "alpha", "boot": BOOT, "at": time.time()}
        started, ended = OperationStarted(**facts), OperationEnded(**facts, outcome="done")
        calls += [lambda m=started: operation_started(m), lambda m=ended: operation_ended(m), reap]
    run_together(*calls)
    for operation in Operation.objects.all():
        assert operation.state in {"done", "lost"}
        assert operation.ended_at is not None
        assert (operation.code == "") is (operation.state == "done")


def test_outcomes_and_snapshots_of_many_pods_do_not_hold_each_other_up(host: Host, alice: User) -> None:
    names = [f"pod{n}" for n in range(8)]
    bring_online("alpha", *(pod(name) for name in names))
    calls: list[Any] = []
    for name in names:
        operation = make_operation(alice, Pod.objects.get(name=name))
        seen = snapshot(pod(name, state="Exited"), complete=False, pod_ids=(engine_id(name),))
        ended = OperationEnded(
            id=str(operation.pk), host="alpha", boot=BOOT, at=time.time(), outcome="done", snapshot=seen
        )
        calls.append(lambda m=ended: operation_ended(m))
        listed = snapshot(*(pod(one, state="Exited") for one in names))
        calls.append(lambda s=listed: apply_snapshot(s))
    run_together(*calls)
    assert set(Pod.objects.values_list("state", flat=True)) == {"Exited"}
    assert set(Operation.objects.values_list("state", flat=True)) == {"done"}
