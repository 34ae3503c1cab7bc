"""The shapes that the doctor works with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from pods.messages.events import Kind
from pods.models import Container, Event, Operation, Pod

DANGER, WARNING, INFO = "danger", "warning", "info"
# Beside the verbs: make the pod again, from the form that is filled in with what it is.
RECREATE = "recreate"
RUNS = ("running", "paused")
ENDED = ("exited", "stopped")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or that somebody should know. ``code`` is stable.

    ``repair`` is a verb of a pod, "recreate", or None where nothing that podweb does would mend it.
    """

    code: str
    severity: str  # danger | warning | info
    title: str
    cause: str
    evidence: tuple[str, ...] = ()
    repair: str | None = None
    container: str = ""  # its name
    at: datetime | None = None


@dataclass(frozen=True)
class Case:
    """What the doctor looks at. ``containers`` exist; ``operations`` are the pod's own, newest first.

    ``kills`` are the latest kills for want of memory, by the container's name; "" is the pod's own cgroup.
    ``throttled`` are those that are held back now, likewise.
    """

    pod: Pod
    containers: Sequence[Container]
    operations: Sequence[Operation] = ()
    kills: Mapping[str, "Told"] = field(default_factory=dict)
    throttled: Mapping[str, "Told"] = field(default_factory=dict)
    now: datetime = field(default_factory=timezone.now)

    @property
    def infra(self) -> Container | None:
        """The infra container; None: there is none."""
        return next((one for one in self.containers if one.is_infra), None)

    @property
    def payload(self) -> list[Container]:
        """The containers that are there to do something for as long as the pod runs."""
        return [one for one in self.containers if not one.is_infra and not one.init]

    @property
    def infra_is_missing(self) -> bool:
        """Whether nobody holds the namespaces that the pod shares: the engine made only half of it."""
        return bool(self.pod.shared_namespaces) and self.infra is None and not self.pod.infra_container_id


@dataclass(frozen=True)
class Told:
    """Something that a host worker told. ``details`` as messages.events.Kind names them, ``source`` is who said so."""

    at: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


Kills = dict[str, Told]
KILLED_LATELY = timedelta(days=1)


def kills_of(pod: Pod) -> Kills:
    """Return the latest kills of a day for want of memory in this very pod, by container (one query)."""
    return kills_by_pod([pod]).get(pod.engine_id, {})


def kills_by_pod(pods: Iterable[Pod]) -> dict[str, Kills]:
    """Return the same for each of ``pods`` by its engine id, in one query; a pod without any is left out."""
    ids = [pod.engine_id for pod in pods if pod.removed_at is None]
    since = timezone.now() - KILLED_LATELY
    found = Event.objects.filter(kind=Kind.OOM, at__gt=since, pod_engine_id__in=ids).order_by("at") if ids else ()
    kills: dict[str, Kills] = {}
    for one in found:
        kills.setdefault(one.pod_engine_id, {})[one.container] = Told(one.at, one.details, one.source)
    return kills


def throttled_of(pod: Pod) -> dict[str, Told]:
    """Return who in the pod is held back for a CPU limit now, by container (one query).

    What a former boot of the host worker told may have ended while nobody watched; the present one tells it again.
    """
    if pod.removed_at is not None:
        return {}
    began = datetime.fromtimestamp(pod.host.epoch / 1000, UTC)
    kinds = (Kind.THROTTLED, Kind.UNTHROTTLED)
    found = Event.objects.filter(kind__in=kinds, at__gte=began, host=pod.host_id, pod_engine_id=pod.engine_id)
    last = {one.container: one for one in found.order_by("at")}
    return {name: Told(one.at, one.details, one.source) for name, one in last.items() if one.kind == Kind.THROTTLED}
