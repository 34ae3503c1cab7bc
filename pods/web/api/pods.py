"""Pods: lists, one pod, new ones, and many at once."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.dispatch.operations import ask, ask_create, ask_prune
from pods.domain import access, verbs
from pods.domain.errors import Denied, Invalid, Missing, Problem
from pods.domain.filters import FILTERS, narrow
from pods.domain.specs.parse import parse_pod_spec
from pods.domain.specs.preview import previews
from pods.messages import plain
from pods.messages.names import Verb
from pods.messages.specs import PodSpec
from pods.models import Container, Host, Operation, Pod
from pods.web.api.answers import asked
from pods.web.api.asking import COMMON, body, flag, lists, ordered, require_known, wait_seconds, whole
from pods.web.api.fields import ref
from pods.web.api.parameters import FIELDS, FORCE, GRACE, POD_FILTERS, PREVIEW, REMOVED, WAIT, ordering
from pods.web.api.schema import PRUNED
from pods.web.api.serializers import AskedSerializer, PodDetailSerializer, PodSerializer

ORDERINGS = {
    "id": (),
    "name": ("name",),
    "state": ("state",),
    "created_at": ("created_at",),
    "container_count": ("container_count",),
}
MOST_PRUNED = 200
NEW_POD = OpenApiExample(
    "A published web server's pod",
    value={"host": "local", "name": "web", "labels": {"app": "shop"}, "ports": ["8080:80"], "start": True},
    request_only=True,
)
ENDED_WITHIN = OpenApiResponse(AskedSerializer, "It ended within `wait`; `state` says how.")


def visible(request: Request) -> QuerySet[Pod]:
    """Return what the user may see, with what a pod shows of its containers: the rest is at their own addresses."""
    ids = Container.objects.only("pk", "pod_id", "state", "removed_at")
    found = access.visible_pods(request.user).select_related("host")
    return found.prefetch_related(Prefetch("containers", queryset=ids))


class Pods(ListAPIView[Pod]):
    """Pods that exist, narrowed by filters that mean what those of `podman pod ps` mean; and new ones."""

    serializer_class = PodSerializer

    def get_queryset(self) -> QuerySet[Pod]:
        """Return what the user may see, as asked for."""
        require_known(self.request, (*COMMON, "q", "host", "filter", "removed", *FILTERS))
        found = visible(self.request)
        if not flag(self.request, "removed"):
            found = found.filter(removed_at=None)
        return ordered(narrow(found, lists(self.request)), self.request, ORDERINGS, "name")

    @extend_schema(operation_id="list_pods", parameters=[*POD_FILTERS, REMOVED, ordering(ORDERINGS), FIELDS])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List pods."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_pod",
        parameters=[WAIT, PREVIEW],
        request={"application/json": ref("NewPod")},
        examples=[NEW_POD],
        responses={
            202: OpenApiResponse(AskedSerializer, "It is asked for; `Location` is where its outcome will be."),
            201: OpenApiResponse(AskedSerializer, "It was made within `wait`; `Location` is the pod."),
            200: OpenApiResponse(
                {"oneOf": [ref("Asked"), ref("Previews")]}, "It ended otherwise within `wait`, or it is the preview."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Ask for a new pod."""
        require_known(request, ("wait", "preview"))
        wait = wait_seconds(request)
        host, spec, start = new_pod(request)
        if flag(request, "preview"):
            return Response(plain(previews(spec, host)))
        return asked(request, ask_create(cast(User, request.user), host, spec, start=start, through="api"), wait)


class Preview(GenericAPIView[Pod]):
    """What a new pod would be."""

    @extend_schema(
        operation_id="preview_pod",
        request={"application/json": ref("NewPod")},
        examples=[NEW_POD],
        responses={200: ref("Previews")},
    )
    def post(self, request: Request) -> Response:
        """Say the equal `podman` command, Kubernetes YAML and Quadlet file; nothing is asked for."""
        require_known(request, ())
        host, spec, _ = new_pod(request, to_make=False)
        return Response(plain(previews(spec, host)))


def new_pod(request: Request, *, to_make: bool = True) -> tuple[Host, PodSpec, bool]:
    """Return where, what and whether to start, from the body; raises Invalid, or Denied for who may not make it."""
    raw: dict[str, Any] = dict(body(request))
    slug, start = raw.pop("host", None), raw.pop("start", True)
    if not isinstance(slug, str) or not slug:
        raise Invalid("required", "This is needed.", field="host", hint="A host's slug; see /api/v1/hosts/.")
    host = access.visible_hosts(request.user).filter(slug=slug).first()
    if host is None:
        raise Invalid("unknown_host", "There is no such host.", field="host")
    if not isinstance(start, bool):
        raise Invalid("invalid", "start must be true or false.", field="start")
    if to_make and not flag(request, "preview"):
        access.require_operate(request.user, host)
    return host, parse_pod_spec(raw, host), start


class OnePod(RetrieveAPIView[Pod]):
    """One pod."""

    serializer_class = PodDetailSerializer

    @extend_schema(operation_id="read_pod", parameters=[FIELDS])
    def get(self, request: Request, pk: int) -> Response:
        """Read a pod, also after its removal, with every accessor of libpod's Pod and where each came from."""
        require_known(request, ("fields", "removed"))
        # The accessors tell of the containers more than a list does.
        found = access.visible_pods(request.user).select_related("host").prefetch_related("containers")
        return Response(self.get_serializer(get_object_or_404(found, pk=pk)).data)

    @extend_schema(
        operation_id="delete_pod",
        parameters=[FORCE, GRACE, WAIT],
        responses={202: AskedSerializer, 200: ENDED_WITHIN},
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Ask for the pod's removal."""
        require_known(request, ("force", "timeout", "wait"))
        wait = wait_seconds(request)
        arguments: dict[str, Any] = {"force": True} if flag(request, "force") else {}
        grace = whole(request, "timeout")
        if grace is not None:
            arguments["timeout"] = grace
        pod = get_object_or_404(visible(request), pk=pk)
        warning = verbs.warning(pod, Verb.REMOVE)
        operation = ask(cast(User, request.user), Verb.REMOVE, pod, arguments=arguments, through="api")
        return asked(request, operation, wait, warning)


class Prune(GenericAPIView[Pod]):
    """Ended pods that nobody needs any more."""

    @extend_schema(
        operation_id="prune_pods",
        request={
            "application/json": {
                "type": "object",
                "required": ["pods"],
                "properties": {"pods": {"type": "array", "items": {"type": "integer"}, "maxItems": MOST_PRUNED}},
                "additionalProperties": False,
            }
        },
        examples=[OpenApiExample("Two pods", value={"pods": [1, 2]}, request_only=True)],
        responses={202: PRUNED},
    )
    def post(self, request: Request) -> Response:
        """Ask for the removal of the named pods that have ended: one operation, or what speaks against it, for each."""
        require_known(request, ())
        keys = pruned_keys(body(request))
        found = {pod.pk: pod for pod in access.visible_pods(request.user).select_related("host").filter(pk__in=keys)}
        if found and not any(access.may_operate(request.user, pod.host) for pod in found.values()):
            raise Denied("denied", "You may look, but not act, on these hosts.", hint="Ask an administrator.")
        outcome = {pod.pk: one for pod, one in ask_prune(cast(User, request.user), found.values(), "api")}
        missing = Missing("not_found", "There is no such pod, or none that you may see.")
        results = [_pruned(request, key, outcome.get(key, missing)) for key in keys]
        group = next((one.group for one in outcome.values() if isinstance(one, Operation)), None)
        return Response({"group": group, "results": results}, status=202)


def pruned_keys(raw: dict[str, Any]) -> list[int]:
    """Return the keys of the pods that are named, each once; raises Invalid naming the field."""
    for name in raw:
        if name != "pods":
            raise Invalid("unknown_field", "There is no such field.", field=str(name)[:40], hint="It takes: pods.")
    keys = raw.get("pods")
    numbers = isinstance(keys, list) and all(isinstance(key, int) and not isinstance(key, bool) for key in keys)
    if not isinstance(keys, list) or not numbers or len(keys) > MOST_PRUNED:
        raise Invalid("invalid", f"pods must be a list of at most {MOST_PRUNED} ids.", field="pods")
    return list(dict.fromkeys(keys))


def _pruned(request: Request, key: int, one: Operation | Problem) -> dict[str, Any]:
    if isinstance(one, Problem):
        return {"pod": key, "problem": one.as_dict()}
    return {"pod": key, "operation": AskedSerializer(one, context={"reader": request.user}).data}
