"""Hosts."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.domain import access
from pods.models import Host
from pods.web.api.asking import COMMON, ordered, require_known
from pods.web.api.parameters import FIELDS, ordering
from pods.web.api.serializers import HostSerializer

ORDERINGS = {"slug": ("slug",)}


class Hosts(ListAPIView[Host]):
    """Every host that you may see, with its engine: answering since when, version, notes."""

    serializer_class = HostSerializer
    problems = (404,)

    def get_queryset(self) -> QuerySet[Host]:
        """Return what the user may see, as asked for."""
        require_known(self.request, COMMON)
        return ordered(access.visible_hosts(self.request.user), self.request, ORDERINGS, "slug")

    @extend_schema(operation_id="list_hosts", parameters=[ordering(ORDERINGS), FIELDS])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List hosts."""
        return super().get(request, *args, **kwargs)


class OneHost(RetrieveAPIView[Host]):
    """One host."""

    serializer_class = HostSerializer

    def get_queryset(self) -> QuerySet[Host]:
        """Return what the user may see."""
        require_known(self.request, ("fields",))
        return access.visible_hosts(self.request.user)

    @extend_schema(operation_id="read_host", parameters=[FIELDS])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Read a host."""
        return super().get(request, *args, **kwargs)
