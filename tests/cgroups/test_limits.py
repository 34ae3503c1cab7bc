"""The kernel's limits, from trees of machines that cannot be had here. The real ones: tests/host/test_in_force.py."""

from pathlib import Path

import pytest

from pods.cgroups.layout import detect
from pods.cgroups.limits import read_limits
from pods.cgroups.reader import CgroupGoneError
from tests.cgroups import trees

POD = f"/libpod_parent/{trees.POD}"
SLICE = f"/machine.slice/machine-libpod_pod_{trees.POD}.slice"
V1 = {
    "cpu": {"cpu.cfs_period_us": "100000\n", "cpu.cfs_quota_us": "50000\n", "cpu.shares": "512\n"},
    "cpuset": {"cpuset.cpus": "\n", "cpuset.mems": "0\n", "cpuset.effective_cpus": "0-3\n"},
    "memory": {
        "memory.limit_in_bytes": "67108864\n",
        "memory.memsw.limit_in_bytes": "9223372036854771712\n",
        "memory.stat": "cache 9\nhierarchical_memory_limit 33554432\nhierarchical_memsw_limit 5\n",
    },
    "blkio": {
        "blkio.weight": "500\n",
        "blkio.throttle.read_bps_device": "254:0 1048576\n8:0 7\n",
        "blkio.throttle.write_bps_device": "\n",
        "blkio.throttle.read_iops_device": "254:0 300\n",
        "blkio.throttle.write_iops_device": "",
    },
    "pids": {"pids.max": "max\n"},
}
V2 = {
    "cpu.max": "50000 100000\n",
    "cpu.weight": "79\n",
    "cpuset.cpus": "0-1\n",
    "cpuset.mems": "\n",
    "cpuset.cpus.effective": "0-1\n",
    "memory.max": "67108864\n",
    "memory.swap.max": "max\n",
    "io.weight": "default 4950\n8:0 20\n",
    "io.max": "8:16 rbps=2097152 wbps=max riops=max wiops=120\n8:0 rbps=max wbps=9 riops=max wiops=max\n",
    "pids.max": "2048\n",
}


def v1(root: Path, *, joined: bool = False, hybrid: bool = False) -> None:
    for controller, files in V1.items():
        mount = "cpu,cpuacct" if joined and controller == "cpu" else controller
        trees.write(root / mount / POD.strip("/"), files)
    if hybrid:
        trees.write(root / "unified", {"cgroup.controllers": "\n"})


def v2(root: Path, files: dict[str, str] = V2, path: str = SLICE) -> None:
    trees.write(root, {"cgroup.controllers": "cpuset cpu io memory pids\n", "cpuset.cpus.effective": "0-7\n"})
    trees.write(root / path.strip("/"), files)


@pytest.mark.parametrize(("joined", "hybrid"), [(False, False), (True, False), (True, True)])
def test_version_1(tmp_path: Path, joined: bool, hybrid: bool) -> None:
    v1(tmp_path, joined=joined, hybrid=hybrid)
    found = read_limits(detect(tmp_path), POD)
    assert (found.cpu_period, found.cpu_quota, found.cpu_shares, found.cpu_weight) == (100000, 50000, 512, None)
    assert (found.cpuset_cpus, found.cpuset_mems, found.effective_cpus) == ("", "0", "0-3")
    assert (found.memory, found.memory_swap, found.effective_memory) == (67108864, -1, 33554432)
    assert (found.blkio_weight, found.pids) == (500, -1)
    assert found.device_read_bps == {"254:0": 1048576, "8:0": 7}
    assert (found.device_write_bps, found.device_read_iops) == ({}, {"254:0": 300})
    assert found.missing == {}


def test_version_2(tmp_path: Path) -> None:
    v2(tmp_path)
    trees.write(tmp_path / "machine.slice", {"memory.max": "33554432\n"})
    found = read_limits(detect(tmp_path), SLICE)
    assert (found.cpu_period, found.cpu_quota, found.cpu_weight, found.cpu_shares) == (100000, 50000, 79, None)
    assert (found.cpuset_cpus, found.cpuset_mems, found.effective_cpus) == ("0-1", "", "0-1")
    assert (found.memory, found.memory_swap, found.effective_memory) == (67108864, -1, 33554432)
    assert (found.blkio_weight, found.pids) == (500, 2048)
    assert found.device_read_bps == {"8:16": 2097152}
    assert (found.device_write_bps, found.device_write_iops) == ({"8:0": 9}, {"8:16": 120})
    assert found.missing == {}


def test_what_no_ancestor_limits_is_unlimited(tmp_path: Path) -> None:
    v2(tmp_path, V2 | {"memory.max": "max\n", "cpu.max": "max 100000\n"}, POD)
    found = read_limits(detect(tmp_path), POD)
    assert (found.memory, found.effective_memory, found.cpu_quota) == (-1, -1, -1)


def test_a_level_without_a_controller_has_the_processors_of_the_one_above(tmp_path: Path) -> None:
    files = {name: text for name, text in V2.items() if not name.startswith("cpuset")}
    v2(tmp_path, files)
    found = read_limits(detect(tmp_path), SLICE)
    assert found.effective_cpus == "0-7"
    assert found.cpuset_cpus is None
    assert "cpuset.cpus" in found.missing["cpuset_cpus"]


def test_bfq_has_a_weight_of_its_own(tmp_path: Path) -> None:
    v2(tmp_path, V2 | {"io.bfq.weight": "default 300\n"})
    assert read_limits(detect(tmp_path), SLICE).blkio_weight == 300


def test_what_is_not_there_is_unknown_with_its_reason(tmp_path: Path) -> None:
    trees.write(tmp_path / "memory" / POD.strip("/"), {"memory.limit_in_bytes": "nonsense\n"})
    found = read_limits(detect(tmp_path), POD)
    assert found.memory is None
    assert found.missing["memory"] == "memory.limit_in_bytes: could not be understood"
    assert found.missing["pids"] == "no pids controller"
    assert found.missing["memory_swap"] == "memory.memsw.limit_in_bytes: this cgroup does not have it"
    trees.write(tmp_path / "two", {"cgroup.controllers": "pids\n"})
    trees.write(tmp_path / "two" / "x", {"pids.max": "5\n"})
    bare = read_limits(detect(tmp_path / "two"), "/x")
    assert bare.pids == 5
    known = {"pids", "cpu_shares", "device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops"}
    assert set(bare.missing) == {
        "cpu_period",
        "cpu_quota",
        "cpu_weight",
        "cpuset_cpus",
        "cpuset_mems",
        "memory",
        "memory_swap",
        "blkio_weight",
        "effective_memory",
        "effective_cpus",
    }
    assert not known & set(bare.missing)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_cgroup_that_is_gone(tmp_path: Path, version: str) -> None:
    if version == "v2":
        v2(tmp_path)
    else:
        v1(tmp_path)
    with pytest.raises(CgroupGoneError):
        read_limits(detect(tmp_path), "/libpod_parent/" + "c" * 64)


def test_a_cgroup_outside_our_namespace_is_unknown(tmp_path: Path) -> None:
    v1(tmp_path)
    assert "namespace" in read_limits(detect(tmp_path), "/../elsewhere").missing["memory"]
