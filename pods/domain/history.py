"""What a pod used over time, in as many points as somebody wants to see."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from pods.domain.errors import Invalid
from pods.domain.points import POINTS, RESOLUTIONS, UNITS, column, decode, span, unpack
from pods.messages.samples import METRICS
from pods.models import Pod
from pods.models.history import Block, FreshPoint, Series

EVERY_CONTAINER = "*"
MOST_POINTS = 2000
LONGEST = 400 * 86_400  # seconds
Value = tuple[int, float | None, float | None]


@dataclass(frozen=True)
class Request:
    """What is asked for: ``[start, end)`` in seconds since 1970, in at most ``points`` points.

    ``container``: "" the pod's own cgroup, a container's name, or EVERY_CONTAINER.
    """

    metrics: tuple[str, ...]
    start: int
    end: int
    points: int
    container: str = ""

    def __post_init__(self) -> None:
        """Raises Invalid."""
        unknown = [metric for metric in self.metrics if metric not in METRICS]
        if unknown or not self.metrics:
            message = f"There is no metric {unknown[0][:40]!r}." if unknown else "Name a metric."
            raise Invalid("invalid", message, field="metric", hint=f"Known: {', '.join(METRICS)}.")
        if not 1 <= self.points <= MOST_POINTS:
            raise Invalid("invalid", f"points must be between 1 and {MOST_POINTS}.", field="points")
        if not 0 <= self.start < self.end:
            raise Invalid("invalid", "from must be before to.", field="from")
        if self.end - self.start > LONGEST:
            raise Invalid("invalid", f"At most {LONGEST // 86_400} days can be asked for at once.", field="from")


@dataclass(frozen=True)
class Line:
    """One metric of one cgroup: for each step its beginning, average and maximum; None where nothing is known."""

    metric: str
    container: str
    unit: str
    points: list[Value]


@dataclass(frozen=True)
class History:
    """``step`` seconds lie between two points, each made of points of ``resolution`` seconds, or of finer ones."""

    start: int
    end: int
    step: int
    resolution: int
    lines: list[Line]


def history(pod: Pod, request: Request, *, now: float) -> History:
    """Return what is known of the pod, and of former pods of its name or unit on its host."""
    resolution, step = grid(request, now)
    origin = request.start - request.start % step
    series = Series.objects.of(pod)
    if request.container == EVERY_CONTAINER:
        series = series.exclude(container="")
    else:
        series = series.filter(container=request.container)
    names = dict(series.values_list("pk", "container"))
    shown = set(names.values()) | ({request.container} - {EVERY_CONTAINER})
    count = -(-(request.end - origin) // step)
    places = [column(metric) for metric in request.metrics]
    sums = {name: [_Sums(count) for _ in places] for name in shown}
    for key, at, ticks, values in _read(list(names), request, resolution, places):
        for one, (average, top) in zip(sums[names[key]], values, strict=True):
            one.add((at - origin) // step, ticks, average, top)
    lines = [
        Line(metric, name, UNITS[metric], one.points(origin, step))
        for name, found in sorted(sums.items())
        for metric, one in zip(request.metrics, found, strict=True)
    ]
    return History(request.start, request.end, step, resolution, lines)


def grid(request: Request, now: float) -> tuple[int, int]:
    """Return the resolution to read and the seconds between points: never more points than asked for.

    The coarsest resolution that is fine enough is read, since it is the least; and no finer one than is still kept.
    """
    kept = dict(zip(RESOLUTIONS, settings.HISTORY_KEEP, strict=True))
    there = [one for one in RESOLUTIONS if request.start >= now - kept[one]] or [RESOLUTIONS[-1]]
    step = there[0] * max(1, -(-(request.end - request.start) // (request.points * there[0])))
    while True:
        resolution = max(one for one in there if one <= step)
        step = -(-step // resolution) * resolution
        origin = request.start - request.start % step
        if -(-(request.end - origin) // step) <= request.points:
            return resolution, step
        step += resolution


_Read = tuple[int, int, float, list[tuple[float, float]]]  # series, at, samples behind it, (average, maximum) of each


class _Sums:
    """One line as it is put together."""

    def __init__(self, count: int) -> None:
        self.weights = [0.0] * count
        self.sums = [0.0] * count
        self.tops = [-math.inf] * count

    def add(self, place: int, ticks: float, average: float, top: float) -> None:
        if 0 <= place < len(self.weights) and average == average:  # noqa: PLR0124  # not NaN, which is unknown
            self.weights[place] += ticks
            self.sums[place] += ticks * average
            self.tops[place] = max(self.tops[place], top)

    def points(self, origin: int, step: int) -> list[Value]:
        found: list[Value] = []
        for place, weight in enumerate(self.weights):
            at = origin + place * step
            known = weight > 0
            found.append(
                (at, _digits(self.sums[place] / weight), _digits(self.tops[place])) if known else (at, None, None)
            )
        return found


def _digits(value: float) -> float:
    """Cut what was never measured: points are kept to 0.05 %."""
    return float(f"{value:.5g}")


@dataclass(frozen=True)
class _Stored:
    """One block, or one fresh point, as the database has it."""

    series: int
    resolution: int
    start: int
    data: bytes | memoryview


def _stored(series: Sequence[int], request: Request, resolution: int) -> tuple[list[_Stored], list[_Stored]]:
    """Return blocks, coarsest first, and fresh points.

    Read from fine to coarse, as points wander, so that none is missed that wanders meanwhile; some may be there twice.
    """
    fresh = FreshPoint.objects.filter(series__in=series, at__gte=request.start, at__lt=request.end)
    points = [
        _Stored(one, RESOLUTIONS[0], at, data) for one, at, data in fresh.values_list("series_id", "at", "packed")
    ]
    blocks: list[_Stored] = []
    for level in [one for one in RESOLUTIONS if one <= resolution]:
        found = Block.objects.filter(series__in=series, resolution=level, start__lt=request.end)
        found = found.filter(start__gt=request.start - span(level))
        if level != resolution:
            found = found.filter(rolled=False)
        rows = found.order_by("start").values_list("series_id", "start", "data")
        blocks[:0] = [_Stored(one, level, start, data) for one, start, data in rows]
    return blocks, points


def _read(series: Sequence[int], request: Request, resolution: int, metrics: list[int]) -> Iterator[_Read]:
    """Yield every point in question once."""
    blocks, fresh = _stored(series, request, resolution)
    covered: set[tuple[int, int, int]] = set()

    def holds(stored: _Stored, levels: Sequence[int]) -> bool:
        return any((stored.series, one, stored.start - stored.start % span(one)) in covered for one in levels)

    for block in blocks:
        if not holds(block, [one for one in RESOLUTIONS if one > block.resolution]):
            covered.add((block.series, block.resolution, block.start))
            yield from _of_block(block, request, metrics)
    for point in fresh:
        if not holds(point, RESOLUTIONS):
            values = unpack(point.data)
            yield point.series, point.start, values[0], [(values[place], values[place + 1]) for place in metrics]


def _of_block(block: _Stored, request: Request, metrics: list[int]) -> Iterator[_Read]:
    columns = decode(block.data)
    first = max(0, -(-(request.start - block.start) // block.resolution))
    last = min(POINTS, -(-(request.end - block.start) // block.resolution))
    ticks = columns[0]
    for place in range(first, last):
        weight = ticks[place]
        if weight > 0:
            values = [(columns[one][place], columns[one + 1][place]) for one in metrics]
            yield block.series, block.start + place * block.resolution, weight, values
