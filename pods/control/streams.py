"""What host workers say about open terminals, whose operations run as long as somebody looks."""

from datetime import timedelta

from django.utils import timezone

from pods.messages.names import Verb
from pods.messages.streams import TerminalsOpen
from pods.models import Host, Operation
from pods.models.operations import OperationState

WORD_EVERY = timedelta(seconds=60)  # without a word for this long, and the reaper's grace, one is lost


def terminals_open(message: TerminalsOpen) -> None:
    """Put off the deadline of what runs. Another boot's are left alone: they were lost with it."""
    Operation.objects.filter(
        pk__in=message.ids,
        host__in=Host.objects.filter(slug=message.host),
        boot=message.boot,
        verb=Verb.TERMINAL.value,
        state=OperationState.RUNNING,
    ).update(deadline_at=timezone.now() + WORD_EVERY)
