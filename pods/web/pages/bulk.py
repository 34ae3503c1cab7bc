"""One action on several pods of the list: asked whether it is meant, with what goes, then asked for pod by pod."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pods.dispatch.operations import ask_group
from pods.domain import access
from pods.domain.errors import Missing, Problem
from pods.domain.verbs import refusal, warning
from pods.messages.names import Verb
from pods.models import Container, Pod
from pods.web.pages.access import SignedInRequest, with_role
from pods.web.pages.chosen import chosen_pods, show_group
from pods.web.pages.rows import with_parts
from pods.web.pages.words import LABELS


@dataclass(frozen=True)
class Judged:
    """One chosen pod. ``problem`` is why the action does not fit it, ``warning`` what else would happen."""

    pod: Pod
    containers: list[Container]
    problem: Problem | None
    warning: str | None


@require_http_methods(["GET", "POST"])
@with_role
def bulk(request: SignedInRequest) -> HttpResponse:
    """GET lists what ``verb`` would do to the pods ``pod=1&pod=2``; POST asks for it. Raises Missing, Invalid."""
    parameters = request.POST if request.method == "POST" else request.GET
    verb = known_verb(parameters.get("verb", ""))
    chosen = chosen_pods(request, parameters)
    if not parameters.getlist("pod"):
        messages.warning(request, "No pod was chosen.")
        return redirect("pods")
    if request.method == "POST":
        # The confirmation listed what runs, so removal is by force.
        arguments = {"force": True} if verb is Verb.REMOVE else {}
        return show_group(request, ask_group(request.user, verb, chosen, arguments, "page"), "pods")
    judged = judge(request.user, verb, with_parts(chosen))
    fitting = [one for one in judged if one.problem is None]
    context = {
        "verb": verb.value,
        "label": LABELS[verb],
        "fitting": fitting,
        "left": [one for one in judged if one.problem is not None],
        "containers": sum(len(one.containers) for one in fitting),
        "warned": any(one.warning for one in fitting),
        "danger": verb in (Verb.KILL, Verb.REMOVE),
    }
    fragment = request.headers.get("HX-Request") is not None
    return render(request, "pods/bulk_body.html" if fragment else "pods/bulk.html", context)


def known_verb(word: str) -> Verb:
    """Return the verb that the list offers for several pods. Raises Missing."""
    for verb in LABELS:
        if verb.value == word:
            return verb
    raise Missing("not_found", "There is no such action on several pods.", hint=f"There are: {', '.join(LABELS)}.")


def judge(user: User, verb: Verb, pods: Iterable[Pod]) -> list[Judged]:
    """Return what ``verb`` means for each of ``pods``, which come from ``with_parts``, as last observed."""
    judged = []
    for pod in pods:
        containers: list[Container] = pod.existing  # type: ignore[attr-defined]  # prefetched
        problem = refusal(pod, verb, [one.state for one in containers])
        try:
            access.require_operate(user, pod.host)
        except Problem as denied:
            problem = denied
        judged.append(Judged(pod, containers, problem, warning(pod, verb)))
    return judged
