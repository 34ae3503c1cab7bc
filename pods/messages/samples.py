"""What goes to history: each ten seconds of each cgroup, as average and maximum of the second-by-second numbers."""

from msgspec import Struct

EVERY = 10  # seconds that one point covers
# The order of the values in a Point and, packed, in the rows of history: new ones are added at the end.
METRICS = (
    "cpu",  # percent; 100 = one core busy
    "memory",  # bytes
    "pids",
    "received",  # bytes/s
    "sent",
    "read",
    "write",
    "throttled",  # percent of the time that run queues stood still, summed over processors
    "cpu_pressure",  # percent of the time in which some task waited (PSI some)
    "memory_pressure",
    "io_pressure",
)


class Point(Struct, frozen=True, array_like=True):
    """Ten seconds of one cgroup. Both lists are in the order of METRICS; ``None`` = never known in them."""

    ticks: int  # how many samples stand behind it
    averages: tuple[float | None, ...]
    maxima: tuple[float | None, ...]


class PodPoint(Struct, frozen=True, kw_only=True):
    """Ten seconds of one pod: its own cgroup, and its containers by name."""

    name: str
    unit: str  # the systemd unit that its labels name; "" = none
    total: Point
    containers: dict[str, Point]


class Samples(Struct, frozen=True, kw_only=True):
    """Ten seconds of one host."""

    host: str
    boot: str
    epoch: int
    at: int  # seconds since 1970 when they began; a multiple of EVERY
    pods: tuple[PodPoint, ...]
