"""What the API shows, and what it takes."""

from typing import Any

from rest_framework import serializers

from pods.domain.verbs import available_verbs
from pods.models import Container, Host, Operation, Pod


class Strict(serializers.Serializer[Any]):
    """Refuses fields it does not know: a misspelt option must not be silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError naming the unknown field."""
        if isinstance(data, dict):
            for name in data:
                if name not in self.fields:
                    message = f"There is no such field. Known: {', '.join(self.fields)}."
                    raise serializers.ValidationError({str(name)[:40]: [message]}, code="unknown_field")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """true or false, not words that look like them."""

    def to_internal_value(self, data: Any) -> bool:
        """Raises ValidationError for anything but a JSON boolean."""
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:40])
        return data


class NewPod(Strict):
    """The body that asks for a pod."""

    host = serializers.CharField(max_length=63)
    name = serializers.CharField(max_length=255)
    start = StrictBoolean(default=True)


class HostSerializer(serializers.ModelSerializer[Host]):
    """A host and its engine."""

    class Meta:
        model = Host
        fields = (
            *("id", "slug", "name", "added_at", "online_at", "heard_at", "silent", "answering", "answering_since"),
            *("socket", "engine_info", "attempts", "advice", "notes", "snapshot_at"),
        )


class ContainerSerializer(serializers.ModelSerializer[Container]):
    """A container."""

    ports = serializers.JSONField(source="ports_json")

    class Meta:
        model = Container
        fields = (
            *(
                "id",
                "engine_id",
                "pod",
                "name",
                "state",
                "is_infra",
                "pid",
                "image",
                "image_id",
                "command",
                "started_at",
            ),
            *(
                "exited_at",
                "exit_code",
                "labels",
                "networks",
                "ports",
                "mounts",
                "restarts",
                "observed_at",
                "removed_at",
            ),
        )


class PodSerializer(serializers.ModelSerializer[Pod]):
    """A pod with the ids of its containers. ``actions`` are the verbs that make sense now."""

    host: serializers.SlugRelatedField[Host] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    containers = serializers.SerializerMethodField()
    resource_limits = serializers.JSONField(source="resource_limits_json")
    infra = serializers.JSONField(source="infra_json")
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Pod
        fields = (
            *("id", "engine_id", "host", "name", "state", "created_at", "observed_at", "removed_at", "namespace"),
            *("hostname", "effective_hostname", "labels", "cgroup_parent", "cgroup_path", "shares_cgroup"),
            *("shares_cgroup_ns", "shared_namespaces", "has_infra_container", "infra_container_id", "create_command"),
            *("exit_policy", "restart_policy", "lock_number", "resource_limits", "process_label", "infra"),
            *("containers", "actions"),
        )

    def get_containers(self, pod: Pod) -> list[int]:
        """Return the keys of the containers that exist, from what the view prefetched."""
        return [container.pk for container in pod.containers.all() if container.removed_at is None]

    def get_actions(self, pod: Pod) -> list[str]:
        """Return the verbs that make sense now."""
        states = [container.state for container in pod.containers.all() if container.removed_at is None]
        return [verb.value for verb in available_verbs(pod, states)]


class OperationSerializer(serializers.ModelSerializer[Operation]):
    """An operation and its outcome."""

    host: serializers.SlugRelatedField[Host] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    parts = serializers.JSONField(source="parts_json")
    steps = serializers.JSONField(source="steps_json")

    class Meta:
        model = Operation
        fields = (
            *("id", "verb", "host", "pod", "pod_name", "arguments", "asked_by_name", "asked_through", "state"),
            *("asked_at", "deadline_at", "started_at", "ended_at", "code", "message", "hint", "engine", "parts"),
            *("steps", "result"),
        )
