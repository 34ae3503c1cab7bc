"""One Podman engine: a machine and the user it runs as."""

import msgspec
from django.core.validators import RegexValidator
from django.db import models

from pods.messages.hosts import Attempt, EngineInfo
from pods.messages.resources import HostResources


class Host(models.Model):
    """A host and what its host worker last said. Times of the host's own clock are named so."""

    slug = models.CharField(
        max_length=63,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "Use lower-case letters, digits and inner hyphens.")
        ],
        help_text="Names the host's queue and its place in addresses. The host worker is started with it.",
    )
    name = models.CharField(max_length=200, help_text="What people call it.")
    added_at = models.DateTimeField(auto_now_add=True)

    # The host worker: the boot that speaks for this host, and when a word of it last came (our clock).
    boot = models.UUIDField(null=True, editable=False)
    epoch = models.BigIntegerField(default=0, editable=False)
    online_at = models.DateTimeField(null=True, editable=False)
    heard_at = models.DateTimeField(null=True, editable=False)
    silent = models.BooleanField(default=True, editable=False, help_text="No word from its host worker lately.")

    # How often open pages were told of a change. A page that was made at the same count shows what there is.
    changes = models.PositiveBigIntegerField(default=0, editable=False)

    # The engine, as the host worker last saw it. None: never heard.
    status_sequence = models.BigIntegerField(default=0, editable=False)
    answering = models.BooleanField(null=True, editable=False)
    answering_since = models.DateTimeField(null=True, editable=False)
    socket = models.CharField(max_length=200, blank=True, editable=False)
    engine_info = models.JSONField(null=True, editable=False)  # messages.hosts.EngineInfo
    attempts = models.JSONField(default=list, editable=False)  # [messages.hosts.Attempt]
    advice = models.TextField(blank=True, editable=False)
    notes = models.JSONField(default=list, editable=False)  # [str]

    # What the host offers to new pods. None: not said yet.
    resources_sequence = models.BigIntegerField(default=0, editable=False)
    resources_json = models.JSONField(
        null=True, editable=False, db_column="resources"
    )  # messages.resources.HostResources

    # The newest complete snapshot that was applied.
    snapshot_sequence = models.BigIntegerField(default=0, editable=False)
    snapshot_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @property
    def change_count(self) -> str:
        """``slug:changes``, as a page carries it."""
        return f"{self.slug}:{self.changes}"

    @property
    def info(self) -> EngineInfo | None:
        """The engine's facts, or None while it never answered."""
        return None if self.engine_info is None else msgspec.convert(self.engine_info, EngineInfo)

    @property
    def resources(self) -> HostResources | None:
        """Networks, volumes, images, ports in use and processors, or None while nothing was said of them."""
        return None if self.resources_json is None else msgspec.convert(self.resources_json, HostResources)

    @property
    def tried(self) -> list[Attempt]:
        """The ways tried to reach an engine; empty while it answers."""
        return msgspec.convert(self.attempts, list[Attempt])
