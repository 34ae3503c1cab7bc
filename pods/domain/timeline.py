"""What happened to a pod: operations, what the engine said, kills, throttling, limits, health, in one list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from pods.domain import access
from pods.domain.event_words import words
from pods.messages.events import Kind
from pods.models import Event, Operation, Pod
from pods.models.operations import OperationState

OPERATION = "operation"
KINDS = (OPERATION, *(kind.value for kind in Kind))
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. ``tone``: info, good or bad. ``subject`` is a container's name, "" for the pod itself."""

    at: datetime
    kind: str
    subject: str
    text: str
    tone: str
    source: str
    key: str
    operation: Operation | None = None


def timeline(
    user: User,
    pod: Pod,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    kinds: Collection[str] = KINDS,
    limit: int = 100,
) -> list[Entry]:
    """Return the newest ``limit`` entries of the pod and of those that had its name or unit, newest first."""
    entries: list[Entry] = []
    wanted = set(kinds)
    if OPERATION in wanted:
        operations = access.visible_operations(user).filter(host_id=pod.host_id, pod_name=pod.name)
        operations = operations.filter(asked_at__gte=start) if start else operations
        operations = operations.filter(asked_at__lt=end) if end else operations
        entries += [_of_operation(one) for one in operations.select_related("host").order_by("-asked_at")[:limit]]
    if events := wanted - {OPERATION}:
        found = Event.objects.of(pod).filter(kind__in=events)
        found = found.filter(at__gte=start) if start else found
        found = found.filter(at__lt=end) if end else found
        entries += [_of_event(one) for one in found.order_by("-at", "-pk")[:limit]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _of_operation(one: Operation) -> Entry:
    verb = one.verb.replace("_", " ")
    how = {OperationState.ASKED: "asked for", OperationState.RUNNING: "running"}.get(
        OperationState(one.state), str(one.state)
    )
    text = f"{verb}: {how}, by {one.asked_by_name}"
    if one.message and one.state != OperationState.DONE:
        text = f"{text}. {one.message}"
    tone = {OperationState.FAILED: "bad", OperationState.LOST: "bad", OperationState.DONE: "good"}.get(
        OperationState(one.state), "info"
    )
    return Entry(one.asked_at, OPERATION, "", text, tone, "podweb", str(one.pk), one)


def _of_event(one: Event) -> Entry:
    kind = Kind(one.kind)
    text, tone = words(kind, one.details)
    return Entry(one.at, kind.value, one.container, text, tone, one.source, f"event-{one.pk}")
