from pathlib import Path

import pytest

from pods.cgroups.layout import container_path, detect, pod_path
from tests.cgroups.trees import CONTAINER, POD, process, v1, v2

CGROUPFS = f"/libpod_parent/{POD}/libpod-{CONTAINER}"
SCOPE = f"/machine.slice/machine-libpod_pod_{POD}.slice/libpod-{CONTAINER}.scope"
USER = f"/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_{POD}.slice"
SPLIT = f"/system.slice/web.service/libpod-payload-{CONTAINER}"


@pytest.mark.parametrize("hybrid", [False, True])
def test_v1_with_a_mount_for_each_controller(tmp_path: Path, hybrid: bool) -> None:
    v1(tmp_path, CGROUPFS, hybrid=hybrid)
    layout = detect(tmp_path)
    assert layout.version == "v1"
    assert set(layout.controllers) == {"cpuacct", "memory", "pids", "blkio"}
    assert layout.directory("memory", CGROUPFS) == tmp_path / f"memory{CGROUPFS}"
    assert layout.directory("io", CGROUPFS) is None


def test_v1_with_joined_controllers(tmp_path: Path) -> None:
    v1(tmp_path, CGROUPFS, joined=True)
    directory = detect(tmp_path).directory("cpuacct", CGROUPFS)
    assert directory is not None
    assert directory.samefile(tmp_path / f"cpu,cpuacct{CGROUPFS}")


def test_v2_has_one_directory_for_every_controller(tmp_path: Path) -> None:
    v2(tmp_path, SCOPE)
    layout = detect(tmp_path)
    assert layout.version == "v2"
    assert layout.directory("memory", SCOPE) == layout.directory("pids", SCOPE) == tmp_path / SCOPE.strip("/")


def test_a_machine_without_cgroups_has_no_controllers(tmp_path: Path) -> None:
    assert detect(tmp_path / "nothing").controllers == {}


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        (f"4:memory:{CGROUPFS}\n1:name=systemd:/far/longer{CGROUPFS}/deeper\n0::/\n", CGROUPFS),
        (f"4:memory:/\n2:cpu,cpuacct:{CGROUPFS}\n", CGROUPFS),
        (f"0::{SCOPE}/container\n", SCOPE),
        (f"0::{USER}/libpod-{CONTAINER}.scope/container\n", f"{USER}/libpod-{CONTAINER}.scope"),
        (f"0::{CGROUPFS}/init.scope\n", CGROUPFS),
        (f"0::{SPLIT}/deep/er\n", SPLIT),
        ("0::/somewhere/else\n", "/somewhere/else"),
        ("0::/a:b\n", "/a:b"),
    ],
)
def test_the_container_is_found_by_libpods_rules(tmp_path: Path, cgroup: str, expected: str) -> None:
    process(tmp_path, 7, cgroup)
    assert container_path(7, tmp_path) == expected


def test_an_engine_inside_the_container_does_not_take_its_place(tmp_path: Path) -> None:
    process(tmp_path, 7, f"0::{CGROUPFS}/libpod_parent/libpod-{'c' * 64}\n")
    assert container_path(7, tmp_path, container_id=CONTAINER) == CGROUPFS


@pytest.mark.parametrize("cgroup", ["", "garbage\n", "1:name=systemd:/x\n"])
def test_no_cgroup_no_path(tmp_path: Path, cgroup: str) -> None:
    process(tmp_path, 7, cgroup)
    assert container_path(7, tmp_path) is None


def test_a_process_that_is_gone_has_no_path(tmp_path: Path) -> None:
    assert container_path(7, tmp_path) is None


@pytest.mark.parametrize(
    ("container", "pod"),
    [
        (CGROUPFS, f"/libpod_parent/{POD}"),
        (SCOPE, f"/machine.slice/machine-libpod_pod_{POD}.slice"),
        (f"{USER}/libpod-{CONTAINER}.scope", USER),
        (SPLIT, None),
        (f"/libpod_parent/libpod-{CONTAINER}", None),
    ],
)
def test_the_pod_is_the_parent_that_ends_in_its_id(container: str, pod: str | None) -> None:
    assert pod_path(container, POD) == pod
    assert pod_path(container, "") is None
