"""Pods that were ticked on a page, and how what was asked for them is told."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from pods.dispatch.operations import Asked
from pods.domain import access
from pods.domain.errors import Invalid, Problem
from pods.models import Pod
from pods.web.pages.access import SignedInRequest

MOST = 200  # pods at once
REFUSALS_SHOWN = 10


def chosen_pods(request: SignedInRequest, parameters: QueryDict) -> QuerySet[Pod]:
    """Return the existing pods whose keys ``pod=`` names, those that the user may not see left out. Raises Invalid."""
    words = parameters.getlist("pod")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words) or len(words) > MOST:
        raise Invalid("invalid", f"Choose at most {MOST} pods.", field="pod")
    found = access.visible_pods(request.user).filter(pk__in=map(int, words), removed_at=None)
    return found.select_related("host").order_by("host__slug", "name", "pk")


def show_group(request: SignedInRequest, asked: Asked, otherwise: str) -> HttpResponse:
    """Go to the page of the group, saying which pods were left and why; where none was asked for, to ``otherwise``."""
    refused = [(pod, what) for pod, what in asked if isinstance(what, Problem)]
    for pod, problem in refused[:REFUSALS_SHOWN]:
        messages.warning(request, f"{pod.name} was left: {problem.message} {problem.hint or ''}".strip())
    if len(refused) > REFUSALS_SHOWN:
        messages.warning(request, f"{len(refused) - REFUSALS_SHOWN} more pods were left likewise.")
    group = next((what.group for _, what in asked if not isinstance(what, Problem)), None)
    if group is None:
        if not asked:
            messages.warning(request, "The chosen pods are gone already.")
        return redirect(otherwise)
    return redirect("operation-group", group=group)
