"""Trying again what ended without success: what the pages offer, and what they ask for."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pods.dispatch.operations import ask_again
from pods.domain import access
from pods.domain.again import BY_FORM, UNSUCCESSFUL, superseded, why_not, why_not_now
from pods.domain.errors import Denied
from pods.domain.secrets import mask_arguments
from pods.domain.verbs import ON_PODS, warning
from pods.messages.names import Verb
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Container, Operation, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.rows import NEEDS_CONFIRMING
from pods.web.pages.words import DOING

S = TypeVar("S", PodSpec, ContainerSpec)


@dataclass(frozen=True)
class Offer:
    """How to try again: a link to ``url`` (a form that is filled in, or a question), or a form that posts there."""

    url: str
    post: bool = False


def offers(user: User, operations: Iterable[Operation]) -> dict[uuid.UUID, Offer]:
    """Return what may be tried again, by the operation, in at most two queries. They come with host and pod."""
    found: dict[uuid.UUID, Offer] = {}
    asked: list[Operation] = []
    for one in operations:
        if one.state not in UNSUCCESSFUL or not access.may_operate(user, one.host):
            continue
        if one.verb in BY_FORM and access.may_see_secrets(user, one.host) and (url := form_url(one)):
            found[one.pk] = Offer(url)
        elif one.verb in ON_PODS and one.pod is not None and one.pod.removed_at is None:
            asked.append(one)
    if not asked:
        return found
    states: dict[int, list[str]] = defaultdict(list)
    members = Container.objects.filter(pod__in={one.pod_id for one in asked}, removed_at=None).order_by()
    for pod, state in members.values_list("pod_id", "state"):
        states[pod].append(state)
    candidates = Operation.objects.filter(pk__in=[one.pk for one in asked]).order_by()
    newer = set(superseded(candidates).values_list("pk", flat=True))
    for one in asked:
        if one.pod is not None and why_not(one, states[one.pod.pk], newer=one.pk in newer) is None:
            url = reverse("operation-again", args=[one.pk])
            found[one.pk] = Offer(url, post=not confirms(one, one.pod))
    return found


def form_url(operation: Operation) -> str:
    """Return the address of the form filled in with what was asked for; "" where its pod is no more."""
    if operation.verb == Verb.CREATE:
        return f"{reverse('pod-new', args=[operation.host.slug])}?again={operation.pk}"
    pod = operation.pod
    if pod is None or pod.removed_at is not None:
        return ""
    return f"{reverse('container-new', args=[pod.pk])}?again={operation.pk}"


def confirms(operation: Operation, pod: Pod) -> bool:
    """Return whether to ask first: something is lost by it, or systemd would act back."""
    verb = Verb(operation.verb)
    return verb in NEEDS_CONFIRMING or warning(pod, verb) is not None


@require_http_methods(["GET", "POST"])
@with_role
def again(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """GET asks whether it is really meant; POST asks for the same again. Raises Problem."""
    found = access.visible_operations(request.user).select_related("host", "pod__host")
    operation = get_object_or_404(found, pk=pk)
    if request.method == "POST":
        fresh = ask_again(request.user, operation, through="page")
        messages.info(request, f"{DOING[fresh.verb]} {fresh.pod_name} again…")
        return redirect("operation", pk=fresh.pk)
    access.require_operate(request.user, operation.host)
    pod = operation.pod
    if problem := why_not_now(operation):
        raise problem
    if pod is None:
        raise Http404
    context = {
        "operation": operation,
        "pod": pod,
        "containers": pod.containers.filter(removed_at=None),
        "warning": warning(pod, Verb(operation.verb)),
        "arguments": mask_arguments(operation.arguments),
    }
    return render(request, "operations/again.html", context)


def spec_again(user: User, word: str, verb: Verb, shape: type[S]) -> tuple[S, bool]:
    """Return what the operation ``word`` asked for, and whether it should start. Raises Http404 or Denied."""
    try:
        key = uuid.UUID(word)
    except ValueError:
        raise Http404 from None
    found = access.visible_operations(user).select_related("host")
    operation = get_object_or_404(found, pk=key, verb=verb.value)
    if not access.may_see_secrets(user, operation.host):
        raise Denied("denied", "You may not see all of what was asked for.", hint="Ask an administrator.")
    return msgspec.convert(operation.arguments["spec"], shape), bool(operation.arguments.get("start", True))
