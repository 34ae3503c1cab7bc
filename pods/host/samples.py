"""Gathers the second-by-second numbers into the ten-second points of history."""

from collections.abc import Callable
from operator import attrgetter

import msgspec

from pods.host.inventory import Known
from pods.host.observer import Identity
from pods.messages import names
from pods.messages.live import Detail, Usage
from pods.messages.samples import EVERY, METRICS, PodPoint, Point, Samples

UNIT_LABEL = "PODMAN_SYSTEMD_UNIT"
# A sample tells of the second before it, so one taken as a period begins still belongs to the last.
LAG = 0.5  # seconds
_READ = tuple([attrgetter(name) for name in METRICS[:7]])
_PRESSURES = ("cpu_some", "memory_some", "io_some")


class Sums:
    """One cgroup's ten seconds so far. The arithmetic waits for their end: it costs a fifth in one go."""

    __slots__ = ("details", "usages")

    def __init__(self) -> None:
        self.usages: list[Usage] = []
        self.details: list[Detail] = []

    def add(self, usage: Usage, detail: Detail | None) -> None:
        """Take in one second."""
        self.usages.append(usage)
        if detail is not None and detail.seconds:
            self.details.append(detail)

    def point(self) -> Point:
        """Return the ten seconds; an average is of what was known, and of details weighted by their time."""
        averages: list[float | None] = []
        maxima: list[float | None] = []
        for read in _READ:
            values = [value for value in map(read, self.usages) if value is not None]
            averages.append(_short(sum(values) / len(values)) if values else None)
            maxima.append(_short(max(values)) if values else None)
        for pairs in (self._detailed(lambda one: one.throttled), *map(self._pressure, _PRESSURES)):
            weight = sum(seconds for seconds, _ in pairs)
            averages.append(_short(sum(seconds * value for seconds, value in pairs) / weight) if pairs else None)
            maxima.append(_short(max(value for _, value in pairs)) if pairs else None)
        return Point(len(self.usages), tuple(averages), tuple(maxima))

    def _pressure(self, key: str) -> list[tuple[float, float]]:
        return self._detailed(lambda one: one.pressure.get(key))

    def _detailed(self, read: Callable[[Detail], float | None]) -> list[tuple[float, float]]:
        return [(one.seconds or 0.0, value) for one in self.details if (value := read(one)) is not None]


def _short(value: float) -> float:
    """Cut what history does not keep anyway (six digits), so that the message is half as long."""
    return round(value, 3) if value < 1000 else float(round(value))


class PodSums:
    """One pod's ten seconds so far; containers by name, so that one made again goes on."""

    __slots__ = ("containers", "name", "total", "unit")

    def __init__(self, name: str, unit: str) -> None:
        self.name = name
        self.unit = unit
        self.total = Sums()
        self.containers: dict[str, Sums] = {}

    def of(self, container: str) -> Sums:
        """Return the sums of one container."""
        found = self.containers.get(container)
        if found is None:
            found = self.containers[container] = Sums()
        return found


def unit_of(known: Known) -> str:
    """Return the systemd unit that the labels of a pod, or of its infra container, name; "" for none."""
    by_rank = sorted(known.containers, key=lambda one: (not one.is_infra, one.name))
    labels = (known.pod.labels, *(one.labels for one in by_rank))
    return next((unit for one in labels if (unit := one.get(UNIT_LABEL))), "")


class Collector:
    """Gathers a host's ticks and sends one message every ten seconds. One thread at a time."""

    def __init__(self, identity: Identity, send: Callable[[str, msgspec.Struct], None]) -> None:
        self._identity = identity
        self._send = send
        self._at = 0
        self._pods: dict[tuple[str, str], PodSums] = {}
        self._known: dict[str, tuple[Known, PodSums]] = {}  # by pod id: most ticks ask for the same again

    def begin(self, at: float) -> None:
        """A tick begins at ``at`` (seconds since 1970); what it closes is sent."""
        period = int((at - LAG) // EVERY) * EVERY
        if period == self._at:
            return
        if self._pods:
            self._send(names.SAMPLES, self._samples())
        self._pods, self._known = {}, {}
        self._at = period

    def pod(self, known: Known) -> PodSums:
        """Return the sums of a pod."""
        former = self._known.get(known.pod.id)
        if former is not None and former[0] is known:
            return former[1]
        key = (known.pod.name, unit_of(known))
        sums = self._pods.get(key)
        if sums is None:
            sums = self._pods[key] = PodSums(*key)
        self._known[known.pod.id] = (known, sums)
        return sums

    def _samples(self) -> Samples:
        return Samples(
            host=self._identity.host,
            boot=self._identity.boot,
            epoch=self._identity.epoch,
            at=self._at,
            pods=tuple(
                PodPoint(
                    name=one.name,
                    unit=one.unit,
                    total=one.total.point(),
                    containers={name: sums.point() for name, sums in one.containers.items()},
                )
                for one in self._pods.values()
            ),
        )
