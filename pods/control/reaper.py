"""Ends what no word comes of any more, and sends again what seems not to have arrived."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from pods.control.changes import announce
from pods.domain.operations import send
from pods.models import Operation
from pods.models.operations import OPEN, OperationState

log = logging.getLogger(__name__)
GRACE = timedelta(seconds=15)  # for a word that is on its way
SEND_AGAIN_AFTER = timedelta(seconds=5)


def reap() -> None:
    """End as ``lost`` what is open behind its deadline, and say so plainly."""
    now = timezone.now()
    late = Operation.objects.filter(state__in=OPEN, deadline_at__lt=now - GRACE).select_related("host")
    for operation in late:
        with transaction.atomic():
            ended = Operation.objects.filter(pk=operation.pk, state__in=OPEN).update(
                state=OperationState.LOST,
                ended_at=now,
                code="no_word",
                message=(
                    "The host worker never began it."
                    if operation.state == OperationState.ASKED
                    else "The host worker began it, but no word of its end came in time."
                ),
                hint="Look at the pod's state before asking again.",
            )
            if ended:
                pods = () if operation.pod_id is None else (operation.pod_id,)
                announce(operation.host.slug, pods, everything=operation.pod_id is None)


def resend() -> None:
    """Send again what was asked and not begun; the host worker knows an operation by its id and does it once."""
    now = timezone.now()
    waiting = Operation.objects.filter(
        state=OperationState.ASKED, sent_at__lt=now - SEND_AGAIN_AFTER, deadline_at__gt=now, host__silent=False
    ).select_related("host")
    for operation in waiting:
        # Counted, so that two control workers do not both send.
        if Operation.objects.filter(pk=operation.pk, sent_at=operation.sent_at).update(sent_at=now):
            try:
                send(operation)
            except (OperationalError, OSError) as error:
                log.warning("operation %s could not be sent again: %s", operation.pk, error)
