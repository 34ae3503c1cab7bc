"""What pods used, kept beyond their removal.

A pod that is made again, with another id, goes on where the former one ended: a series belongs to a host and a name.
"""

from typing import Any

from django.db import models
from django.db.models import Q

from pods.models.hosts import Host
from pods.models.pods import Pod


class SameName(models.QuerySet[Any]):
    """Rows with ``host``, ``pod_name`` and ``unit``, found by the pod that they are about."""

    def of(self, pod: Pod) -> "SameName":
        """Return the rows of every pod that had this one's name, or its systemd unit, on this host."""
        same = Q(pod_name=pod.name)
        if pod.systemd_unit:
            same |= Q(unit=pod.systemd_unit)
        return self.filter(same, host_id=pod.host_id)


class Series(models.Model):
    """The history of one pod's own cgroup (``container`` is "") or of its containers of one name."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="series")
    pod_name = models.CharField(max_length=255)
    unit = models.CharField(max_length=255, blank=True, help_text="The systemd unit that the pod's labels name.")
    container = models.CharField(max_length=255, blank=True)

    objects = SameName.as_manager()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=("host", "pod_name", "unit", "container"), name="series_once_per_host")
        ]
        indexes = [models.Index(fields=("host", "unit"), name="series_by_unit", condition=~Q(unit=""))]

    def __str__(self) -> str:
        return f"{self.pod_name}/{self.container}" if self.container else self.pod_name


class FreshPoint(models.Model):
    """Ten seconds that are in no block yet: those of the last hour or so. ``packed`` as in pods.domain.points."""

    pk = models.CompositePrimaryKey("series_id", "at")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="fresh", db_index=False)
    at = models.BigIntegerField(help_text="Seconds since 1970 when they began.")
    packed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=("at",), name="fresh_by_at")]

    def __str__(self) -> str:
        return f"{self.series_id} at {self.at}"


class Block(models.Model):
    """A run of points of one series at one resolution, as pods.domain.points encodes them.

    ``rolled``: its points are in the next coarser block too. Nothing is trimmed before that.
    """

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    resolution = models.PositiveSmallIntegerField(help_text="Seconds that each point covers.")
    start = models.BigIntegerField(help_text="Seconds since 1970 when its first point begins.")
    data = models.BinaryField()
    rolled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("series", "resolution", "start"), name="block_once")]
        indexes = [models.Index(fields=("resolution", "start"), name="block_by_age")]

    def __str__(self) -> str:
        return f"{self.series_id} at {self.start} by {self.resolution} s"
