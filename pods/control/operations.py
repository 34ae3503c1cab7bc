"""What host workers say about operations. Every change of state is one counted UPDATE from the expected state."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from pods.control.changes import announce
from pods.control.hosts import speaker
from pods.control.snapshots import apply_to
from pods.messages import plain
from pods.messages.names import Verb
from pods.messages.operations import OperationEnded, OperationStarted
from pods.models import Host, Operation, Pod
from pods.models.operations import OPEN, OperationState


def operation_started(message: OperationStarted) -> None:
    """asked -> running; says nothing to one that has ended meanwhile."""
    with transaction.atomic():
        changed = (
            _of(message)
            .filter(state=OperationState.ASKED)
            .update(state=OperationState.RUNNING, started_at=datetime.fromtimestamp(message.at, UTC), boot=message.boot)
        )
        if changed:
            pod = Operation.objects.get(pk=message.id).pod_id
            announce(message.host, (pod,), everything=pod is None)


def operation_ended(message: OperationEnded) -> None:
    """asked or running -> done or failed, together with the pod as it was read after the action.

    The start may come later than the end (several tasks run at once); an end that comes twice changes nothing.
    """
    at = datetime.fromtimestamp(message.at, UTC)
    with transaction.atomic():
        seen: set[int] = set()
        if message.snapshot is not None:
            snapshot = message.snapshot
            host = speaker(message.host, snapshot.boot, snapshot.epoch)
            if host is not None and snapshot.host == host.slug:
                seen = apply_to(host, snapshot)
        values: dict[str, Any] = {
            "state": OperationState(message.outcome),
            "ended_at": at,
            "boot": message.boot,
            "code": message.code[:32],
            "message": message.message,
            "hint": message.hint,
            "engine": message.engine,
            "parts_json": plain(message.parts),
            "steps_json": plain(message.steps),
            "result": message.result,
        }
        operations = _of(message)
        changed = operations.filter(state__in=OPEN).update(**values)
        if not changed:
            announce(message.host, seen)
            return
        operation = operations.select_related("host").get()
        if operation.started_at is None:
            operations.filter(started_at=None).update(started_at=min([at, *_first_step(message)]))
        if operation.verb == Verb.CREATE:
            made = Pod.objects.filter(host=operation.host, engine_id=str(message.result.get("pod_id", ""))).first()
            if made is not None:
                operations.update(pod=made, pod_engine_id=made.engine_id)
                operation.pod = made
        announce(message.host, {*seen, operation.pod_id}, everything=operation.verb == Verb.CREATE)


def _of(message: OperationStarted | OperationEnded) -> QuerySet[Operation]:
    """Return the operation, if it is the sender's.

    Without a join: Django updates those by a query of its own below, and PostgreSQL then changes a row that it waited
    for even if the state is another by now.
    """
    return Operation.objects.filter(pk=message.id, host__in=Host.objects.filter(slug=message.host))


def _first_step(message: OperationEnded) -> list[datetime]:
    return [datetime.fromtimestamp(step.at, UTC) for step in message.steps[:1]]
