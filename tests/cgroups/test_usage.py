import pytest
from msgspec.structs import replace

from pods.cgroups.reader import Counters
from pods.cgroups.usage import FELL, FIRST, UNREADABLE, usage

RAM = 8_000_000_000
FIRST_READING = Counters(1_000_000_000, cpu=100, memory=50, memory_limit=60, pids=2, read=1000, write=0)


def test_the_first_sample_has_no_rates_and_says_why() -> None:
    one = usage(None, FIRST_READING, missing={}, memory_total=RAM)
    assert (one.cpu, one.read, one.write) == (None, None, None)
    assert one.missing == {"cpu": FIRST, "read": FIRST, "write": FIRST}
    assert (one.memory, one.memory_limit, one.pids) == (50, 60, 2)


def test_rates_are_per_second_of_the_time_that_really_passed() -> None:
    now = replace(FIRST_READING, at=3_000_000_000, cpu=3_000_000_100, read=5000)
    one = usage(FIRST_READING, now, missing={}, memory_total=RAM)
    assert one.cpu == pytest.approx(150.0)
    assert (one.read, one.write, one.missing) == (2000.0, 0.0, {})


def test_a_counter_that_fell_is_unknown_for_one_tick_never_negative() -> None:
    now = replace(FIRST_READING, at=2_000_000_000, cpu=99)
    one = usage(FIRST_READING, now, missing={}, memory_total=RAM)
    assert (one.cpu, one.read) == (None, 0.0)
    assert one.missing == {"cpu": FELL}
    later = usage(now, replace(now, at=3_000_000_000), missing={}, memory_total=RAM)
    assert (later.cpu, later.missing) == (0.0, {})


def test_the_kernels_reason_wins() -> None:
    now = Counters(2_000_000_000, cpu=5)
    missing = dict.fromkeys(("memory", "memory_limit", "pids", "read", "write"), "no controller")
    one = usage(None, now, missing=missing, memory_total=RAM)
    assert one.missing == {**missing, "cpu": FIRST}
    assert one.memory_limit is None


def test_what_could_not_be_understood_is_named() -> None:
    now = replace(FIRST_READING, at=2_000_000_000, cpu=None, pids=None)
    one = usage(FIRST_READING, now, missing={}, memory_total=RAM)
    assert one.missing == {"cpu": UNREADABLE, "pids": UNREADABLE}


@pytest.mark.parametrize(("limit", "expected"), [(None, RAM), (RAM * 2, RAM), (0, RAM), (70, 70)])
def test_the_limit_is_at_most_the_hosts_memory(limit: int | None, expected: int) -> None:
    now = replace(FIRST_READING, memory_limit=limit)
    assert usage(None, now, missing={}, memory_total=RAM).memory_limit == expected
