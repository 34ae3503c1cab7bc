"""Gives what podweb made the spec that it was asked for, found by the operation's label.

The operation's row is written before anything is sent, so it is there whenever a snapshot first shows what was made.
"""

import uuid
from collections.abc import Sequence

from pods.messages.names import OPERATION_LABEL, Verb
from pods.models import Container, Host, Operation, Pod


def give_pod_specs(host: Host, pods: Sequence[Pod]) -> None:
    """Set ``spec_json`` of new rows. The name too must be the asked-for one: anybody may write a label."""
    asked = _operations(host, Verb.CREATE, [pod.labels for pod in pods])
    for pod in pods:
        operation = asked.get(pod.labels.get(OPERATION_LABEL, ""))
        if operation is not None and operation.pod_name == pod.name:
            pod.spec_json = operation.arguments.get("spec")


def give_container_specs(host: Host, containers: Sequence[Container]) -> None:
    """Set ``spec_json`` of new rows. An infra container has the labels of its pod, and no spec of its own."""
    made = [container for container in containers if not container.is_infra]
    asked = _operations(host, Verb.ADD_CONTAINER, [container.labels for container in made])
    for container in made:
        operation = asked.get(container.labels.get(OPERATION_LABEL, ""))
        if operation is not None and operation.pod_engine_id == container.pod.engine_id:
            container.spec_json = operation.arguments.get("spec")


def _operations(host: Host, verb: Verb, labels: Sequence[dict[str, str]]) -> dict[str, Operation]:
    """Return the operations that the labels name, in one query, and in none when they name none."""
    named = {one[OPERATION_LABEL] for one in labels if OPERATION_LABEL in one}
    known = {name for name in named if _is_uuid(name)}
    if not known:
        return {}
    found = Operation.objects.filter(pk__in=known, host=host, verb=verb)
    return {str(operation.pk): operation for operation in found}


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
