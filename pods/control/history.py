"""Takes in what goes to history, packs it into blocks, rolls these up into coarser ones, and trims what is too old.

Each step is one short transaction and can be done again: what it did is where the next run looks first. Between two of
them other writers get their turn, which on SQLite they would otherwise wait for.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from pods.control.events import trim_events
from pods.domain.points import POINTS, RESOLUTIONS, Columns, coarser, decode, empty, encode, pack, put, span, unpack
from pods.messages.samples import EVERY, PodPoint, Point, Samples
from pods.models import Host
from pods.models.history import Block, FreshPoint, Series

log = logging.getLogger(__name__)
AHEAD = 300  # seconds that a host's clock may be ahead of ours
GRACE = 120  # seconds that a point may be late without its block being written twice
AT_ONCE = 10  # series in a transaction
PAUSE = 0.05  # seconds between transactions
RUN_AT_MOST = 40.0  # seconds; the next run goes on
DELETE_AT_ONCE = 500
Key = tuple[str, str, str]  # pod name, unit, container


def take_samples(message: Samples) -> None:
    """Write ten seconds of a host; a second time changes nothing.

    Also what a former boot said last: a point is of its time, whoever speaks now.
    """
    host = Host.objects.filter(slug=message.host).first()
    if host is None:
        log.warning("dropped: nobody registered a host %r", message.host[:63])
        return
    at = message.at - message.at % EVERY
    if not 0 < at < time.time() + AHEAD:
        log.warning("dropped: the clock of host %s is ahead of ours", host.slug)
        return
    points = dict(_points(message.pods))
    with transaction.atomic():
        ids = _series(host, set(points))
        known = set(FreshPoint.objects.filter(at=at, series__host=host).values_list("series_id", flat=True))
        rows = [(ids[key], at, pack(point)) for key, point in points.items() if ids[key] not in known]
        # In the order in which pack_some locks them.
        write_points(sorted(rows))


def _points(pods: Iterable[PodPoint]) -> Iterable[tuple[Key, Point]]:
    for pod in pods:
        name, unit = pod.name[:255], pod.unit[:255]
        yield (name, unit, ""), pod.total
        for container, point in pod.containers.items():
            if container:
                yield (name, unit, container[:255]), point


def _series(host: Host, wanted: set[Key]) -> dict[Key, int]:
    """Return the keys of the host's series, after making those that are new."""
    ids = _known_series(host)
    if new := wanted - set(ids):
        rows = [Series(host=host, pod_name=key[0], unit=key[1], container=key[2]) for key in sorted(new)]
        Series.objects.bulk_create(rows, ignore_conflicts=True)
        ids = _known_series(host)
    return ids


def _known_series(host: Host) -> dict[Key, int]:
    rows = Series.objects.filter(host=host).values_list("pk", "pod_name", "unit", "container")
    return {(name, unit, container): pk for pk, name, unit, container in rows}


def write_points(rows: list[tuple[int, int, bytes]]) -> None:
    """Write points: by COPY where the database has it, else in one INSERT for some hundreds."""
    if connection.vendor == "postgresql":
        table = FreshPoint._meta.db_table  # noqa: SLF001  # Django's documented API
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" (series_id, at, packed) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    FreshPoint.objects.bulk_create(
        [FreshPoint(series_id=series, at=at, packed=packed) for series, at, packed in rows], ignore_conflicts=True
    )


def keep_history() -> None:
    """Pack, roll up and trim, as far as there is something to do."""
    until = time.monotonic() + RUN_AT_MOST
    now = int(time.time())
    steps: list[Callable[[], bool]] = [
        partial(pack_some, now),
        *(partial(roll_up_some, fine, now) for fine in RESOLUTIONS[:-1]),
        *(partial(trim_some, resolution, now - kept) for resolution, kept in kept_for().items()),
        partial(trim_events, now - max(settings.HISTORY_KEEP)),
        forget_some,
    ]
    for step in steps:
        while step() and time.monotonic() < until:
            time.sleep(PAUSE)


def kept_for() -> dict[int, int]:
    """Return how many seconds the points of each resolution are kept."""
    return dict(zip(RESOLUTIONS, settings.HISTORY_KEEP, strict=True))


def pack_some(now: int) -> bool:
    """Put the fresh points of complete hours of some series into blocks; returns whether there may be more."""
    fine = RESOLUTIONS[0]
    complete = (now - GRACE) // span(fine) * span(fine)
    oldest = FreshPoint.objects.filter(at__lt=complete).order_by("at").values_list("series_id", "at")
    found = oldest[: AT_ONCE * POINTS]
    blocks = sorted({(at - at % span(fine), series) for series, at in found})[:AT_ONCE]
    if not blocks:
        return False
    start = blocks[0][0]
    wanted = [series for begin, series in blocks if begin == start]
    with transaction.atomic():
        locked = list(
            Series.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True)
        )
        points = FreshPoint.objects.filter(series__in=locked, at__gte=start, at__lt=start + span(fine))
        columns = _columns(locked, fine, start)
        for series, at, packed in points.values_list("series_id", "at", "packed"):
            put(columns[series], start, fine, at, unpack(bytes(packed)))
        _save(columns, fine, start)
        points.delete()
    return True


def roll_up_some(fine: int, now: int) -> bool:
    """Roll some complete runs of ``fine`` blocks up into coarser ones; returns whether there may be more.

    A block that changed because points came late is not ``rolled`` any more: its points replace theirs in the coarser
    block, whose other points stay, although what they came from may have been trimmed.
    """
    resolution = RESOLUTIONS[RESOLUTIONS.index(fine) + 1]
    length = span(resolution)
    complete = (now - GRACE - span(fine)) // length * length
    oldest = Block.objects.filter(resolution=fine, rolled=False, start__lt=complete).order_by("start")
    runs = sorted({(at - at % length, series) for series, at in oldest.values_list("series_id", "start")[:200]})
    if not runs:
        return False
    start = runs[0][0]
    wanted = [series for begin, series in runs[:AT_ONCE] if begin == start]
    with transaction.atomic():
        locked = list(
            Series.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True)
        )
        sources = Block.objects.filter(resolution=fine, series__in=locked, start__gte=start, start__lt=start + length)
        columns = _columns(locked, resolution, start)
        for block in sources:
            coarser(columns[block.series_id], start, resolution, decode(block.data), block.start, fine)
        _save(columns, resolution, start)
        sources.update(rolled=True)
    return True


def _locked(series: list[int]) -> list[int]:
    """Lock series, in one order, against other runs and against points that come in."""
    rows = Series.objects.select_for_update().filter(pk__in=series).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _columns(series: list[int], resolution: int, start: int) -> dict[int, Columns]:
    """Return what is written already of one block of each series."""
    blocks = Block.objects.filter(series__in=series, resolution=resolution, start=start)
    written = {block.series_id: decode(block.data) for block in blocks}
    return {one: written.get(one) or empty() for one in series}


def _save(columns: dict[int, Columns], resolution: int, start: int) -> None:
    coarsest = resolution == RESOLUTIONS[-1]
    blocks = [
        Block(series_id=series, resolution=resolution, start=start, data=encode(one), rolled=coarsest)
        for series, one in columns.items()
    ]
    Block.objects.bulk_create(
        blocks,
        update_conflicts=True,
        unique_fields=["series", "resolution", "start"],
        update_fields=["data", "rolled"],
    )


def trim_some(resolution: int, before: int) -> bool:
    """Delete some blocks that end before the moment ``before`` and are rolled up; returns whether there may be more."""
    old = Block.objects.filter(resolution=resolution, start__lt=before - span(resolution), rolled=True)
    return _delete(old.order_by("start").values_list("pk", flat=True)[:DELETE_AT_ONCE])


def forget_some() -> bool:
    """Delete some series of which nothing is left; returns whether there may be more."""
    left = Series.objects.filter(blocks=None, fresh=None).order_by("pk")
    with transaction.atomic():
        keys = list(left.values_list("pk", flat=True)[:DELETE_AT_ONCE])
        Series.objects.filter(pk__in=keys, blocks=None, fresh=None).delete()
    return len(keys) == DELETE_AT_ONCE


def _delete(keys: Iterable[int]) -> bool:
    chosen = list(keys)
    Block.objects.filter(pk__in=chosen).delete()
    return len(chosen) == DELETE_AT_ONCE
