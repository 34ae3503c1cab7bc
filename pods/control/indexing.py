"""What lists are narrowed by, computed from what an engine reported, and the rows by which an index finds it."""

from collections.abc import Collection, Sequence
from typing import Any

from pods.messages.facts import ContainerFacts, PodFacts
from pods.models import Pod, PodLabel, PodNetwork
from pods.models.pods import LONGEST_KEY

UNIT_LABEL = "PODMAN_SYSTEMD_UNIT"
LONGEST_TEXT = 16_384  # characters; labels may be of any length
# A pod whose row has news of one of these has its labels and networks written anew.
CAUSES = {"labels", "networks", "search_text"}


def list_values(pod: PodFacts, containers: Sequence[ContainerFacts]) -> dict[str, Any]:
    """Return the columns of a pod's row that lists are narrowed and ordered by."""
    unit = systemd_unit(pod, containers)
    return {
        "networks": sorted({name for one in containers if one.is_infra for name in one.networks}),
        "container_count": len(containers),
        "systemd_unit": unit[:LONGEST_KEY],
        "search_text": search_text(pod, containers, unit),
    }


def systemd_unit(pod: PodFacts, containers: Sequence[ContainerFacts]) -> str:
    """Return the unit that manages the pod, "" for none.

    ``podman`` run by systemd puts its unit's name on what it makes: for a pod that is the infra container.
    """
    by_rank = sorted(containers, key=lambda one: (not one.is_infra, one.name))
    labels = (pod.labels, *(one.labels for one in by_rank))
    return next((unit for one in labels if (unit := one.get(UNIT_LABEL))), "")


def search_text(pod: PodFacts, containers: Sequence[ContainerFacts], unit: str) -> str:
    """Return what free search looks into, one thing a line: name, id, unit, labels, containers' names and images."""
    lines = [
        *(pod.name, pod.id, unit),
        *(f"{key}={value}" for key, value in sorted(pod.labels.items())),
        *sorted({one.name for one in containers}),
        *sorted({one.image for one in containers}),
    ]
    return "\n".join(line for line in lines if line).casefold()[:LONGEST_TEXT]


def write_rows(pods: Collection[Pod]) -> None:
    """Write labels and networks of ``pods`` anew, in a number of statements that does not depend on how many."""
    if not pods:
        return
    PodLabel.objects.filter(pod__in=pods).delete()
    PodNetwork.objects.filter(pod__in=pods).delete()
    PodLabel.objects.bulk_create(
        PodLabel(pod=pod, key=key, value=value)
        for pod in pods
        for key, value in {key[:LONGEST_KEY]: value for key, value in pod.labels.items()}.items()
    )
    PodNetwork.objects.bulk_create(
        PodNetwork(pod=pod, name=name) for pod in pods for name in {name[:LONGEST_KEY] for name in pod.networks}
    )
