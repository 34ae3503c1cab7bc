"""A container of a pod as last observed."""

import msgspec
from django.db import models

from pods.messages.facts import PortMapping
from pods.messages.specs import ContainerSpec
from pods.models.pods import EXISTING, Pod


class Container(models.Model):
    """One container of a pod, from the engine's container list. Removed ones keep their row."""

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="containers")
    engine_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, help_text="The engine's word, lower case: running, exited, ...")
    is_infra = models.BooleanField(default=False)
    pid = models.IntegerField(null=True, help_text="On the host; none unless running or paused.")
    image = models.CharField(max_length=512, blank=True)
    image_id = models.CharField(max_length=128, blank=True)
    command = models.JSONField(default=list)  # [str]
    created_text = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True)
    exited_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    labels = models.JSONField(default=dict)  # {str: str}
    networks = models.JSONField(default=list)  # [str]
    ports_json = models.JSONField(default=list, db_column="ports")  # [messages.facts.PortMapping]
    mounts = models.JSONField(default=list)  # [str]
    restarts = models.IntegerField(null=True)
    health = models.CharField(max_length=16, blank=True, default="", help_text="healthy, unhealthy, starting; or none.")
    init = models.CharField(max_length=8, null=True)  # noqa: DJ001  # None = not known yet; "" = no init container
    create_command = models.JSONField(default=list)  # [str]
    env = models.JSONField(default=list)  # [NAME=VALUE]
    # What podweb itself asked for when it made this container; None for one that came from elsewhere.
    spec_json = models.JSONField(null=True, db_column="spec")  # messages.specs.ContainerSpec

    observed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-is_infra", "name", "pk")
        constraints = [models.UniqueConstraint(fields=("pod", "engine_id"), name="container_once_per_pod")]
        indexes = [
            models.Index(fields=("engine_id",), name="container_by_engine_id"),
            models.Index(fields=("name",), name="container_by_name", condition=EXISTING),
            models.Index(fields=("state", "pod"), name="container_by_state", condition=EXISTING),
            models.Index(fields=("id",), name="container_existing", condition=EXISTING),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spec(self) -> ContainerSpec | None:
        """What podweb asked the engine for; None for a container that came from elsewhere."""
        return None if self.spec_json is None else msgspec.convert(self.spec_json, ContainerSpec)

    @property
    def ports(self) -> list[PortMapping]:
        """The published ports as the engine lists them for this container."""
        return msgspec.convert(self.ports_json, list[PortMapping])
