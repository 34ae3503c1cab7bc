"""What the command palette finds: pods, what can be done to them, and pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from pods.domain import access
from pods.domain.search import search
from pods.domain.verbs import refusal
from pods.messages.names import Verb
from pods.models import Container, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.rows import with_parts
from pods.web.pages.words import LABELS

PODS_FOUND = 8
PAGES_FOUND = 8
LONGEST = 200  # characters
MOST_WORDS = 10


@dataclass(frozen=True)
class Found:
    """One line of the palette. ``href`` is where it leads; ``note`` says where it is, or how it is."""

    text: str
    href: str
    note: str = ""


@require_GET
@with_role
def find(request: SignedInRequest) -> HttpResponse:
    """Return what holds the words ``?q=``: "stop web" offers to stop the pods that hold "web"."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST].split()[:MOST_WORDS]
    found = [*acts(request.user, words), *pods(request.user, words), *pages(request.user, words)]
    return render(request, "fragments/found.html", {"found": found})


def pods(user: User, words: list[str]) -> list[Found]:
    """Return the first pods that hold the words, those with them in their name before the others."""
    shown = first(user, words)
    return [Found(pod.name, reverse("pod", args=[pod.pk]), f"{pod.state}, on {pod.host.name}") for pod in shown]


def acts(user: User, words: list[str]) -> list[Found]:
    """Return what the first word asks to be done to the pods that hold the rest; each leads to its confirmation."""
    if len(words) < 2:
        return []
    verb = next((verb for verb in LABELS if LABELS[verb].casefold() == words[0].casefold()), None)
    if verb is None:
        return []
    fitting = (pod for pod in first(user, words[1:]) if fits(user, pod, verb))
    return [
        Found(f"{LABELS[verb]} {pod.name}…", reverse("pod-act", args=[pod.pk, verb.value]), f"on {pod.host.name}")
        for pod in fitting
    ]


def first(user: User, words: list[str]) -> list[Pod]:
    """Return the first pods that hold the words, each with its host and existing containers."""
    if not words:
        return []
    found = search(access.visible_pods(user).filter(removed_at=None), " ".join(words))
    named = found.filter(name__icontains=words[0])
    shown = list(with_parts(named.order_by("name", "pk"))[:PODS_FOUND])
    if len(shown) < PODS_FOUND:
        rest = found.exclude(pk__in=[pod.pk for pod in shown]).order_by("name", "pk")
        shown += with_parts(rest)[: PODS_FOUND - len(shown)]
    return shown


def fits(user: User, pod: Pod, verb: Verb) -> bool:
    """Return whether the user may ask for ``verb``, and whether it makes sense for the pod as last observed."""
    containers: list[Container] = pod.existing  # type: ignore[attr-defined]  # prefetched
    return access.may_operate(user, pod.host) and refusal(pod, verb, [one.state for one in containers]) is None


def pages(user: User, words: Iterable[str]) -> list[Found]:
    """Return the pages whose words all of ``words`` occur in."""
    known = [Found("Pods", reverse("pods"), "page"), Found("Operations", reverse("operations"), "page")]
    operated = [host for host in access.visible_hosts(user) if access.may_operate(user, host)]
    known += [Found(f"New pod on {host.name}…", reverse("pod-new", args=[host.slug]), "page") for host in operated]
    if operated:
        known.append(Found("Prune pods…", reverse("prune"), "page"))
    known.append(Found("API documentation", reverse("api-docs"), "page"))
    if user.is_staff:
        known.append(Found("Admin", reverse("admin:index"), "page"))
    folded = [word.casefold() for word in words]
    return [page for page in known if all(word in page.text.casefold() for word in folded)][:PAGES_FOUND]
