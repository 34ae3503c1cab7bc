"""The REST API: read what you may see, ask for what you may do."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action, api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ReadOnlyModelViewSet

from pods.dispatch.operations import ask, ask_create
from pods.domain import access
from pods.domain.errors import Invalid
from pods.domain.specs.parse import parse_pod_spec
from pods.domain.verbs import parse_verb
from pods.models import Container, Host, Operation, Pod
from pods.web.api import serializers


class HostViewSet(ReadOnlyModelViewSet[Host]):
    """Hosts."""

    serializer_class = serializers.HostSerializer

    def get_queryset(self) -> QuerySet[Host]:
        """Return what the user may see."""
        return access.visible_hosts(self.request.user)


class ContainerViewSet(ReadOnlyModelViewSet[Container]):
    """Containers that exist; ``?removed=true`` adds those that existed."""

    serializer_class = serializers.ContainerSerializer

    def get_queryset(self) -> QuerySet[Container]:
        """Return what the user may see."""
        found = access.visible_containers(self.request.user).order_by("pk")
        return found if wants_removed(self.request, self.action) else found.filter(removed_at=None)


class OperationViewSet(ReadOnlyModelViewSet[Operation]):
    """Operations, newest first."""

    serializer_class = serializers.OperationSerializer

    def get_queryset(self) -> QuerySet[Operation]:
        """Return what the user may see."""
        return access.visible_operations(self.request.user).select_related("host")


class PodViewSet(ReadOnlyModelViewSet[Pod]):
    """Pods that exist; ``?removed=true`` adds those that existed."""

    serializer_class = serializers.PodSerializer

    def get_queryset(self) -> QuerySet[Pod]:
        """Return what the user may see."""
        found = access.visible_pods(self.request.user).select_related("host")
        # Only what a pod shows of them: the rest of a container is at its own address.
        ids = Container.objects.only("pk", "pod_id", "state", "removed_at")
        found = found.prefetch_related(Prefetch("containers", queryset=ids))
        return found if wants_removed(self.request, self.action) else found.filter(removed_at=None)

    def create(self, request: Request) -> Response:
        """Ask for a new infra-only pod: 202 with the operation."""
        body = serializers.NewPod(data=request.data)
        body.is_valid(raise_exception=True)
        host = access.visible_hosts(request.user).filter(slug=body.validated_data["host"]).first()
        if host is None:
            raise Invalid("unknown_host", "There is no such host.", field="host")
        user = cast(User, request.user)
        access.require_operate(user, host)
        spec = parse_pod_spec({"name": body.validated_data["name"]}, host)
        operation = ask_create(user, host, spec, start=body.validated_data["start"], through="api")
        return accepted(request, operation)

    @action(detail=True, methods=["post"], url_path=r"(?P<verb>[a-z_]+)")
    def act(self, request: Request, verb: str, pk: str) -> Response:
        """Ask for a verb on the pod: 202 with the operation."""
        known = parse_verb(verb)
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        if not isinstance(request.data, dict):
            raise Invalid("invalid", "The body must be a JSON object.", field="body")
        operation = ask(cast(User, request.user), known, pod, arguments=request.data, through="api")
        return accepted(request, operation)


def accepted(request: Request, operation: Operation) -> Response:
    """Return 202 with the operation, and where to look for its outcome."""
    where = reverse("operation-detail", args=[operation.pk], request=request)
    data = serializers.OperationSerializer(operation).data
    return Response(data, status=202, headers={"Location": where})


def wants_removed(request: Request, action_name: str) -> bool:
    """Return whether removed rows are asked for; one looked up by its key is always found."""
    word: Any = request.query_params.get("removed", "false")
    if word not in {"true", "false"}:
        raise Invalid("invalid", "removed must be true or false.", field="removed")
    return word == "true" or action_name != "list"


@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(request: Request, path: str) -> Response:  # noqa: ARG001  # the address matched, nothing else of it matters
    """Answer an address that the API does not have."""
    raise Http404
