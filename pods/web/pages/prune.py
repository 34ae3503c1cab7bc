"""The page that removes pods which have ended: those chosen, and no others."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pods.dispatch.operations import ENDED, ask_prune
from pods.domain import access
from pods.domain.errors import Invalid, Problem
from pods.domain.verbs import warning
from pods.messages.names import Verb
from pods.models import Host, Pod
from pods.web.pages.access import SignedInRequest, with_role

MOST = 200  # pods at once
REFUSALS_SHOWN = 10


@dataclass(frozen=True)
class Ended:
    """One pod that could be removed. ``warning`` says what else would happen."""

    pod: Pod
    containers: int
    warning: str | None


@require_http_methods(["GET", "POST"])
@with_role
def prune_page(request: SignedInRequest) -> HttpResponse:
    """GET lists the pods that have ended, ``?host=`` those of one host; POST removes those that are ticked."""
    if request.method == "POST":
        return prune(request)
    hosts = [host for host in access.visible_hosts(request.user) if access.may_operate(request.user, host)]
    chosen = [host for host in hosts if host.slug in request.GET.getlist("host")] or hosts
    return render(request, "pods/prune.html", ended_on(request, chosen))


def ended_on(request: SignedInRequest, hosts: list[Host]) -> dict[str, object]:
    """Return what the page shows: the first ended pods of ``hosts``, and how many there are."""
    found = access.visible_pods(request.user).filter(removed_at=None, host__in=hosts, state__in=ENDED)
    shown = found.select_related("host").order_by("host__slug", "name", "pk")[:MOST]
    pods = [Ended(pod, pod.container_count, warning(pod, Verb.REMOVE)) for pod in shown]
    return {"pods": pods, "total": found.count() if len(pods) == MOST else len(pods), "hosts": hosts}


def prune(request: SignedInRequest) -> HttpResponse:
    """Ask for the removal of each ticked pod and show how it goes. Raises Invalid."""
    words = request.POST.getlist("pod")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words) or len(words) > MOST:
        raise Invalid("invalid", f"Choose at most {MOST} pods.", field="pod")
    if not words:
        messages.warning(request, "No pod was chosen, so none was removed.")
        return redirect("prune")
    chosen = access.visible_pods(request.user).filter(pk__in=map(int, words), removed_at=None).select_related("host")
    asked = ask_prune(request.user, chosen, "page")
    refused = [(pod, what) for pod, what in asked if isinstance(what, Problem)]
    for pod, problem in refused[:REFUSALS_SHOWN]:
        messages.warning(request, f"{pod.name} was left: {problem.message} {problem.hint or ''}".strip())
    if len(refused) > REFUSALS_SHOWN:
        messages.warning(request, f"{len(refused) - REFUSALS_SHOWN} more pods were left likewise.")
    group = next((what.group for _, what in asked if not isinstance(what, Problem)), None)
    if group is None:
        if not asked:
            messages.warning(request, "The chosen pods are gone already.")
        return redirect("prune")
    return redirect("operation-group", group=group)
