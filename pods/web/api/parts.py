"""What belongs to one pod: its containers, and what only its host can tell now."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.dispatch.operations import ask_add_container
from pods.dispatch.questions import ask_question
from pods.domain import access, verbs
from pods.domain.errors import Invalid
from pods.domain.secrets import mask_arguments, mask_kube, mask_rows, mask_spec
from pods.domain.specs.clone import spec_of
from pods.domain.specs.parse import parse_container_spec
from pods.domain.specs.preview import container_previews
from pods.messages import decode, plain
from pods.messages.names import Verb
from pods.messages.questions import Answer, Kind, Processes
from pods.models import Container, Pod
from pods.web.api.answers import asked
from pods.web.api.asking import COMMON, body, flag, ordered, require_known, wait_seconds
from pods.web.api.containers import ORDERINGS
from pods.web.api.fields import TEXT, ref
from pods.web.api.parameters import FIELDS, PREVIEW, REMOVED, WAIT, ordering
from pods.web.api.pods import visible
from pods.web.api.serializers import AskedSerializer, ContainerSerializer

AT = {"type": "number", "description": "Seconds since 1970, when the engine was read."}


def told(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an answer of the pod's host."""
    return {"type": "object", "required": [*properties, "at"], "properties": {**properties, "at": AT}}


class PodContainers(ListAPIView[Container]):
    """The containers of one pod."""

    serializer_class = ContainerSerializer

    def get_queryset(self) -> QuerySet[Container]:
        """Return those that exist, or all of them."""
        require_known(self.request, (*COMMON, "removed"))
        pod = get_object_or_404(access.visible_pods(self.request.user), pk=self.kwargs["pk"])
        found = pod.containers.select_related("pod__host")
        if not flag(self.request, "removed"):
            found = found.filter(removed_at=None)
        return ordered(found, self.request, ORDERINGS, "id")

    @extend_schema(operation_id="list_pod_containers", parameters=[REMOVED, ordering(ORDERINGS), FIELDS])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List the pod's containers."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="add_container",
        parameters=[WAIT, PREVIEW],
        request={"application/json": ref("NewContainer")},
        examples=[
            OpenApiExample(
                "A web server",
                value={"image": "docker.io/library/nginx:latest", "name": "nginx", "env": {"TZ": "UTC"}},
                request_only=True,
            )
        ],
        responses={
            202: AskedSerializer,
            201: OpenApiResponse(AskedSerializer, "It was made within `wait`; `Location` is its pod."),
            200: OpenApiResponse(
                {"oneOf": [ref("Asked"), ref("Previews")]}, "It ended otherwise within `wait`, or it is the preview."
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Ask for one more container."""
        require_known(request, ("wait", "preview"))
        wait, preview = wait_seconds(request), flag(request, "preview")
        pod = get_object_or_404(visible(request), pk=pk)
        if not preview:
            access.require_operate(request.user, pod.host)
        raw = dict(body(request))
        start = raw.pop("start", True)
        if not isinstance(start, bool):
            raise Invalid("invalid", "start must be true or false.", field="start")
        spec = parse_container_spec(raw, pod)
        if preview:
            return Response(plain(container_previews(spec, pod)))
        operation = ask_add_container(cast(User, request.user), pod, spec, start=start, through="api")
        return asked(request, operation, wait, verbs.warning(pod, Verb.ADD_CONTAINER))


class Question(GenericAPIView[Pod]):
    """Something that only the pod's host can tell, asked there and then. It changes nothing and leaves no row."""

    kind: Kind
    open = False  # whether the asker may see secrets
    problems = (409, 503)

    def ask(self, request: Request, pk: int) -> Answer:
        """Return the host's answer."""
        require_known(request, ())
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        self.open = access.may_see_secrets(request.user, pod.host)
        return ask_question(cast(User, request.user), pod, self.kind)


class Cgroup(Question):
    """Where the pod's cgroup is. Nothing is started to find out."""

    kind = Kind.CGROUP

    @extend_schema(
        operation_id="find_cgroup",
        responses={200: {"allOf": [ref("CgroupAnswer"), {"type": "object", "properties": {"at": AT}}]}},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Find the pod's cgroup."""
        answer = self.ask(request, pk)
        return Response({**answer.result, "at": answer.at})


class Top(Question):
    """The processes of the pod's containers."""

    kind = Kind.TOP

    @extend_schema(
        operation_id="list_processes",
        responses={200: {"allOf": [ref("Processes"), {"type": "object", "properties": {"at": AT}}]}},
    )
    def get(self, request: Request, pk: int) -> Response:
        """List the pod's processes."""
        answer = self.ask(request, pk)
        found = decode(answer.result, Processes)
        rows = found.containers if self.open else {key: mask_rows(rows) for key, rows in found.containers.items()}
        return Response({"titles": found.titles, "containers": rows, "unread": found.unread, "at": answer.at})


class Inspect(Question):
    """The engine's own words about the pod and its containers."""

    kind = Kind.INSPECT

    @extend_schema(
        operation_id="inspect_pod",
        responses={200: told({"pod": {"type": "object"}, "containers": {"type": "object"}})},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Inspect the pod; what looks like a secret is masked unless you may see it."""
        answer = self.ask(request, pk)
        result = answer.result if self.open else mask_arguments(answer.result)
        return Response({**result, "at": answer.at})


class Kube(Question):
    """The pod as the engine writes it for Kubernetes."""

    kind = Kind.KUBE

    @extend_schema(operation_id="kube_pod", responses={200: told({"yaml": TEXT})})
    def get(self, request: Request, pk: int) -> Response:
        """Generate Kubernetes YAML; what looks like a secret is masked unless you may see it."""
        answer = self.ask(request, pk)
        text = str(answer.result.get("yaml", ""))
        return Response({"yaml": text if self.open else mask_kube(text), "at": answer.at})


class Clone(GenericAPIView[Pod]):
    """What would make another pod like this one."""

    @extend_schema(operation_id="clone_pod", responses={200: ref("NewPod")})
    def get(self, request: Request, pk: int) -> Response:
        """Describe a new pod like this one, under a name that is free: a body for `POST /api/v1/pods/`.

        What looks like a secret is masked unless you may see it.
        """
        require_known(request, ())
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        spec = spec_of(pod)
        if not access.may_see_secrets(request.user, pod.host):
            spec = mask_spec(spec)
        return Response({"host": pod.host.slug, "start": True, **plain(spec)})
