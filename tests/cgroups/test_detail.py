"""Details of a cgroup, from trees of recorded files."""

import errno
import os
from pathlib import Path

import pytest

from pods.cgroups.detail import NO_PRESSURE, NO_PSI, DetailReader
from pods.cgroups.layout import detect
from pods.cgroups.reader import OUTSIDE, CgroupGoneError
from pods.cgroups.usage import detail, quiet
from tests.cgroups.trees import POD, V2_FILES, open_files, v1, v2, write

PATH = f"/libpod_parent/{POD}"
PSI = "some avg10=1.00 avg60=2.00 avg300=3.00 total={some}\nfull avg10=0.50 avg60=0.00 avg300=0.00 total={full}\n"
V1_MORE = {
    "cpuacct": {"cpuacct.usage_user": "3000000000\n", "cpuacct.usage_sys": "2000000000\n"},
    "cpu": {"cpu.stat": "nr_periods 40\nnr_throttled 30\nthrottled_time 5000000\nnr_bursts 0\nburst_time 0\n"},
    "memory": {
        "memory.stat": "rss 1\nhierarchical_memory_limit 9\ntotal_cache 700\ntotal_rss 500\ntotal_swap 20\n",
        "memory.kmem.usage_in_bytes": "333\n",
        "memory.failcnt": "7\n",
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    },
}
V2_MORE = {
    "cpu.stat": "usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\nnr_periods 40\nnr_throttled 30\n"
    "throttled_usec 5000\nnr_bursts 0\nburst_usec 0\n",
    "memory.stat": "anon 500\nfile 700\nkernel 333\nkernel_stack 1\ninactive_file 5\n",
    "memory.swap.current": "20\n",
    "memory.events": "low 1\nhigh 3\nmax 7\noom 4\noom_kill 2\noom_group_kill 0\n",
    "cpu.pressure": PSI.format(some=1000, full=500),
    "memory.pressure": PSI.format(some=2000, full=1500),
    "io.pressure": PSI.format(some=3000, full=2500),
}
DEVICES = {"8:0": (100, 20), "8:16": (1000, 200)}


def make_v1(root: Path, *, hybrid: bool = False, populated: bool = True) -> None:
    v1(root, PATH, hybrid=hybrid)
    for controller, more in V1_MORE.items():
        write(root / controller / PATH.strip("/"), more)
    if hybrid:
        psi = {name: text for name, text in V2_MORE.items() if name.endswith(".pressure")}
        write(root / "unified" / PATH.strip("/"), {**psi, "cgroup.events": f"populated {int(populated)}\nfrozen 0\n"})


def make_v2(root: Path, **changed: str | None) -> None:
    chosen = {name: text for name, text in {**V2_FILES, **V2_MORE, **changed}.items() if text is not None}
    v2(root, PATH, files=chosen)


def test_every_detail_of_v2_is_read(tmp_path: Path) -> None:
    make_v2(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    now = reader.read()
    assert reader.missing == {}
    assert (now.cpu_user, now.cpu_system) == (3_000_000_000, 2_000_000_000)
    assert (now.periods, now.throttled_periods, now.throttled) == (40, 30, 5_000_000)
    assert (now.memory_anon, now.memory_file, now.memory_kernel, now.memory_swap) == (500, 700, 333, 20)
    assert now.events == {"low": 1, "high": 3, "max": 7, "oom": 4, "oom_kill": 2}
    assert now.pressure["cpu_some"] == 1000
    assert (now.pressure["memory_full"], now.pressure["io_some"]) == (1500, 3000)
    assert now.devices == DEVICES


def test_every_detail_of_v1_is_read_and_what_it_has_not_is_named(tmp_path: Path) -> None:
    make_v1(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    now = reader.read()
    assert (now.cpu_user, now.cpu_system) == (3_000_000_000, 2_000_000_000)
    assert (now.periods, now.throttled_periods, now.throttled) == (40, 30, 5_000_000)
    assert (now.memory_anon, now.memory_file, now.memory_kernel, now.memory_swap) == (500, 700, 333, 20)
    assert now.events == {"max": 7, "oom_kill": 2}
    assert now.devices == DEVICES
    assert now.pressure == {}
    assert reader.missing == dict.fromkeys(("cpu_pressure", "memory_pressure", "io_pressure"), NO_PRESSURE)


def test_a_hybrid_machine_has_pressure_only_where_the_container_is_in_both_trees(tmp_path: Path) -> None:
    make_v1(tmp_path / "in", hybrid=True)
    make_v1(tmp_path / "out", hybrid=True, populated=False)
    inside, outside = (DetailReader(detect(tmp_path / one), PATH) for one in ("in", "out"))
    assert inside.read().pressure["io_full"] == 2500
    assert inside.missing == {}
    assert outside.read().pressure == {}
    assert set(outside.missing.values()) == {NO_PRESSURE}


def test_an_old_kernels_memory_is_the_sum_of_its_parts(tmp_path: Path) -> None:
    make_v2(tmp_path, **{"memory.stat": "anon 500\nfile 700\nkernel_stack 10\nslab 5\nsock 1\n"})
    assert DetailReader(detect(tmp_path), PATH).read().memory_kernel == 16


def test_v2_without_controllers_names_each_unknown(tmp_path: Path) -> None:
    v2(tmp_path, PATH, files={"cpu.stat": "usage_usec 5\nuser_usec 3\nsystem_usec 2\n"})
    reader = DetailReader(detect(tmp_path), PATH)
    now = reader.read()
    assert now.cpu_user == 3000
    assert now.periods is now.throttled is now.memory_anon is now.memory_swap is None
    unknown = {"memory_anon", "memory_file", "memory_kernel", "memory_swap", "events", "devices"}
    throttling = {"periods", "throttled_periods", "throttled"}
    assert set(reader.missing) == {*unknown, *throttling, "cpu_pressure", "memory_pressure", "io_pressure"}


def test_pressure_that_the_kernel_was_not_started_with_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_v2(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    refused = reader._files["io_pressure"]._descriptor
    read = os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        if descriptor == refused:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return read(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", pread)
    now = reader.read()
    assert "io_some" not in now.pressure
    assert now.pressure["cpu_some"] == 1000
    assert reader.missing == {"io_pressure": NO_PSI}


def test_files_stay_open_and_are_closed(tmp_path: Path) -> None:
    make_v2(tmp_path)
    before = open_files()
    reader = DetailReader(detect(tmp_path), PATH)
    opened = open_files()
    reader.read()
    assert open_files() == opened > before
    reader.close()
    reader.close()
    assert open_files() == before
    with pytest.raises(CgroupGoneError):
        reader.read()


@pytest.mark.parametrize("make", [make_v1, make_v2])
def test_a_cgroup_that_does_not_exist_is_gone(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path)
    with pytest.raises(CgroupGoneError):
        DetailReader(detect(tmp_path), "/libpod_parent/other")


def test_a_path_outside_our_cgroup_namespace_is_unknown_with_the_reason(tmp_path: Path) -> None:
    make_v2(tmp_path / "root")
    reader = DetailReader(detect(tmp_path / "root"), f"/../..{PATH}")
    one = detail(None, reader.read(), missing=reader.missing)
    assert set(one.missing.values()) == {OUTSIDE}
    assert one.cpu_user is one.throttled is one.memory_anon is None


def test_rates_are_over_the_time_between_the_readings(tmp_path: Path) -> None:
    make_v2(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    before = reader.read()
    later = {
        "cpu.stat": "usage_usec 9\nuser_usec 4000000\nsystem_usec 2500000\nnr_periods 60\nnr_throttled 40\n"
        "throttled_usec 1005000\n",
        "io.pressure": PSI.format(some=1_003_000, full=2500),
        "io.stat": "8:0 rbytes=2100 wbytes=20\n8:16 rbytes=1000 wbytes=200\n9:0 rbytes=0 wbytes=4000\n",
    }
    write(tmp_path / PATH.strip("/"), later)
    now = reader.read()
    now.at = before.at + 2_000_000_000
    one = detail(before, now, missing={})
    assert (one.seconds, one.cpu_user, one.cpu_system) == (2.0, 50.0, 25.0)
    assert (one.periods, one.throttled_periods, one.throttled) == (10.0, 5.0, 50.0)
    assert (one.pressure["io_some"], one.pressure["io_full"]) == (50.0, 0.0)
    assert one.devices == {"8:0": (1000.0, 0.0), "8:16": (0.0, 0.0), "9:0": (0.0, 2000.0)}
    still = quiet(one)
    assert (still.throttled, still.pressure["io_some"], still.memory_anon) == (0.0, 0.0, 500)


@pytest.mark.parametrize(
    ("user", "system", "shown"),
    [(6_000_000, 2_000_000, (7.5, 2.5)), (0, 2_000_000, (0.0, 10.0)), (3_000_000, 0, (10.0, 0.0)), (0, 0, (10.0, 0.0))],
)
def test_user_and_system_time_of_v1_make_up_the_exact_time(
    tmp_path: Path, user: int, system: int, shown: tuple[float, float]
) -> None:
    make_v1(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    before = reader.read()
    assert before.cpu is not None
    assert before.cpu_user is not None
    assert before.cpu_system is not None
    later = {
        "cpuacct.usage": f"{before.cpu + 200_000_000}\n",
        "cpuacct.usage_user": f"{before.cpu_user + user}\n",
        "cpuacct.usage_sys": f"{before.cpu_system + system}\n",
    }
    write(tmp_path / "cpuacct" / PATH.strip("/"), later)
    now = reader.read()
    now.at = before.at + 2_000_000_000
    one = detail(before, now, missing={})
    assert (one.cpu_user, one.cpu_system) == shown


def test_the_first_reading_knows_levels_but_no_rates(tmp_path: Path) -> None:
    make_v2(tmp_path)
    one = detail(None, DetailReader(detect(tmp_path), PATH).read(), missing={})
    assert (one.memory_anon, one.events["oom_kill"]) == (500, 2)
    assert one.seconds is one.cpu_user is one.throttled is None
    assert (one.pressure, one.devices) == ({}, {})


def test_a_short_reading_says_nothing_of_what_it_left_out(tmp_path: Path) -> None:
    make_v1(tmp_path)
    reader = DetailReader(detect(tmp_path), PATH)
    short, whole = reader.read(whole=False), reader.read()
    assert (short.throttled, short.events, short.devices) == (5_000_000, {"max": 7, "oom_kill": 2}, None)
    whole.at = short.at + 1_000_000_000
    one = detail(short, whole, missing={})
    # What had no former value has no rate, least of all one since the machine was started.
    assert (one.cpu_user, one.devices) == (None, {})
