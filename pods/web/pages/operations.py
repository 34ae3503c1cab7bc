"""Who asked for what, and how it ended. What was asked for at once is shown as one."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.secrets import mask_argv
from pods.domain.specs.command import argv, container_argv, quoted
from pods.messages.names import Verb
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Operation
from pods.models.operations import OPEN, OperationState
from pods.web.pages.access import SignedInRequest, with_role

PAGE_SIZE = 50
# The order in which a group's states are told.
STATES = tuple(state.value for state in OperationState)


@dataclass(frozen=True)
class Line:
    """One line of the table: an operation, or the first of a group with how the others stand."""

    operation: Operation
    states: tuple[tuple[str, int], ...] = ()
    command: str = ""  # that would make what was asked for, secrets hidden where the reader may not see them

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
    """Show operations, newest first."""
    found = first_of_groups(access.visible_operations(request.user)).select_related("host", "pod")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "operations/list.html", {"page": page, "lines": lines(request.user, page.object_list)})


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
    context = {"line": line, "group": group, "lines": [line_of(request.user, one) for one in operations]}
    return render(request, template, context)


def first_of_groups(found: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return the operations of no group, and one of each group."""
    other = Operation.objects.filter(group=OuterRef("group"), pk__lt=OuterRef("pk"))
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
    return [line_of(user, one) if one.group is None else Line(one, told(states[one.group])) for one in shown]


def line_of(user: User, operation: Operation) -> Line:
    """Return the line of one operation by itself."""
    words = asked_words(operation)
    if words and not access.may_see_secrets(user, operation.host):
        words = mask_argv(words)
    return Line(operation, command=quoted(words))


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
