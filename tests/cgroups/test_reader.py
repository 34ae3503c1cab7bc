from pathlib import Path

import pytest

from pods.cgroups.layout import detect
from pods.cgroups.reader import OUTSIDE, CgroupGoneError, CgroupReader
from pods.cgroups.usage import usage
from tests.cgroups.trees import POD, V2_FILES, open_files, v1, v2, write

PATH = f"/libpod_parent/{POD}"
SCOPE = f"/machine.slice/machine-libpod_pod_{POD}.slice/libpod-x.scope"


@pytest.mark.parametrize("kind", ["v1", "joined", "hybrid", "v2"])
def test_every_counter_is_read(tmp_path: Path, kind: str) -> None:
    if kind == "v2":
        v2(tmp_path, SCOPE)
        (tmp_path / SCOPE.strip("/") / "../memory.max").write_text("64000000\n")
    else:
        v1(tmp_path, PATH, joined=kind == "joined", hybrid=kind == "hybrid")
    reader = CgroupReader(detect(tmp_path), SCOPE if kind == "v2" else PATH)
    now = reader.read()
    assert reader.missing == {}
    assert (now.cpu, now.memory, now.memory_limit, now.pids) == (5_000_000_000, 2_000_000, 64_000_000, 3)
    assert (now.read, now.write) == (1100, 220)


def test_files_stay_open_and_are_closed(tmp_path: Path) -> None:
    v1(tmp_path, PATH)
    before = open_files()
    reader = CgroupReader(detect(tmp_path), PATH)
    opened = open_files()
    reader.read()
    assert open_files() == opened == before + 5
    reader.close()
    reader.close()
    assert open_files() == before
    with pytest.raises(CgroupGoneError):
        reader.read()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_cgroup_that_does_not_exist_is_gone(tmp_path: Path, version: str) -> None:
    (v1 if version == "v1" else v2)(tmp_path, PATH)
    before = open_files()
    with pytest.raises(CgroupGoneError):
        CgroupReader(detect(tmp_path), "/libpod_parent/other")
    assert open_files() == before


def test_v2_without_controllers_gives_cpu_time_and_names_the_rest(tmp_path: Path) -> None:
    v2(tmp_path, PATH, files={"cpu.stat": V2_FILES["cpu.stat"]})
    reader = CgroupReader(detect(tmp_path), PATH)
    now = reader.read()
    assert now.cpu == 5_000_000_000
    assert now.memory is now.memory_limit is now.pids is now.read is now.write is None
    assert set(reader.missing) == {"memory", "memory_limit", "pids", "read", "write"}
    assert all("does not have it" in why for why in reader.missing.values())


def test_a_v1_hierarchy_that_is_not_mounted_is_named(tmp_path: Path) -> None:
    v1(tmp_path, PATH)
    (tmp_path / "pids").rename(tmp_path / "elsewhere")
    assert CgroupReader(detect(tmp_path), PATH).missing == {"pids": "no pids controller"}


def test_memory_without_its_stat_file_is_unknown_not_wrong(tmp_path: Path) -> None:
    v1(tmp_path, PATH)
    (tmp_path / f"memory{PATH}/memory.stat").unlink()
    reader = CgroupReader(detect(tmp_path), PATH)
    assert reader.read().memory is None
    assert set(reader.missing) == {"memory", "memory_limit"}


def test_v2_takes_the_smallest_limit_up_the_tree(tmp_path: Path) -> None:
    v2(tmp_path, SCOPE)
    (tmp_path / "machine.slice/memory.max").write_text("200\n")
    (tmp_path / SCOPE.strip("/") / "memory.max").write_text("300\n")
    assert CgroupReader(detect(tmp_path), SCOPE).read().memory_limit == 200


def test_no_limit_is_not_an_unknown_limit(tmp_path: Path) -> None:
    v1(tmp_path, PATH)
    write(tmp_path / f"memory{PATH}", {"memory.stat": "hierarchical_memory_limit 9223372036854771712\n"})
    reader = CgroupReader(detect(tmp_path), PATH)
    assert reader.read().memory_limit is None
    assert "memory_limit" not in reader.missing


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_limit_of_what_idles_is_read_every_other_time_and_the_rest_always(tmp_path: Path, version: str) -> None:
    (v1 if version == "v1" else v2)(tmp_path, PATH)
    memory, other = tmp_path / f"memory{PATH}", tmp_path / PATH.strip("/")
    limit = "hierarchical_memory_limit {}\ntotal_inactive_file 0\n" if version == "v1" else "{}\n"
    file = memory / "memory.stat" if version == "v1" else other / "memory.max"
    pids = (tmp_path / f"pids{PATH}" if version == "v1" else other) / "pids.current"
    cpu = tmp_path / f"cpuacct{PATH}/cpuacct.usage" if version == "v1" else other / "cpu.stat"
    if version == "v2":
        file.write_text(limit.format(2**30))
    reader = CgroupReader(detect(tmp_path), PATH)
    former = reader.read().memory_limit
    assert former is not None
    file.write_text(limit.format(former - 4096))
    pids.write_text("4\n")
    first, second = reader.read(), reader.read()
    assert (first.memory_limit, second.memory_limit) == (former, former - 4096)
    assert (first.pids, second.pids) == (4, 4)
    file.write_text(limit.format(former - 8192))
    cpu.write_text("6000000000\n" if version == "v1" else "usage_usec 6000000\n")
    assert reader.read().memory_limit == former - 8192


def test_inactive_cache_above_usage_is_no_negative_memory(tmp_path: Path) -> None:
    v1(tmp_path, PATH)
    write(tmp_path / f"memory{PATH}", {"memory.usage_in_bytes": "5\n"})
    assert CgroupReader(detect(tmp_path), PATH).read().memory == 0


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_path_outside_our_cgroup_namespace_is_unknown_with_the_reason(tmp_path: Path, version: str) -> None:
    (v1 if version == "v1" else v2)(tmp_path / "root", PATH)
    reader = CgroupReader(detect(tmp_path / "root"), f"/../..{PATH}")
    one = usage(None, reader.read(), missing=reader.missing, memory_total=9)
    assert set(one.missing.values()) == {OUTSIDE}
    assert one.cpu is one.memory is one.memory_limit is one.pids is one.read is one.write is None
