"""What a list of pods shows, read in a number of queries that does not depend on how many there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from pods.domain import access
from pods.domain.findings import Case, Kills, kills_by_pod
from pods.domain.reasons import Reason, reason
from pods.domain.secrets import mask_value
from pods.domain.verbs import available_verbs, warning
from pods.messages.names import Verb
from pods.models import Container, Operation, Pod
from pods.models.operations import OperationState
from pods.web.pages.words import DOING, DONE, LABELS

DONE_SHOWN_FOR = timedelta(seconds=20)
FAILURE_SHOWN_FOR = timedelta(minutes=15)
# What somebody reading a row most likely wants next; the rest is in its menu.
FIRST_CHOICE = (Verb.UNPAUSE, Verb.STOP, Verb.START)
NEEDS_CONFIRMING = {Verb.KILL, Verb.REMOVE}
IN_MENU = (Verb.START, Verb.STOP, Verb.RESTART, Verb.PAUSE, Verb.UNPAUSE, Verb.KILL, Verb.REMOVE)


@dataclass(frozen=True)
class Choice:
    """One action that a row offers."""

    verb: str
    label: str
    confirm: bool
    danger: bool


@dataclass(frozen=True)
class Outcome:
    """What a row says about the newest operation. ``tone`` is a PatternFly alert's."""

    operation: Operation
    tone: str
    title: str


@dataclass(frozen=True)
class Row:
    """One pod of a list. ``verbs`` are those that fit it, apart by blanks, also while an operation on it is open.

    ``section`` is the id of the part of the list that it belongs to; ``opened``: its containers are shown.
    ``search`` is what the page looks for typed words in.
    """

    pod: Pod
    containers: list[Container]
    running: int
    outcome: Outcome | None
    first: Choice | None
    menu: list[Choice]
    may_operate: bool = False
    reason: Reason | None = None
    verbs: str = ""
    section: str = ""
    opened: bool = False
    search: str = ""

    @property
    def names_host(self) -> bool:
        """Whether no head says which host the pod is on."""
        return self.section.startswith("group-")


def with_parts(pods: QuerySet[Pod]) -> QuerySet[Pod]:
    """Add what a row needs: host and existing containers."""
    existing = Prefetch("containers", queryset=Container.objects.filter(removed_at=None), to_attr="existing")
    return pods.select_related("host").prefetch_related(existing)


def rows(user: User, pods: QuerySet[Pod], opened: Collection[int] = ()) -> list[Row]:
    """Return the rows of ``pods``, in their order; ``opened`` are the keys of those whose containers are shown."""
    found = list(with_parts(pods))
    newest = newest_operations(user, found)
    # Those that run do not need the reason of an end.
    kills = kills_by_pod(pod for pod in found if pod.state not in {"Running", "Created"})
    made = [row_of(user, pod, newest.get(pod.pk), kills.get(pod.engine_id)) for pod in found]
    return [replace(row, opened=True) if row.pod.pk in opened else row for row in made]


def row_of(user: User, pod: Pod, operation: Operation | None, kills: Kills | None = None) -> Row:
    """Return one row; ``pod`` comes from ``with_parts``, ``kills`` from ``kills_by_pod``."""
    containers: list[Container] = pod.existing  # type: ignore[attr-defined]  # prefetched
    states = [container.state for container in containers]
    may_operate = access.may_operate(user, pod.host)
    verbs = available_verbs(pod, states) if may_operate else []
    busy = operation is not None and operation.is_open
    first = next((verb for verb in FIRST_CHOICE if verb in verbs), None)
    menu = [verb for verb in IN_MENU if verb in verbs and verb is not first]
    return Row(
        pod=pod,
        containers=containers,
        running=sum(container.state == "running" for container in containers),
        outcome=outcome_of(operation),
        first=None if first is None or busy else choice(pod, first),
        menu=[] if busy else [choice(pod, verb) for verb in menu],
        may_operate=may_operate,
        reason=reason(Case(pod, containers, kills=kills or {})),
        verbs=" ".join(verb for verb in IN_MENU if verb in verbs),
        search=pod.search_text if access.may_see_secrets(user, pod.host) else _masked_search(pod),
    )


def _masked_search(pod: Pod) -> str:
    text = pod.search_text
    for name, value in pod.labels.items():
        if (shown := mask_value(name, value)) != value:
            text = text.replace(value.casefold(), shown)
    return text


def choice(pod: Pod, verb: Verb) -> Choice:
    """Return what a button of ``verb`` says. Where systemd would act back, it asks first."""
    danger = verb in NEEDS_CONFIRMING
    return Choice(verb.value, LABELS[verb], danger or warning(pod, verb) is not None, danger)


def newest_operations(user: User, pods: Iterable[Pod]) -> dict[int, Operation]:
    """Return each pod's newest operation of the last quarter of an hour."""
    recent = access.visible_operations(user).filter(
        pod__in=[pod.pk for pod in pods], asked_at__gt=timezone.now() - FAILURE_SHOWN_FOR
    )
    recent = recent.exclude(verb=Verb.TERMINAL.value)  # it keeps nobody from acting on the pod
    newest: dict[int, Operation] = {}
    for operation in recent.order_by("asked_at"):
        if operation.pod_id is not None:
            newest[operation.pod_id] = operation
    return newest


def outcome_of(operation: Operation | None) -> Outcome | None:
    """Return what to say of an operation; None when it is old enough to be no news."""
    if operation is None:
        return None
    verb = operation.verb
    if operation.is_open:
        return Outcome(operation, "info", f"{DOING[verb]}…")
    if operation.state == OperationState.DONE:
        fresh = operation.ended_at is not None and timezone.now() - operation.ended_at < DONE_SHOWN_FOR
        return Outcome(operation, "success", f"{DONE[verb]}.") if fresh else None
    how = {OperationState.FAILED: "failed", OperationState.LOST: "was lost", OperationState.CANCELLED: "was cancelled"}
    return Outcome(operation, "danger", f"{DOING[verb]} {how[OperationState(operation.state)]}.")
