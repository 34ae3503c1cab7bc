"""Whether what ended without success may be asked for again as it was.

Only where that is safe: the operation has ended, its pod is there, its verb makes sense now, and nothing newer says
otherwise. What makes something new (a pod, a container) is asked for again by its form, where the reader looks at it.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from pods.domain.errors import Conflict, Problem
from pods.domain.verbs import ON_PODS, refusal, states_of
from pods.messages.names import Verb
from pods.models import Operation
from pods.models.operations import OPEN, OperationState

UNSUCCESSFUL = (OperationState.FAILED, OperationState.LOST, OperationState.CANCELLED)
BY_FORM = (Verb.CREATE, Verb.ADD_CONTAINER)


def superseded(found: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return those after which the same was asked of the pod, or while anything that was asked of it is open."""
    newer = Q(verb=OuterRef("verb"), asked_at__gt=OuterRef("asked_at")) | Q(state__in=OPEN)
    others = Operation.objects.filter(newer, pod=OuterRef("pod")).exclude(verb=Verb.TERMINAL.value)
    return found.filter(Exists(others))


def why_not_now(operation: Operation) -> Problem | None:
    """Return what speaks against asking for the operation again, as everything is now (two queries at most)."""
    states = [] if operation.pod is None else states_of(operation.pod)
    return why_not(operation, states, newer=superseded(Operation.objects.filter(pk=operation.pk)).exists())


def why_not(operation: Operation, states: Collection[str], *, newer: bool) -> Problem | None:
    """Return what speaks against asking for the operation again as it was; None: nothing.

    ``states`` are those of its pod's containers, ``newer`` is whether it is ``superseded``.
    """
    verb = Verb(operation.verb)
    if operation.state not in UNSUCCESSFUL:
        hint = "Only what failed, was lost or was cancelled is tried again."
        return Conflict("wrong_state", f"The operation is {operation.state}.", hint=hint)
    if verb not in ON_PODS:
        return Conflict("wrong_state", "This is not asked for again as it was.", hint="Ask for it anew.")
    if operation.pod is None:
        return Conflict("removed", "The pod is no longer known.")
    if newer:
        return Conflict("superseded", "Something newer was asked of the pod.", hint="Look at the pod first.")
    return refusal(operation.pod, verb, states)
