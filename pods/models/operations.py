"""One asked-for action: who, what, on which thing, when, and how it ended."""

import uuid

import msgspec
from django.conf import settings
from django.db import models
from django.db.models import Q

from pods.messages.names import Verb
from pods.messages.operations import Part, Step
from pods.models.hosts import Host
from pods.models.pods import Pod


class OperationState(models.TextChoices):
    """asked -> running -> done | failed | lost | cancelled. Each change is one counted UPDATE."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"


OPEN = (OperationState.ASKED, OperationState.RUNNING)
# The host said that it ended; other ends are podweb's own judgement.
REPORTED = (OperationState.DONE, OperationState.FAILED)


class Operation(models.Model):
    """The row is the truth; the broker only carries. Names are kept so that it stays readable for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verb = models.CharField(max_length=32, choices=[(verb.value, verb.value) for verb in Verb])
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="operations")
    pod = models.ForeignKey(Pod, null=True, on_delete=models.SET_NULL, related_name="operations")
    pod_engine_id = models.CharField(max_length=64, blank=True)
    pod_name = models.CharField(max_length=255)
    arguments = models.JSONField(default=dict)
    group = models.UUIDField(null=True, db_index=True, help_text="Shared by operations that were asked for at once.")

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by_name = models.CharField(max_length=150)
    asked_through = models.CharField(max_length=16, help_text="page, api or admin")

    state = models.CharField(max_length=16, choices=OperationState, default=OperationState.ASKED)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    boot = models.UUIDField(null=True, help_text="The host worker's boot that runs or ran it.")

    code = models.CharField(max_length=32, blank=True)  # messages.operations.CODES
    message = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    engine = models.TextField(blank=True, help_text="The engine's own words.")
    parts_json = models.JSONField(default=list, db_column="parts")  # [messages.operations.Part]
    steps_json = models.JSONField(default=list, db_column="steps")  # [messages.operations.Step]
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ("-asked_at", "id")
        indexes = [
            models.Index(fields=("pod", "-asked_at"), name="operation_by_pod"),
            models.Index(fields=("host", "-asked_at"), name="operation_by_host"),
            models.Index(fields=("-asked_at", "id"), name="operation_by_age"),
            models.Index(fields=("state", "-asked_at"), name="operation_by_state"),
            models.Index(fields=("verb", "-asked_at"), name="operation_by_verb"),
            models.Index(fields=("asked_by_name", "-asked_at"), name="operation_by_asker"),
            # The reaper and the re-sender look only at what is open.
            models.Index(fields=("state", "deadline_at"), name="operation_open", condition=Q(state__in=OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.pod_name}"

    @property
    def is_open(self) -> bool:
        """Whether an outcome is still awaited."""
        return self.state in OPEN

    @property
    def seconds(self) -> float | None:
        """How long it ran, by the host's clock; None: it runs, never started, or its end is not the host's word."""
        if self.started_at is None or self.ended_at is None or self.state not in REPORTED:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())

    @property
    def parts(self) -> list[Part]:
        """What went wrong inside it, thing by thing."""
        return msgspec.convert(self.parts_json, list[Part])

    @property
    def steps(self) -> list[Step]:
        """What the host worker did, in order."""
        return msgspec.convert(self.steps_json, list[Step])
