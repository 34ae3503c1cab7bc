"""Waiting inside a request: bounded, and without holding a connection of the database's pool meanwhile."""

import time

from django.db import connection

from pods.models import Operation
from pods.models.operations import OPEN

LONGEST_WAIT = 60.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5  # seconds; growing, so that a minute costs some 130 reads of one row


def release_connection() -> None:
    """Give the connection back; the next query takes one again."""
    if not connection.in_atomic_block:
        connection.close()


def wait_until_ended(operation: Operation, seconds: float) -> Operation:
    """Return the operation as it is once it has ended, or after ``seconds`` (at most ``LONGEST_WAIT``)."""
    until = time.monotonic() + min(seconds, LONGEST_WAIT)
    pause = FIRST_PAUSE
    while operation.state in OPEN and (left := until - time.monotonic()) > 0:
        release_connection()
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)
        state = Operation.objects.values_list("state", flat=True).get(pk=operation.pk)
        if state not in OPEN:
            operation.refresh_from_db()
    return operation
