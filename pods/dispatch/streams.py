"""The one door to streams: check the right, then have the host worker open it."""

import uuid
from collections.abc import Mapping
from typing import Any

from celery import current_app
from django.contrib.auth.models import User
from kombu.exceptions import OperationalError

from pods.dispatch.operations import ask_terminal
from pods.domain import access, hosts
from pods.domain.errors import Conflict, Invalid, Missing, Unavailable
from pods.domain.operations import SEND_RETRIES
from pods.messages import encode
from pods.messages.names import OPEN_LOG, Verb, host_queue
from pods.messages.streams import LogRequest
from pods.models import Container, Operation, Pod
from pods.models.operations import OPEN

OPENS_WITHIN = 10.0  # seconds; a host worker that comes back later finds no reader any more
LONGEST_COMMAND = 4096
LONGEST_USER = 128
MOST_LINES = 1_000_000


def open_log(user: User, pod: Pod, request: LogRequest) -> None:
    """Have the log of ``pod`` opened for the reader that the request names.

    Raises Missing (also for who may not see the pod), Conflict (removed), Invalid or Unavailable.
    """
    if not access.visible_pods(user).filter(pk=pod.pk).exists():
        raise Missing("not_found", "There is no such pod.")
    if pod.removed_at is not None:
        raise Conflict("removed", "The pod was removed, and its logs with it.")
    if request.tail is not None and not 1 <= request.tail <= MOST_LINES:
        raise Invalid("invalid", f"tail must be from 1 to {MOST_LINES}.", field="tail")
    hosts.require_reachable(pod.host)
    try:
        current_app.send_task(
            OPEN_LOG,
            args=[encode(request)],
            queue=host_queue(pod.host.slug),
            expires=OPENS_WITHIN,
            retry=True,
            retry_policy=SEND_RETRIES,
        )
    except (OperationalError, OSError) as error:
        raise Unavailable(
            "broker_unreachable", "The message broker does not answer.", hint="Look at the broker, then try again."
        ) from error


def open_terminal(user: User, container: Container, arguments: Mapping[str, Any]) -> Operation:
    """Have a terminal opened in ``container`` for the reader named in ``arguments``; it is an operation.

    ``arguments``: user (text), command ([str], [] = a shell), rows, columns, reader, window.
    Raises Denied, Conflict, Invalid or Unavailable.
    """
    if container.removed_at is not None:
        raise Conflict("removed", "The container was removed.")
    if container.state != "running":
        raise Conflict("wrong_state", "The container does not run.", hint="Start its pod first.")
    if len(str(arguments["user"])) > LONGEST_USER:
        raise Invalid("invalid", "This is no user's name.", field="user")
    if sum(len(word) + 1 for word in arguments["command"]) > LONGEST_COMMAND:
        raise Invalid("invalid", f"The command is longer than {LONGEST_COMMAND} characters.", field="command")
    named = {"container_id": container.engine_id, "container": container.name}
    return ask_terminal(user, container.pod, {**arguments, **named})


def own_terminal(user: User, container: Container, operation: str) -> Operation:
    """Return the user's own open terminal in ``container``, to come back to it. Raises Denied or Missing."""
    access.require_operate(user, container.pod.host)
    try:
        key = uuid.UUID(operation)
    except ValueError as error:
        raise Missing("not_found", "There is no such terminal.") from error
    found = Operation.objects.filter(
        pk=key, verb=Verb.TERMINAL.value, asked_by=user, pod=container.pod, state__in=OPEN
    ).first()
    if found is None or found.arguments.get("container_id") != container.engine_id:
        raise Missing("not_found", "This terminal has ended.")
    return found
