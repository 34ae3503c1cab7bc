"""What happened to pods, kept though engine and kernel forget it."""

from django.db import models

from pods.messages.events import Kind
from pods.models.history import SameName
from pods.models.hosts import Host


class Event(models.Model):
    """One thing that happened. It belongs to a host and a name, as history does, and outlives the pod's row."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=160)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    pod_engine_id = models.CharField(max_length=64)
    pod_name = models.CharField(max_length=255, blank=True)
    unit = models.CharField(max_length=255, blank=True)
    container = models.CharField(max_length=255, blank=True)
    container_engine_id = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=16, blank=True)
    details = models.JSONField(default=dict)  # as messages.events.Kind names them

    objects = SameName.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = [models.UniqueConstraint(fields=("host", "key"), name="event_once_per_host")]
        indexes = [
            models.Index(fields=("host", "pod_name", "-at"), name="event_by_pod"),
            models.Index(fields=("host", "unit", "-at"), name="event_by_unit", condition=~models.Q(unit="")),
            models.Index(fields=("at",), name="event_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.container or self.pod_name}"
