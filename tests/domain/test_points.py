"""The arithmetic of history: whatever comes in, averages are weighted, maxima kept, gaps stay gaps."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.domain import points
from pods.domain.points import COLUMNS, POINTS, coarser, decode, empty, encode, join, pack, put, rounded, unpack
from pods.messages.samples import METRICS, Point

UNKNOWN = math.nan
VALUES = st.floats(0, 2.0**50, width=32)
TOLERANCE = 2**-10


def one_point(ticks: int, *pairs: tuple[float, float]) -> Sequence[float]:
    """Return a point whose first metrics are ``pairs``; the others are unknown."""
    flat = [number for pair in pairs for number in pair]
    return rounded([float(ticks), *flat, *[UNKNOWN] * (COLUMNS - 1 - len(flat))])


MEASURED = st.builds(
    lambda ticks, pair: one_point(ticks, (min(pair), max(pair))),
    st.integers(1, 10),
    st.tuples(VALUES, VALUES) | st.just((UNKNOWN, UNKNOWN)),
)
GAP = one_point(0)


@given(st.lists(VALUES, min_size=COLUMNS, max_size=COLUMNS))
def test_rounding_is_near_keeps_the_order_and_is_done_once(values: list[float]) -> None:
    once = rounded(values)
    assert list(rounded(once)) == list(once)
    for before, after in zip(values, once, strict=True):
        assert after == pytest.approx(before, rel=2**-11, abs=1e-37)
    assert max(once) == rounded([max(values)] * COLUMNS)[0]


@given(st.lists(MEASURED | st.just(GAP), min_size=1, max_size=12))
def test_several_points_make_one_with_the_weighted_average_and_the_highest_maximum(
    several: list[Sequence[float]],
) -> None:
    joined = join(several)
    measured = [point for point in several if point[0] > 0]
    if not measured:
        assert joined is None
        return
    assert joined is not None
    assert joined[0] == sum(point[0] for point in measured)
    known = [point for point in measured if not math.isnan(point[1])]
    if not known:
        assert math.isnan(joined[1])
        assert math.isnan(joined[2])
        return
    average = sum(point[0] * point[1] for point in known) / sum(point[0] for point in known)
    assert joined[1] == pytest.approx(average, rel=TOLERANCE, abs=1e-30)
    assert joined[2] == max(point[2] for point in known)


@given(st.lists(MEASURED | st.just(GAP), min_size=6, max_size=60))
def test_the_way_by_the_minute_ends_where_the_straight_way_ends(several: list[Sequence[float]]) -> None:
    minutes = [join(several[first : first + 6]) for first in range(0, len(several), 6)]
    stepwise, at_once = join([one for one in minutes if one is not None] or [GAP]), join(several)
    assert (stepwise is None) == (at_once is None)
    if stepwise is not None and at_once is not None:
        assert stepwise[0] == at_once[0]
        if math.isnan(at_once[1]):
            assert math.isnan(stepwise[1])
            return
        # A minute may know a metric for only part of its samples; then its weight is a little more than its knowledge.
        if all(not math.isnan(point[1]) for point in several if point[0] > 0):
            assert stepwise[1] == pytest.approx(at_once[1], rel=2 * TOLERANCE, abs=1e-30)
        assert stepwise[2] == at_once[2]


@given(st.dictionaries(st.integers(0, POINTS - 1), MEASURED, max_size=30))
def test_a_block_reads_back_as_it_was_written(found: dict[int, Sequence[float]]) -> None:
    columns = empty()
    for place, point in found.items():
        put(columns, 36_000, 10, 36_000 + 10 * place, point)
    again = decode(encode(columns))
    for place in range(POINTS):
        expected = found.get(place, [UNKNOWN] * COLUMNS)
        for column, value in zip(again, expected, strict=True):
            assert column[place] == value or (math.isnan(column[place]) and math.isnan(value))


@given(st.dictionaries(st.integers(0, POINTS - 1), MEASURED, max_size=20))
def test_rolling_up_twice_changes_nothing(found: dict[int, Sequence[float]]) -> None:
    fine = empty()
    for place, point in found.items():
        put(fine, 25_200, 10, 25_200 + 10 * place, point)
    target = empty()
    coarser(target, 21_600, 60, fine, 25_200, 10)
    once = encode(target)
    coarser(target, 21_600, 60, fine, 25_200, 10)
    assert encode(target) == once
    filled = {place for place in range(POINTS) if target[0][place] > 0}
    assert filled == {60 + place // 6 for place in found}


def test_what_the_finer_block_does_not_have_is_left_as_it_is() -> None:
    target = empty()
    put(target, 0, 60, 120, one_point(60, (1, 2)))
    coarser(target, 0, 60, empty(), 0, 10)
    assert (target[0][2], target[1][2], target[2][2]) == (60, 1, 2)


def test_a_point_of_a_message_is_packed_with_its_unknowns() -> None:
    known = Point(10, tuple(float(n) for n in range(len(METRICS))), tuple(float(2 * n) for n in range(len(METRICS))))
    values = unpack(pack(known))
    assert values[0] == 10
    assert values[points.column("received")] == 3
    assert values[points.column("received") + 1] == 6
    nothing = unpack(pack(Point(3, (None,) * len(METRICS), (None,) * len(METRICS))))
    assert nothing[0] == 3
    assert all(math.isnan(value) for value in nothing[1:])


def test_a_host_worker_of_another_version_knows_fewer_or_more_metrics() -> None:
    fewer = unpack(pack(Point(1, (5.0,), (6.0,))))
    assert list(fewer[:3]) == [1, 5, 6]
    assert math.isnan(fewer[3])
    more = unpack(pack(Point(1, (5.0,) * 40, (6.0,) * 40)))
    assert len(more) == COLUMNS


def test_numbers_beyond_a_float_are_cut_not_refused() -> None:
    assert unpack(pack(Point(1, (1e300,), (1e300,))))[1] > 1e38


def test_a_block_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        decode(b"\x09\x01" + encode(empty())[2:])


def test_an_idle_block_is_small() -> None:
    columns = empty()
    for place in range(POINTS):
        put(columns, 0, 10, 10 * place, one_point(10, *[(0.0, 0.0)] * len(METRICS)))
    assert len(encode(columns)) < 200
