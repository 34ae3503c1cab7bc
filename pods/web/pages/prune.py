"""The page that removes pods which have ended: those chosen, and no others."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pods.dispatch.operations import ENDED, ask_prune
from pods.domain import access
from pods.domain.verbs import warning
from pods.messages.names import Verb
from pods.models import Host, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.chosen import MOST, chosen_pods, show_group


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
    chosen = chosen_pods(request, request.POST)
    if not request.POST.getlist("pod"):
        messages.warning(request, "No pod was chosen, so none was removed.")
        return redirect("prune")
    return show_group(request, ask_prune(request.user, chosen, "page"), "prune")
