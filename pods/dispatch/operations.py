"""The one door to actions: check the right, write the row, queue it once the row is there."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from pods.control.changes import announce
from pods.domain import access, hosts, verbs
from pods.domain.again import why_not_now
from pods.domain.errors import Conflict, Problem, Unavailable
from pods.domain.operations import send
from pods.messages import plain
from pods.messages.names import Verb
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Operation, Pod
from pods.models.operations import OperationState

Through = Literal["page", "api", "admin"]
ENDED = ("Exited", "Stopped")


def ask(
    user: User,
    verb: Verb,
    pod: Pod,
    *,
    arguments: Mapping[str, Any] | None = None,
    through: Through,
    group: uuid.UUID | None = None,
    unless: Callable[[], Problem | None] | None = None,
) -> Operation:
    """Ask for ``verb`` on ``pod`` and return the operation, sent. ``group`` ties it to others asked for at once.

    ``unless`` is asked in the transaction that writes the row, and may lock what it looks at.

    Raises Denied, Invalid, Conflict (nothing is written then) or Unavailable (the row ends as failed, never sent).
    """
    access.require_operate(user, pod.host)
    checked = verbs.check_arguments(verb, arguments or {})
    if problem := verbs.refusal(pod, verb, verbs.states_of(pod)):
        raise problem
    hosts.require_reachable(pod.host)
    return _ask(user, verb, pod.host, pod, pod.name, checked, through, group, unless)


def ask_again(user: User, operation: Operation, *, through: Through) -> Operation:
    """Ask for the same again: verb, arguments, pod. Raises as ``ask`` does, Conflict also where it would be unsafe."""
    access.require_operate(user, operation.host)
    pod = operation.pod
    if problem := why_not_now(operation):
        raise problem
    if pod is None:
        raise Conflict("removed", "The pod is no longer known.")
    verb, arguments, key = Verb(operation.verb), operation.arguments, pod.pk

    def alone() -> Problem | None:
        # Of two that ask at once the second waits here until the first one's row is there, and finds it.
        list(Pod.objects.select_for_update(no_key=True).filter(pk=key).values_list("pk"))
        return why_not_now(operation)

    return ask(user, verb, pod, arguments=arguments, through=through, unless=alone)


def ask_create(user: User, host: Host, spec: PodSpec, *, start: bool, through: Through) -> Operation:
    """Ask for the pod that ``spec`` (read by ``parse_pod_spec`` for this host) describes. Raises as ``ask`` does."""
    access.require_operate(user, host)
    hosts.require_reachable(host)
    return _ask(user, Verb.CREATE, host, None, spec.name, {"spec": plain(spec), "start": start}, through)


def ask_add_container(user: User, pod: Pod, spec: ContainerSpec, *, start: bool, through: Through) -> Operation:
    """Ask for one more container in ``pod``. Raises as ``ask`` does."""
    access.require_operate(user, pod.host)
    if problem := verbs.refusal(pod, Verb.ADD_CONTAINER, ()):
        raise problem
    hosts.require_reachable(pod.host)
    return _ask(user, Verb.ADD_CONTAINER, pod.host, pod, pod.name, {"spec": plain(spec), "start": start}, through)


Asked = list[tuple[Pod, Operation | Problem]]


def ask_group(user: User, verb: Verb, pods: Iterable[Pod], arguments: Mapping[str, Any], through: Through) -> Asked:
    """Ask for ``verb`` on each of ``pods``, judged by itself: what cannot be asked of one is asked of the others.

    Return every pod with its operation or what speaks against it; the operations share a group.
    """
    group = uuid.uuid4()
    asked: Asked = []
    for pod in pods:
        try:
            asked.append((pod, ask(user, verb, pod, arguments=arguments, through=through, group=group)))
        except Problem as problem:
            asked.append((pod, problem))
    return asked


def ask_prune(user: User, pods: Iterable[Pod], through: Through) -> Asked:
    """Ask for the removal of those of ``pods`` that have ended; the others are left, each with the reason.

    The engine's own prune ignores filters and removes every ended pod of the host (engine.md 1.5), so it is not used.
    """
    chosen = list(pods)
    ended = ask_group(user, Verb.REMOVE, [pod for pod in chosen if pod.state in ENDED], {}, through)
    hint = "Only pods that are exited or stopped are pruned."
    left: Asked = [
        (pod, Conflict("wrong_state", f"The pod is {pod.state.lower()}.", hint=hint))
        for pod in chosen
        if pod.state not in ENDED
    ]
    return [*ended, *left]


def ask_terminal(user: User, pod: Pod, arguments: Mapping[str, Any]) -> Operation:
    """Ask for a terminal in a container of ``pod``. Raises Denied or Unavailable."""
    access.require_operate(user, pod.host)
    hosts.require_reachable(pod.host)
    return _ask(user, Verb.TERMINAL, pod.host, pod, pod.name, dict(arguments), "page")


def _ask(
    user: User,
    verb: Verb,
    host: Host,
    pod: Pod | None,
    name: str,
    arguments: dict[str, Any],
    through: Through,
    group: uuid.UUID | None = None,
    unless: Callable[[], Problem | None] | None = None,
) -> Operation:
    now = timezone.now()
    operation = Operation(
        verb=verb.value,
        host=host,
        pod=pod,
        pod_engine_id=pod.engine_id if pod else "",
        pod_name=name,
        arguments=arguments,
        group=group,
        asked_by=user,
        asked_by_name=user.get_username(),
        asked_through=through,
        asked_at=now,
        sent_at=now,
        deadline_at=now + timedelta(seconds=verbs.deadline_seconds(verb, arguments)),
    )
    # The row is committed before the broker hears of it: its outcome may come back within a millisecond.
    with transaction.atomic():
        if unless is not None and (problem := unless()):
            raise problem
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
