"""Answers to what was asked for: the operation, held until it ended where that is wanted."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from pods.dispatch.waiting import wait_until_ended
from pods.messages.names import Verb
from pods.models import Operation
from pods.models.operations import OperationState
from pods.web.api.serializers import AskedSerializer

MAKES = {Verb.CREATE.value, Verb.ADD_CONTAINER.value}


def asked(request: Request, operation: Operation, wait: float, warning: str | None = None) -> Response:
    """Return 202 with the operation and its address; once it ended 201 for what was made, else 200.

    ``wait`` seconds are given to it to end. 201 says where the pod is.
    """
    if wait:
        operation = wait_until_ended(operation, wait)
    made = operation.verb in MAKES and operation.state == OperationState.DONE and operation.pod_id is not None
    status = 202 if operation.is_open else 201 if made else 200
    view, key = ("pod", operation.pod_id) if made else ("operation", operation.pk)
    where = reverse(f"api-{view}", args=[key], request=request)
    data = AskedSerializer(operation, context={"warning": warning, "reader": request.user}).data
    return Response(data, status=status, headers={"Location": where})
