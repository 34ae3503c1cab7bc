"""Containers."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.domain import access
from pods.models import Container
from pods.web.api.asking import COMMON, flag, ordered, require_known, whole
from pods.web.api.parameters import FIELDS, REMOVED, ordering
from pods.web.api.serializers import ContainerSerializer

ORDERINGS = {"id": (), "name": ("name",)}


class Containers(ListAPIView[Container]):
    """Containers that exist, of all pods or of one."""

    serializer_class = ContainerSerializer

    def get_queryset(self) -> QuerySet[Container]:
        """Return what the user may see, as asked for."""
        require_known(self.request, (*COMMON, "removed", "pod"))
        found = access.visible_containers(self.request.user).select_related("pod__host")
        if not flag(self.request, "removed"):
            found = found.filter(removed_at=None)
        pod = whole(self.request, "pod")
        if pod is not None:
            found = found.filter(pod=pod)
        return ordered(found, self.request, ORDERINGS, "id")

    @extend_schema(
        operation_id="list_containers",
        parameters=[OpenApiParameter("pod", int), REMOVED, ordering(ORDERINGS), FIELDS],
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List containers."""
        return super().get(request, *args, **kwargs)


class OneContainer(RetrieveAPIView[Container]):
    """One container, also after its removal."""

    serializer_class = ContainerSerializer

    def get_queryset(self) -> QuerySet[Container]:
        """Return what the user may see."""
        require_known(self.request, ("fields", "removed"))
        return access.visible_containers(self.request.user).select_related("pod__host")

    @extend_schema(operation_id="read_container", parameters=[FIELDS])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Read a container."""
        return super().get(request, *args, **kwargs)
