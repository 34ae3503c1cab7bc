"""The rows that ``benchmarks.history`` writes and reads; imported once Django is ready."""

import random
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from pods.control import history as control
from pods.control.history import take_samples
from pods.domain.history import Request, history
from pods.domain.points import POINTS, RESOLUTIONS, empty, encode, pack, put, span, unpack
from pods.messages.samples import METRICS, PodPoint, Point, Samples
from pods.models import Block, FreshPoint, Host, Pod, Series

__all__ = ["take_samples"]
KINDS = ("idle", "ordinary", "busy")
KEPT = dict(zip(RESOLUTIONS, (86_400, 7 * 86_400, 90 * 86_400), strict=True))
MIB = 2**20
TABLES = ("pods_block", "pods_freshpoint", "pods_series")
chance = random.Random(4)


def message(at: int, pods: int, containers: int) -> Samples:
    """Return ten seconds of a host, with numbers that differ."""

    def point() -> Point:
        averages = tuple([chance.uniform(0, 1000) for _ in METRICS])
        return Point(10, averages, tuple([2 * value for value in averages]))

    found = [
        PodPoint(name=f"pod{pod}", unit="", total=point(), containers={f"c{n}": point() for n in range(containers)})
        for pod in range(pods)
    ]
    return Samples(host="bench", boot="", epoch=0, at=at, pods=tuple(found))


def prepare(first: Samples) -> None:
    """Register the host and a pod, and let its series be made."""
    host = Host.objects.create(slug="bench", name="Bench")
    Pod.objects.create(host=host, engine_id="0" * 64, name="busy0", state="Running", observed_at="2026-01-01T00:00Z")
    take_samples(first)


def series() -> list[int]:
    """Return the keys of all series."""
    return list(Series.objects.values_list("pk", flat=True))


def write(rows: list[tuple[int, int, bytes]], *, by_copy: bool) -> None:
    """Write fresh points one way or the other, and take them back."""
    with transaction.atomic():
        if by_copy:
            control.write_points(rows)
        else:
            FreshPoint.objects.bulk_create([FreshPoint(series_id=one, at=at, packed=data) for one, at, data in rows])
        transaction.set_rollback(True)


def size() -> int:
    """Return the bytes that the tables of history take, with their indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(f"'{table}'" for table in TABLES)
            cursor.execute(f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ({names})")
        else:
            cursor.execute(
                "SELECT (page_count - freelist_count) * page_size"
                " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
            )
        return int(cursor.fetchone()[0])


def values(kind: str) -> Iterator[Sequence[float]]:
    """Yield packed-and-unpacked points as such a container gives them, one after the other."""
    memory = chance.uniform(20, 400) * MIB
    while True:
        idle = [0.0, memory, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        one = list(idle)
        if kind != "idle":
            memory = max(MIB, memory + chance.gauss(0, 0.2 * MIB))
            cpu = abs(chance.gauss(3, 1.5))
            one[:7] = [cpu, memory, 12.0, abs(chance.gauss(2000, 900)), abs(chance.gauss(4000, 2000)), 0.0, 0.0]
            one[6] = chance.choice((0.0, 0.0, 4096.0, 12_288.0))
        if kind == "busy":
            one[0] = abs(chance.gauss(80, 20))
            one[2] = float(round(chance.gauss(60, 5)))
            one[5:] = [abs(chance.gauss(1000, 400)) for _ in one[5:]]
        tops = [value * chance.uniform(1, 1.6) if value and kind != "idle" else value for value in one]
        yield unpack(pack(Point(10, tuple(one), tuple(tops))))


def blocks_size(kind: str, count: int, now: int) -> float:
    """Write every block of the full retention for ``count`` series; return the bytes that each takes."""
    host = Host.objects.get()
    before = size()
    for number in range(count):
        one = Series.objects.create(host=host, pod_name=f"{kind}{number}")
        points = values(kind)
        for resolution, kept in KEPT.items():
            last = now - now % span(resolution) - span(resolution)
            blocks = []
            for start in range(last - kept + span(resolution), last + 1, span(resolution)):
                columns = empty()
                for place in range(POINTS):
                    put(columns, start, resolution, start + place * resolution, next(points))
                blocks.append(Block(series=one, resolution=resolution, start=start, data=encode(columns), rolled=True))
            Block.objects.bulk_create(blocks)
    return (size() - before) / count


def ask(seconds: int, now: int) -> None:
    """Read the CPU time of a pod over the last ``seconds``."""
    history(Pod.objects.get(), Request(("cpu",), now - seconds, now, 300), now=now)
