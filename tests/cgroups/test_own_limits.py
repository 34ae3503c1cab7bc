"""The limits of one cgroup alone, from files that stay open. The real ones: tests/host/test_noticer.py."""

from pathlib import Path

import pytest

from pods.cgroups.layout import detect
from pods.cgroups.own_limits import OwnLimitReader
from tests.cgroups import trees
from tests.cgroups.test_limits import POD, SLICE, V2, v1, v2


def test_version_1(tmp_path: Path) -> None:
    v1(tmp_path)
    reader = OwnLimitReader(detect(tmp_path), POD)
    assert reader.read() == {"memory": 64 << 20, "cpu": 0.5, "cpu_weight": 512, "pids": -1, "cpuset": ""}
    (tmp_path / "cpu" / POD.strip("/") / "cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "memory" / POD.strip("/") / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    changed = reader.read()
    assert (changed["cpu"], changed["memory"]) == (-1, -1)
    reader.close()


def test_version_2(tmp_path: Path) -> None:
    v2(tmp_path)
    reader = OwnLimitReader(detect(tmp_path), SLICE)
    assert reader.read() == {"memory": 64 << 20, "cpu": 0.5, "cpu_weight": 79, "pids": 2048, "cpuset": "0-1"}
    (tmp_path / SLICE.strip("/") / "cpu.max").write_text("max 100000\n")
    assert reader.read()["cpu"] == -1
    reader.close()


@pytest.mark.parametrize("text", ["", "\n", "50000", "x y", "50000 0", "max"])
def test_what_is_not_understood_is_left_out(tmp_path: Path, text: str) -> None:
    v2(tmp_path, V2 | {"cpu.max": text, "memory.max": "much\n"})
    reader = OwnLimitReader(detect(tmp_path), SLICE)
    assert set(reader.read()) == {"cpu_weight", "pids", "cpuset"}
    reader.close()


def test_a_cgroup_without_limits_has_none(tmp_path: Path) -> None:
    v2(tmp_path, {"cgroup.procs": ""})
    before = trees.open_files()
    reader = OwnLimitReader(detect(tmp_path), SLICE)
    assert reader.read() == {}
    assert OwnLimitReader(detect(tmp_path), "/../outside").read() == {}
    reader.close()
    assert trees.open_files() == before
