"""An operation on its way to the host that shall do it."""

from celery import current_app
from django.utils import timezone

from pods.messages import encode
from pods.messages.names import Verb, host_queue, host_task
from pods.messages.operations import OperationRequest
from pods.models import Operation

# How long the broker may take; without a bound a dead broker would hold the page.
SEND_RETRIES = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


def send(operation: Operation) -> None:
    """Queue the operation for its host. Raises OperationalError when the broker does not answer."""
    left = (operation.deadline_at - timezone.now()).total_seconds()
    request = OperationRequest(
        id=str(operation.id),
        verb=Verb(operation.verb),
        host=operation.host.slug,
        pod_id=operation.pod_engine_id,
        pod_name=operation.pod_name,
        timeout=left,
        arguments=operation.arguments,
    )
    current_app.send_task(
        host_task(request.verb),
        args=[encode(request)],
        queue=host_queue(request.host),
        # A worker that comes back later must not do what its asker was told is lost.
        expires=max(1.0, left),
        retry=True,
        retry_policy=SEND_RETRIES,
    )
