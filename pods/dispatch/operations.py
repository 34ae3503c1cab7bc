"""The one door to actions: check the right, write the row, queue it once the row is there."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from pods.control.changes import announce
from pods.domain import access, hosts, verbs
from pods.domain.errors import Unavailable
from pods.domain.operations import send
from pods.messages.names import Verb
from pods.models import Host, Operation, Pod
from pods.models.operations import OperationState

Through = Literal["page", "api", "admin"]


def ask(user: User, verb: Verb, pod: Pod, *, arguments: Mapping[str, Any] | None = None, through: Through) -> Operation:
    """Ask for ``verb`` on ``pod`` and return the operation, sent.

    Raises Denied, Invalid, Conflict (nothing is written then) or Unavailable (the row ends as failed, never sent).
    """
    access.require_operate(user, pod.host)
    checked = verbs.check_arguments(verb, arguments or {})
    if problem := verbs.refusal(pod, verb, verbs.states_of(pod)):
        raise problem
    hosts.require_reachable(pod.host)
    return _ask(user, verb, pod.host, pod, pod.name, checked, through)


def ask_create(user: User, host: Host, name: object, *, start: bool, through: Through) -> Operation:
    """Ask for a new infra-only pod called ``name`` on ``host``. Raises as ``ask`` does."""
    access.require_operate(user, host)
    checked = verbs.check_new_name(host, name)
    hosts.require_reachable(host)
    return _ask(user, Verb.CREATE, host, None, checked, {"start": start}, through)


def _ask(
    user: User, verb: Verb, host: Host, pod: Pod | None, name: str, arguments: dict[str, Any], through: Through
) -> Operation:
    now = timezone.now()
    operation = Operation(
        verb=verb.value,
        host=host,
        pod=pod,
        pod_engine_id=pod.engine_id if pod else "",
        pod_name=name,
        arguments=arguments,
        asked_by=user,
        asked_by_name=user.get_username(),
        asked_through=through,
        asked_at=now,
        sent_at=now,
        deadline_at=now + timedelta(seconds=verbs.deadline_seconds(verb, arguments)),
    )
    # The row is committed before the broker hears of it: its outcome may come back within a millisecond.
    with transaction.atomic():
        operation.save(force_insert=True)
        announce(host.slug, () if pod is None else (pod.pk,), everything=pod is None)
    try:
        send(operation)
    except (OperationalError, OSError) as error:
        _never_sent(operation)
        raise Unavailable(
            "broker_unreachable",
            "The message broker does not answer; nothing was sent.",
            hint="Look at the broker, then ask again.",
        ) from error
    return operation


def _never_sent(operation: Operation) -> None:
    """End the row truthfully: it stays as a record that somebody asked, and looks asked to nobody."""
    Operation.objects.filter(pk=operation.pk, state=OperationState.ASKED).update(
        state=OperationState.FAILED,
        ended_at=timezone.now(),
        code="not_sent",
        message="It was never sent: the message broker did not answer.",
    )
