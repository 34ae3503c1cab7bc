"""A pod as last observed (libpod's Pod, its PodConfig and its state)."""

import msgspec
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from pods.messages.facts import InfraFacts, KernelLimits, ResourceLimits
from pods.messages.specs import PodSpec
from pods.models.hosts import Host


class PodState(models.TextChoices):
    """libpod's pod states, computed from its containers."""

    CREATED = "Created"
    RUNNING = "Running"
    DEGRADED = "Degraded"
    PAUSED = "Paused"
    EXITED = "Exited"
    STOPPED = "Stopped"
    ERROR = "Error"


# A list shows what exists, in some order, with the key to break ties: one index serves it from its first row on.
EXISTING = Q(removed_at=None)
# Of a label's value, so much is in the index: PostgreSQL takes no entry of more than a third of a page.
INDEXED_VALUE = 64
LONGEST_KEY = 255


class Pod(models.Model):
    """A memory of what an engine reported about one pod at ``observed_at``.

    ``(epoch, sequence)`` is that of the snapshot it came from; only a newer one may overwrite the row. A pod that
    vanished keeps its row with ``removed_at`` set: the contract's ``valid`` is ``removed_at is None``.
    """

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="pods")
    engine_id = models.CharField(max_length=64, help_text="The engine's full id, 64 hexadecimal digits.")
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=PodState)
    created_at = models.DateTimeField(null=True)
    created_text = models.CharField(max_length=64, blank=True, help_text="The engine's own text, nine digits kept.")

    observed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)

    # PodConfig
    namespace = models.CharField(max_length=255, blank=True, help_text="libpod's own namespace, not the kernel's.")
    hostname = models.CharField(max_length=255, blank=True)
    labels = models.JSONField(default=dict)  # {str: str}
    cgroup_parent = models.CharField(max_length=512, blank=True)
    cgroup_path = models.CharField(max_length=512, null=True)  # noqa: DJ001  # None = not reported, "" would be an answer
    shares_cgroup = models.BooleanField(default=False, help_text="The pod makes a cgroup and its containers are in it.")
    shared_namespaces = models.JSONField(default=list)  # sorted subset of cgroup ipc mount net pid user uts
    has_infra_container = models.BooleanField(default=False, help_text="The engine's state, not what was asked for.")
    infra_container_id = models.CharField(max_length=64, blank=True)
    create_command = models.JSONField(default=list)  # [str]
    exit_policy = models.CharField(max_length=32, null=True)  # noqa: DJ001  # None = this engine does not say
    restart_policy = models.CharField(max_length=32, null=True)  # noqa: DJ001  # likewise
    lock_number = models.IntegerField(null=True)
    resource_limits_json = models.JSONField(default=dict, db_column="resource_limits")  # messages.facts.ResourceLimits
    infra_json = models.JSONField(null=True, db_column="infra")  # messages.facts.InfraFacts
    mounts = models.JSONField(default=list)  # [str], the infra container's
    volumes_from = models.JSONField(default=list)  # [str]
    security_opts = models.JSONField(default=list)  # [str]
    devices = models.JSONField(default=list)  # [str]
    kernel_limits_json = models.JSONField(null=True, db_column="kernel_limits")  # messages.facts.KernelLimits
    stale_network = models.JSONField(default=list)  # [engine id of a container]

    # What podweb itself asked for when it made this pod; None for a pod that came from elsewhere.
    spec_json = models.JSONField(null=True, db_column="spec")  # messages.specs.PodSpec
    systemd_unit = models.CharField(max_length=255, blank=True, help_text="The unit that manages it, by its label.")
    # What lists are narrowed and ordered by, kept beside what it is computed from.
    networks = models.JSONField(default=list)  # [str], the infra container's
    container_count = models.IntegerField(default=0, help_text="As Podman counts: the infra container is one of them.")
    search_text = models.TextField(blank=True, help_text="Lower case: names, id, labels, images, unit.")

    class Meta:
        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint(fields=("host", "engine_id"), name="pod_once_per_host")]
        indexes = [
            models.Index(fields=("host", "removed_at", "name"), name="pod_by_host_and_name"),
            models.Index(fields=("engine_id",), name="pod_by_engine_id"),
            models.Index(fields=("name", "id"), name="pod_by_name", condition=EXISTING),
            models.Index(fields=("state", "id"), name="pod_by_state", condition=EXISTING),
            models.Index(fields=("created_at", "id"), name="pod_by_age", condition=EXISTING),
            models.Index(fields=("container_count", "id"), name="pod_by_size", condition=EXISTING),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def valid(self) -> bool:
        """Whether the pod still existed at ``observed_at`` (the contract's ``valid``)."""
        return self.removed_at is None

    @property
    def infra(self) -> InfraFacts | None:
        """The infra container's configuration; None: there is none, or it could not be read."""
        return None if self.infra_json is None else msgspec.convert(self.infra_json, InfraFacts)

    @property
    def kernel_limits(self) -> KernelLimits | None:
        """The pod cgroup's limits as the kernel has them; None: it has none, or they could not be read."""
        return None if self.kernel_limits_json is None else msgspec.convert(self.kernel_limits_json, KernelLimits)

    @property
    def spec(self) -> PodSpec | None:
        """What podweb asked the engine for; None for a pod that came from elsewhere."""
        return None if self.spec_json is None else msgspec.convert(self.spec_json, PodSpec)

    def resource_limits(self) -> ResourceLimits:
        """Return the limits that the engine reports (contract ResourceLim); never None, a full copy."""
        return msgspec.convert(self.resource_limits_json, ResourceLimits)

    def shares(self, namespace: str) -> bool:
        """Whether containers join the pod's ``namespace`` (pid, ipc, net, mount, user, uts, cgroup)."""
        return namespace in self.shared_namespaces

    @property
    def shares_cgroup_ns(self) -> bool:
        """Whether containers join the pod's cgroup *namespace*; libpod's misnamed SharesCgroup answers this."""
        return self.shares("cgroup")

    @property
    def effective_hostname(self) -> str | None:
        """The hostname inside: the pod's name when none was set and UTS is shared; None = each container its own."""
        return (self.hostname or self.name) if self.shares("uts") else None

    @property
    def process_label(self) -> str | None:
        """The infra container's SELinux process label (contract ProcessLabel); None without a readable infra."""
        return None if self.infra is None else self.infra.process_label


class PodLabel(models.Model):
    """One label of a pod, so that filters find it by an index. Rewritten with the pod's row."""

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="label_rows")
    key = models.CharField(max_length=LONGEST_KEY, help_text="Cut where it is longer; the pod's row has all of it.")
    value = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("pod", "key"), name="label_once_per_pod")]
        indexes = [models.Index(F("key"), Left("value", INDEXED_VALUE), name="label_by_key_and_value")]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class PodNetwork(models.Model):
    """One network that a pod's infra container is on. Rewritten with the pod's row."""

    pod = models.ForeignKey(Pod, on_delete=models.CASCADE, related_name="network_rows")
    name = models.CharField(max_length=LONGEST_KEY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("pod", "name"), name="network_once_per_pod")]
        indexes = [models.Index(fields=("name",), name="network_by_name")]

    def __str__(self) -> str:
        return self.name
