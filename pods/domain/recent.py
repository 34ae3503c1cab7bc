"""What many pods used in the last minutes, as history keeps it: ten seconds each, in two queries."""

import math
from collections.abc import Iterable, Sequence

from django.db.models import Q

from pods.domain.points import column, unpack
from pods.models import Pod
from pods.models.history import FreshPoint, Series

Point = tuple[int, *tuple[float | None, ...]]  # seconds since 1970 when it begins, then the metrics' averages


def recent(pods: Sequence[Pod], metrics: Iterable[str], since: int) -> dict[int, list[Point]]:
    """Return by key what is known of each pod's own cgroup from ``since`` on, oldest first.

    Only of what is in no block yet: that is the last hour or so, whatever is asked for.
    """
    names = {(pod.host_id, pod.name): pod.pk for pod in pods}
    units = {(pod.host_id, pod.systemd_unit): pod.pk for pod in pods if pod.systemd_unit}
    same = Q(pod_name__in={pod.name for pod in pods}) | Q(unit__in={unit for _, unit in units})
    found = Series.objects.filter(same, host__in={pod.host_id for pod in pods}, container="")
    of: dict[int, int] = {}
    for key, host, name, unit in found.values_list("pk", "host_id", "pod_name", "unit"):
        pod = names.get((host, name)) or units.get((host, unit))
        if pod is not None:
            of[key] = pod
    places = [column(metric) for metric in metrics]
    points: dict[int, list[Point]] = {}
    fresh = FreshPoint.objects.filter(series__in=list(of), at__gte=since).order_by("at")
    for key, at, packed in fresh.values_list("series_id", "at", "packed"):
        values = unpack(packed)
        points.setdefault(of[key], []).append((at, *(_known(values[place]) for place in places)))
    return points


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.4g}")
