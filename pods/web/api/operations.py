"""Operations: what was asked for, by whom, and how it ended."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.dispatch.waiting import wait_until_ended
from pods.domain import access
from pods.domain.errors import Invalid
from pods.messages.names import Verb
from pods.models import Operation
from pods.models.operations import OperationState
from pods.web.api.asking import COMMON, lists, ordered, require_known, wait_seconds, whole
from pods.web.api.parameters import FIELDS, WAIT, ordering, several
from pods.web.api.serializers import OperationSerializer

ORDERINGS = {"asked_at": ("asked_at",)}
STATES = tuple(state.value for state in OperationState)
VERBS = tuple(verb.value for verb in Verb)
FILTERS = ("state", "verb", "host", "pod", "group", "asked_by")


class Operations(ListAPIView[Operation]):
    """Operations, newest first."""

    serializer_class = OperationSerializer

    def get_queryset(self) -> QuerySet[Operation]:
        """Return what the user may see, as asked for."""
        require_known(self.request, (*COMMON, *FILTERS))
        found = access.visible_operations(self.request.user).select_related("host")
        return ordered(narrowed(found, self.request), self.request, ORDERINGS, "-asked_at")

    @extend_schema(
        operation_id="list_operations",
        parameters=[
            several("state", "How it stands.", enum=STATES),
            several("verb", "What was asked for.", enum=VERBS),
            several("host", "The host's slug."),
            OpenApiParameter("pod", int),
            OpenApiParameter("group", OpenApiTypes.UUID, description="Of those asked for at once."),
            several("asked_by", "Who asked for it, by user name."),
            *(ordering(ORDERINGS), FIELDS),
        ],
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List operations."""
        return super().get(request, *args, **kwargs)


def narrowed(found: QuerySet[Operation], request: Request) -> QuerySet[Operation]:
    """Return the operations that every filter of the query string accepts; raises Invalid."""
    found = _by_words(found, lists(request))
    pod = whole(request, "pod")
    if pod is not None:
        found = found.filter(pod=pod)
    if group := request.query_params.get("group"):
        try:
            found = found.filter(group=uuid.UUID(group))
        except ValueError as error:
            raise Invalid("invalid", "A group is a UUID.", field="group") from error
    return found


def _by_words(found: QuerySet[Operation], asked: dict[str, list[str]]) -> QuerySet[Operation]:
    for name, known in (("state", STATES), ("verb", VERBS)):
        for word in asked.get(name, ()):
            if word not in known:
                raise Invalid("invalid", f"There is no such {name}.", field=name, hint=f"One of {', '.join(known)}.")
        if name in asked:
            found = found.filter(**{f"{name}__in": asked[name]})
    for name, column in (("host", "host__slug__in"), ("asked_by", "asked_by_name__in")):
        if any("\0" in word for word in asked.get(name, ())):
            raise Invalid("invalid", "Text must be without NUL.", field=name)
        if name in asked:
            found = found.filter(**{column: asked[name]})
    return found


class OneOperation(RetrieveAPIView[Operation]):
    """One operation."""

    serializer_class = OperationSerializer

    @extend_schema(operation_id="read_operation", parameters=[WAIT, FIELDS])
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Read an operation, once it ended where ``wait`` says so."""
        require_known(request, ("fields", "wait"))
        wait = wait_seconds(request)
        operation = get_object_or_404(access.visible_operations(request.user).select_related("host"), pk=pk)
        return Response(self.get_serializer(wait_until_ended(operation, wait)).data)
