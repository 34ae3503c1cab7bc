"""Who asked for what, and how it ended. What was asked for at once is shown as one."""

import json
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.secrets import mask_arguments, mask_argv
from pods.domain.specs.command import argv, container_argv, quoted
from pods.messages.names import Verb
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Operation
from pods.models.operations import OPEN, OperationState
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.again import Offer, offers
from pods.web.pages.operation_filters import chips, narrowed, parse_wanted

PAGE_SIZE = 50
# The order in which a group's states are told.
STATES = tuple(state.value for state in OperationState)


@dataclass(frozen=True)
class Line:
    """One line of the table: an operation, or the first of a group with how the others stand."""

    operation: Operation
    states: tuple[tuple[str, int], ...] = ()
    command: str = ""  # that would make what was asked for, secrets hidden where the reader may not see them
    again: Offer | None = None

    @property
    def count(self) -> int:
        """How many operations it stands for."""
        return sum(count for _, count in self.states) or 1

    @property
    def is_open(self) -> bool:
        """Whether an outcome is still awaited."""
        return any(state in OPEN for state, _ in self.states)


@require_GET
@with_role
def operations_page(request: SignedInRequest) -> HttpResponse:
    """Show the operations that the address asks for, newest first; with ``X-Fragment`` the list alone."""
    wanted = parse_wanted(request.GET)
    found = first_of_groups(narrowed(access.visible_operations(request.user), wanted)).select_related("host", "pod")
    page = Paginator(found, PAGE_SIZE).get_page(wanted.page)
    context = {
        "page": page,
        "lines": lines(request.user, page.object_list),
        "wanted": wanted,
        "filters": chips(request.user, wanted),
        "newer": wanted.query(page.number - 1),
        "older": wanted.query(page.number + 1),
    }
    template = "operations/list_body.html" if request.headers.get("X-Fragment") else "operations/list.html"
    return render(request, template, context)


@require_GET
@with_role
def operation_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Show everything about one operation."""
    found = access.visible_operations(request.user).select_related("host", "pod")
    operation = get_object_or_404(found, pk=pk)
    reveal = access.may_see_secrets(request.user, operation.host)
    (line,) = each(request.user, [operation])
    first = operation.steps[0].at if operation.steps else 0.0
    context = {
        "line": line,
        "operation": operation,
        "steps": [(step, step.at - first) for step in operation.steps],
        "arguments": as_text(operation.arguments, reveal=reveal),
        "result": as_text(operation.result, reveal=reveal),
        "masked": not reveal,
    }
    template = "operations/operation_body.html" if request.headers.get("X-Fragment") else "operations/operation.html"
    return render(request, template, context)


@require_GET
@with_role
def group_page(request: SignedInRequest, group: uuid.UUID) -> HttpResponse:
    """Show the operations that were asked for at once, each with its outcome."""
    found = access.visible_operations(request.user).filter(group=group).select_related("host", "pod")
    operations = list(found.order_by("host__slug", "pod_name", "pk"))
    if not operations:
        raise Http404
    line = Line(operations[0], told(Counter(one.state for one in operations)))
    template = "operations/group_body.html" if request.headers.get("X-Fragment") else "operations/group.html"
    context = {"line": line, "group": group, "lines": each(request.user, operations)}
    return render(request, template, context)


def as_text(values: dict[str, Any], *, reveal: bool) -> str:
    """Return a JSON object for people, secrets hidden unless ``reveal``; "" for an empty one."""
    shown = values if reveal else mask_arguments(values)
    return json.dumps(shown, indent=2, ensure_ascii=False) if shown else ""


def first_of_groups(found: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return the operations of no group, and one of each group."""
    other = found.order_by().filter(group=OuterRef("group"), pk__lt=OuterRef("pk"))
    return found.exclude(Exists(other))


def lines(user: User, operations: Iterable[Operation]) -> list[Line]:
    """Return the lines of the table, in a number of queries that does not depend on how many there are."""
    shown = list(operations)
    groups = {one.group for one in shown if one.group is not None}
    states: dict[uuid.UUID, Counter[str]] = {group: Counter() for group in groups}
    if groups:
        counted = access.visible_operations(user).filter(group__in=groups).order_by()
        for group, state, count in counted.values_list("group", "state").annotate(Count("pk")):
            if group is not None:
                states[group][state] = count
    single = {line.operation.pk: line for line in each(user, [one for one in shown if one.group is None])}
    return [single[one.pk] if one.group is None else Line(one, told(states[one.group])) for one in shown]


def each(user: User, operations: Iterable[Operation]) -> list[Line]:
    """Return the line of each operation by itself. They come with host and pod."""
    shown = list(operations)
    found = offers(user, shown)
    return [_line(user, one, found.get(one.pk)) for one in shown]


def _line(user: User, operation: Operation, again: Offer | None) -> Line:
    words = asked_words(operation)
    if words and not access.may_see_secrets(user, operation.host):
        words = mask_argv(words)
    return Line(operation, command=quoted(words), again=again)


def asked_words(operation: Operation) -> list[str]:
    """Return the words of the command that asks for the same; none where it was no spec that was asked for."""
    spec = operation.arguments.get("spec")
    if spec is None:
        return []
    if operation.verb == Verb.CREATE:
        return argv(msgspec.convert(spec, PodSpec))
    return container_argv(msgspec.convert(spec, ContainerSpec), operation.pod_name)


def told(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return the states that occur with their numbers, in the order of an operation's life."""
    return tuple((state, counts[state]) for state in STATES if counts[state])
