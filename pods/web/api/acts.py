"""Actions on one pod."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.dispatch.operations import ask
from pods.domain import access, verbs
from pods.domain.errors import Missing
from pods.messages.names import Verb
from pods.models import Pod
from pods.web.api.answers import asked
from pods.web.api.asking import body, require_known, wait_seconds
from pods.web.api.parameters import WAIT
from pods.web.api.pods import ENDED_WITHIN, visible
from pods.web.api.serializers import AskedSerializer

GRACE = {
    "type": "integer",
    "minimum": 1,
    "maximum": verbs.LONGEST_GRACE,
    "description": "Seconds until what does not end is killed.",
}
# What each verb's body may say; the others take an empty one.
TAKES: dict[Verb, dict[str, Any]] = {
    Verb.STOP: {"timeout": GRACE},
    Verb.KILL: {"signal": {"type": "string", "enum": list(verbs.SIGNALS)}},
    Verb.REMOVE: {"force": {"type": "boolean"}, "timeout": GRACE},
}
EXAMPLES: dict[Verb, dict[str, Any]] = {
    Verb.STOP: {"timeout": 10},
    Verb.KILL: {"signal": "SIGTERM"},
    Verb.REMOVE: {"force": True, "timeout": 5},
}
SAYS = {
    Verb.START: "Start every container that does not run.",
    Verb.STOP: "Stop every container, also of a paused or degraded pod.",
    Verb.RESTART: "Restart every container.",
    Verb.PAUSE: "Pause every running container.",
    Verb.UNPAUSE: "Let every paused container go on.",
    Verb.KILL: "Send a signal to every running container, the infra container included.",
    Verb.REMOVE: "Remove the pod and its containers.",
    Verb.START_INFRA: "Start the infra container alone.",
    Verb.LOOK_UP_CGROUP: "Look up the pod's cgroup as an operation, which is kept; `GET cgroup/` keeps nothing.",
}
NO_POD_BEHIND = {Verb.START_INFRA, Verb.LOOK_UP_CGROUP}  # verbs that name their object themselves


class Act(GenericAPIView[Pod]):
    """One action on one pod. Each verb has a class of its own, for each takes another body."""

    verb: Verb

    def post(self, request: Request, pk: int) -> Response:
        """Ask for the action."""
        require_known(request, ("wait",))
        wait = wait_seconds(request)
        pod = get_object_or_404(visible(request), pk=pk)
        warning = verbs.warning(pod, self.verb)
        operation = ask(cast(User, request.user), self.verb, pod, arguments=body(request), through="api")
        return asked(request, operation, wait, warning)


def act(verb: Verb, name: str = "") -> Any:
    """Return the view of a verb, described for the document."""
    schema = {"type": "object", "properties": TAKES.get(verb, {}), "additionalProperties": False}
    examples = [OpenApiExample("Usual", value=EXAMPLES[verb], request_only=True)] if verb in EXAMPLES else []
    made = type(f"Act{verb.value.title()}", (Act,), {"verb": verb})
    described = extend_schema(
        operation_id=name or (verb.value if verb in NO_POD_BEHIND else f"{verb.value}_pod"),
        parameters=[WAIT],
        request={"application/json": schema},
        examples=examples,
        responses={202: AskedSerializer, 200: ENDED_WITHIN},
        description=SAYS[verb],
    )
    view: Any = extend_schema_view(post=described)(made)
    return view.as_view()


class UnknownVerb(GenericAPIView[Pod]):
    """An action that there is not."""

    @extend_schema(exclude=True)
    def post(self, request: Request, pk: int, verb: str) -> Response:
        """Raises Missing, which names those that there are."""
        get_object_or_404(access.visible_pods(request.user), pk=pk)
        verbs.parse_verb(verb)
        raise Missing("not_found", "There is no such action.")


urlpatterns: list[URLPattern] = [
    path("infra/start/", act(Verb.START_INFRA, "start_infra_container")),
    *(path(f"{verb.value}/", act(verb)) for verb in verbs.ON_PODS),
    path("<slug:verb>/", UnknownVerb.as_view()),
]
