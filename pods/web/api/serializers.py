"""What the API shows."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pods.domain import access
from pods.domain.accessors import accessors
from pods.domain.secrets import mask_arguments
from pods.domain.verbs import ON_PODS, available_verbs
from pods.messages import plain
from pods.models import Container, Host, Operation, Pod
from pods.web.api.asking import sparse
from pods.web.api.fields import TEXT, AnyObject, TextList, TextMap, many, nullable, ref, shaped

AnyModel = TypeVar("AnyModel", bound=Model)


def may_see_secrets(shown: serializers.BaseSerializer[Any], row: Any) -> bool:
    """Return whether the reader may see secrets in what ``row`` holds; without a reader: no."""
    reader = shown.context.get("reader") or getattr(shown.context.get("request"), "user", None)
    return reader is not None and access.may_see_secrets_of(reader, row)


class Sparse(serializers.ModelSerializer[AnyModel]):
    """Shows only what ``?fields=`` names, where the view hands its request on.

    In the fields ``secret`` what looks like a secret is masked for who may not see it; they may hold any JSON.
    """

    secret: ClassVar[tuple[str, ...]] = ()

    def to_representation(self, instance: AnyModel) -> dict[str, Any]:
        """Return the fields as JSON types."""
        shown: dict[str, Any] = super().to_representation(instance)
        values = {name: shown[name] for name in self.secret if name in shown}
        return shown if not values or may_see_secrets(self, instance) else shown | mask_arguments(values)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Raises Invalid naming ``fields``."""
        fields = super().get_fields()
        request = self.context.get("request")
        wanted = sparse(request, fields) if request is not None and request.method == "GET" else None
        return fields if wanted is None else {name: field for name, field in fields.items() if name in wanted}


class HostSerializer(Sparse[Host]):
    """A host and its engine."""

    engine_info = shaped(nullable(ref("EngineInfo")))()
    attempts = shaped(many(ref("Attempt")))()
    notes = TextList()

    class Meta:
        model = Host
        fields = (
            *("id", "slug", "name", "added_at", "online_at", "heard_at", "silent", "answering", "answering_since"),
            *("socket", "engine_info", "attempts", "advice", "notes", "snapshot_at"),
        )


class ContainerSerializer(Sparse[Container]):
    """A container."""

    secret = ("command", "labels")
    command = TextList()
    labels = TextMap()
    networks = TextList()
    ports = shaped(many(ref("PortMapping")))(source="ports_json")
    mounts = TextList()

    class Meta:
        model = Container
        fields = (
            *("id", "engine_id", "pod", "name", "state", "is_infra", "init", "pid", "image", "image_id", "command"),
            *("started_at", "exited_at", "exit_code", "labels", "networks", "ports", "mounts", "restarts"),
            *("health", "observed_at", "removed_at"),
        )


class PodSerializer(Sparse[Pod]):
    """A pod with the ids of its containers. ``actions`` are the verbs that make sense now."""

    secret = ("create_command", "infra", "labels")
    host: serializers.SlugRelatedField[Host] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    labels = TextMap()
    shared_namespaces = TextList()
    create_command = TextList()
    networks = TextList()
    mounts = TextList()
    volumes_from = TextList()
    security_opts = TextList()
    devices = TextList()
    stale_network = TextList()
    resource_limits = shaped(ref("ResourceLimits"))(source="resource_limits_json")
    kernel_limits = shaped(nullable(ref("KernelLimits")))(source="kernel_limits_json")
    infra = shaped(nullable(ref("InfraFacts")))(source="infra_json")
    effective_hostname = serializers.CharField(allow_null=True, read_only=True)
    shares_cgroup_ns = serializers.BooleanField(read_only=True)
    process_label = serializers.CharField(allow_null=True, read_only=True)
    containers = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Pod
        fields: tuple[str, ...] = (
            *("id", "engine_id", "host", "name", "state", "created_at", "observed_at", "removed_at", "namespace"),
            *("hostname", "effective_hostname", "labels", "cgroup_parent", "cgroup_path", "shares_cgroup"),
            *("shares_cgroup_ns", "shared_namespaces", "has_infra_container", "infra_container_id", "create_command"),
            *("exit_policy", "restart_policy", "lock_number", "resource_limits", "kernel_limits", "process_label"),
            *("infra", "networks", "mounts", "volumes_from", "security_opts", "devices", "stale_network"),
            *("systemd_unit", "container_count", "containers", "actions"),
        )

    @extend_schema_field(many({"type": "integer"}))
    def get_containers(self, pod: Pod) -> list[int]:
        """Return the keys of the containers that exist, from what the view prefetched."""
        return [container.pk for container in pod.containers.all() if container.removed_at is None]

    @extend_schema_field(many({"type": "string", "enum": [verb.value for verb in ON_PODS]}))
    def get_actions(self, pod: Pod) -> list[str]:
        """Return the verbs that make sense now."""
        states = [container.state for container in pod.containers.all() if container.removed_at is None]
        return [verb.value for verb in available_verbs(pod, states)]


class PodDetailSerializer(PodSerializer):
    """A pod with every accessor of libpod's Pod: what was asked for, what is in force, and where each is known from."""

    accessors = serializers.SerializerMethodField()

    class Meta(PodSerializer.Meta):
        fields: tuple[str, ...] = (*PodSerializer.Meta.fields, "accessors")

    @extend_schema_field(many(ref("Accessor")))
    def get_accessors(self, pod: Pod) -> Any:
        """Return the accessors, with secrets masked for who may not see them."""
        return plain(accessors(pod, reveal=may_see_secrets(self, pod)))


class OperationSerializer(Sparse[Operation]):
    """An operation and its outcome."""

    secret = ("arguments", "result")
    host: serializers.SlugRelatedField[Host] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    arguments = AnyObject()
    parts = shaped(many(ref("Part")))(source="parts_json")
    steps = shaped(many(ref("Step")))(source="steps_json")
    result = AnyObject()

    class Meta:
        model = Operation
        fields: tuple[str, ...] = (
            *("id", "verb", "host", "pod", "pod_name", "group", "arguments", "asked_by_name", "asked_through", "state"),
            *("asked_at", "deadline_at", "started_at", "ended_at", "code", "message", "hint", "engine", "parts"),
            *("steps", "result"),
        )


class AskedSerializer(OperationSerializer):
    """The operation that was just asked for. ``warning`` says what else will happen, as where systemd acts back."""

    warning = serializers.SerializerMethodField()

    class Meta(OperationSerializer.Meta):
        fields: tuple[str, ...] = (*OperationSerializer.Meta.fields, "warning")

    @extend_schema_field(nullable(TEXT))
    def get_warning(self, operation: Operation) -> str | None:  # noqa: ARG002  # DRF's signature
        """Return the view's warning."""
        warning: str | None = self.context.get("warning")
        return warning
