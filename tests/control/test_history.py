"""History from message to block: written once, packed, rolled up, trimmed; on SQLite and PostgreSQL."""

import math
import time
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import override_settings

from pods.control import history as kept
from pods.control.history import keep_history, pack_some, roll_up_some, take_samples, trim_some
from pods.domain import points
from pods.domain.points import COLUMNS, POINTS, decode, empty, encode, put, rounded
from pods.messages.samples import METRICS, PodPoint, Point, Samples
from pods.models import Block, FreshPoint, Host, Series
from tests.builders import BOOT, EPOCH

pytestmark = pytest.mark.django_db
HOUR, QUARTER, RUN = (points.span(one) for one in points.RESOLUTIONS)
BEGIN = 1_700_000_000 // RUN * RUN


def point(value: float | None, ticks: int = 10) -> Point:
    return Point(ticks, (value,) * len(METRICS), (None if value is None else value * 2,) * len(METRICS))


def samples(at: int, pods: Mapping[str, float], /, *, unit: str = "", host: str = "alpha", **values: Any) -> Samples:
    """Return ten seconds in which each pod and its one container ``app`` had one value throughout."""
    found = [PodPoint(name=n, unit=unit, total=point(v), containers={"app": point(v / 2)}) for n, v in pods.items()]
    return Samples(host=host, boot=BOOT, epoch=EPOCH, at=at, pods=tuple(found), **values)


def run_all(now: int) -> None:
    while pack_some(now):
        pass
    for fine in points.RESOLUTIONS[:-1]:
        while roll_up_some(fine, now):
            pass


def test_a_message_is_written_once_however_often_it_comes(host: Host) -> None:
    for _ in range(2):
        take_samples(samples(BEGIN, {"web": 8.0, "db": 4.0}))
    assert set(Series.objects.values_list("pod_name", "container")) == {
        *(("web", ""), ("web", "app"), ("db", ""), ("db", "app"))
    }
    assert FreshPoint.objects.count() == 4
    fresh = FreshPoint.objects.get(series__pod_name="web", series__container="app")
    values = points.unpack(fresh.packed)
    assert (fresh.at, values[0], values[1], values[2]) == (BEGIN, 10, 4, 8)


def test_a_pod_made_again_goes_on_in_the_same_series(host: Host) -> None:
    take_samples(samples(BEGIN, {"web": 8.0}))
    take_samples(samples(BEGIN + 10, {"web": 9.0}))
    assert Series.objects.count() == 2
    assert FreshPoint.objects.count() == 4


def test_what_no_host_said_or_a_clock_ahead_said_is_dropped(host: Host) -> None:
    take_samples(samples(BEGIN, {"web": 8.0}, host="nowhere"))
    take_samples(samples(int(time.time()) + 3600, {"web": 8.0}))
    assert not FreshPoint.objects.exists()


def test_complete_hours_are_packed_and_the_running_one_is_not(host: Host) -> None:
    for at in range(BEGIN, BEGIN + HOUR + 100, 10):
        take_samples(samples(at, {"web": float(at - BEGIN)}))
    now = BEGIN + HOUR + 200
    assert pack_some(now)
    assert not pack_some(now)
    assert FreshPoint.objects.count() == 2 * 10
    assert min(FreshPoint.objects.values_list("at", flat=True)) == BEGIN + HOUR
    block = Block.objects.get(series__container="")
    assert (block.resolution, block.start, block.rolled) == (10, BEGIN, False)
    cpu = decode(block.data)[points.column("cpu")]
    assert list(cpu) == [rounded([float(10 * n)] * COLUMNS)[0] for n in range(POINTS)]


def test_an_hour_is_not_packed_before_late_points_may_have_come(host: Host) -> None:
    take_samples(samples(BEGIN, {"web": 8.0}))
    assert not pack_some(BEGIN + HOUR + kept.GRACE - 1)
    assert pack_some(BEGIN + HOUR + kept.GRACE)


def test_blocks_roll_up_by_the_minute_and_by_ten(host: Host) -> None:
    for hour in range(60):
        at = BEGIN + hour * HOUR
        take_samples(samples(at, {"web": float(hour)}))
        take_samples(samples(at + 10, {"web": float(hour + 100)}))
    now = BEGIN + RUN + 2 * QUARTER
    run_all(now)
    assert not FreshPoint.objects.exists()
    minutes = Block.objects.filter(series__container="", resolution=60).order_by("start")
    assert [block.start for block in minutes] == [BEGIN + n * QUARTER for n in range(10)]
    cpu = points.column("cpu")
    columns = decode(minutes[0].data)
    assert [columns[cpu][n] for n in (0, 60, 120)] == [50, 51, 52]
    assert [columns[cpu + 1][n] for n in (0, 60, 120)] == [200, 202, 204]
    assert columns[0][0] == 20
    # Between them is nothing, which is not zero.
    assert math.isnan(columns[cpu][1])
    (coarse,) = Block.objects.filter(series__container="", resolution=600)
    columns = decode(coarse.data)
    assert (coarse.start, coarse.rolled) == (BEGIN, True)
    assert [columns[cpu][n] for n in (0, 6, 12)] == [50, 51, 52]
    assert not Block.objects.filter(rolled=False).exists()


def test_doing_it_again_changes_nothing(host: Host) -> None:
    for at in range(BEGIN, BEGIN + QUARTER, 300):
        take_samples(samples(at, {"web": 5.0}))
    now = BEGIN + RUN + 2 * QUARTER
    run_all(now)
    before = set(Block.objects.values_list("series_id", "resolution", "start", "rolled"))
    texts = {block.pk: bytes(block.data) for block in Block.objects.all()}
    Block.objects.filter(resolution__lt=600).update(rolled=False)
    run_all(now)
    assert set(Block.objects.values_list("series_id", "resolution", "start", "rolled")) == before
    assert {block.pk: bytes(block.data) for block in Block.objects.all()} == texts


def test_points_that_come_late_reach_every_resolution(host: Host) -> None:
    take_samples(samples(BEGIN, {"web": 1.0}))
    now = BEGIN + RUN + 2 * QUARTER
    run_all(now)
    # What the coarser blocks came from is gone by now; their other points stay.
    Block.objects.filter(resolution=10).delete()
    take_samples(samples(BEGIN + 7200, {"web": 3.0}))
    run_all(now)
    cpu = points.column("cpu")
    for resolution in (60, 600):
        column = decode(Block.objects.get(series__container="", resolution=resolution).data)[cpu]
        assert (column[0], column[7200 // resolution]) == (1, 3)


def test_only_what_is_rolled_up_and_old_is_trimmed(host: Host) -> None:
    series = Series.objects.create(host=host, pod_name="web")
    data = encode(empty())
    for start, rolled in ((BEGIN, True), (BEGIN + HOUR, False), (BEGIN + 2 * HOUR, True)):
        Block.objects.create(series=series, resolution=10, start=start, data=data, rolled=rolled)
    assert not trim_some(10, BEGIN + 3 * HOUR)
    assert list(Block.objects.order_by("start").values_list("start", flat=True)) == [BEGIN + HOUR, BEGIN + 2 * HOUR]


def test_everything_at_once_within_its_time(host: Host) -> None:
    soon = override_settings(HISTORY_KEEP=[3600, 7200, 10_800])
    old = int(time.time()) - 3 * RUN
    columns = empty()
    put(columns, old - old % HOUR, 10, old - old % HOUR, points.unpack(points.pack(point(7.0))))
    series = Series.objects.create(host=host, pod_name="old")
    Block.objects.create(series=series, resolution=10, start=old - old % HOUR, data=encode(columns))
    take_samples(samples(int(time.time()) // 10 * 10, {"web": 5.0}))
    with soon:
        keep_history()
    # The old block was rolled up as far as it goes, then each was trimmed, then the series was forgotten.
    assert not Block.objects.exists()
    assert set(Series.objects.values_list("pod_name", flat=True)) == {"web"}
