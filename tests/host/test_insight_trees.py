"""The tree of a pod's cgroups from recorded files: cgroup v2, the systemd manager, hybrid machines."""

from pathlib import Path

import msgspec

from pods.cgroups.layout import detect
from pods.cgroups.tree import kind_of_layout, process_names
from pods.host.in_force import Kernel
from pods.host.insight import read_namespaces
from pods.host.insight_tree import Inspected, find_pod_path, read_tree
from pods.messages.insight import CgroupTree
from tests.builders import container, engine_id
from tests.cgroups.trees import V1_FILES, V2_FILES, process, v1, v2, write

POD = engine_id("web")
INFRA = container("web", "infra", is_infra=True, pid=10)
APP = container("web", "app", pid=11)
SLICE = f"/machine.slice/machine-libpod_pod_{POD}.slice"


def kernel(tmp_path: Path) -> Kernel:
    write(tmp_path / "proc", {"meminfo": "MemTotal:  1000 kB\nMemFree: 1 kB\n"})
    return Kernel(layout=detect(tmp_path / "cgroup"), proc_root=tmp_path / "proc")


def read(tmp_path: Path, path: str | None, **inspected: Inspected) -> CgroupTree:
    ids = {engine_id(f"web/{name}"): one for name, one in inspected.items()}
    tree = read_tree(kernel(tmp_path), "web", path, [INFRA, APP], ids, between=0)
    return msgspec.convert(msgspec.to_builtins(tree), CgroupTree)  # it survives the way


def test_with_the_systemd_manager_on_v2(tmp_path: Path) -> None:
    root, proc = tmp_path / "cgroup", tmp_path / "proc"
    limits = {**V2_FILES, "cpu.max": "50000 100000\n", "cgroup.controllers": "cpu memory pids\n"}
    v2(root, SLICE, files={**limits, "cgroup.stat": "nr_descendants 4\nnr_dying_descendants 3\n"})
    for name in (f"libpod-{INFRA.id}.scope", f"libpod-{APP.id}.scope", f"libpod-{APP.id}.scope/container"):
        write(root / SLICE[1:] / name, limits)
    write(root / SLICE[1:] / f"libpod-conmon-{APP.id}.scope", {**V2_FILES, "cgroup.procs": ""})
    write(root / SLICE[1:] / f"libpod-{'e' * 64}.scope", V2_FILES)
    process(proc, 10, f"0::{SLICE}/libpod-{INFRA.id}.scope\n")
    process(proc, 11, f"0::{SLICE}/libpod-{APP.id}.scope/container\n")
    assert find_pod_path(kernel(tmp_path), [INFRA, APP], POD, None) == SLICE
    tree = read(tmp_path, SLICE)
    assert tree.version == "v2"
    assert [node.kind for node in tree.nodes] == ["pod", "infra", "container", "conmon", "other"]
    pod, _, app, conmon, other = tree.nodes
    assert (app.inner, app.container, app.path) == (1, APP.id, f"{SLICE}/libpod-{APP.id}.scope")
    assert (conmon.inside, other.name) == (True, f"libpod-{'e' * 64}.scope")
    assert pod.totals.charged == 3_000_000
    assert pod.usage is not None
    assert pod.usage.memory == 2_000_000
    assert pod.limits is not None
    assert pod.limits.cpu_quota == 50_000
    assert tree.dying == 3
    assert tree.delegated == ("cpu", "memory", "pids")
    assert [level.path for level in tree.above] == ["/machine.slice"]


def test_a_controller_that_was_not_delegated_is_unknown_and_not_zero(tmp_path: Path) -> None:
    files = {name: text for name, text in V2_FILES.items() if not name.startswith("io")}
    v2(tmp_path / "cgroup", f"/user.slice/{POD}", files=files)
    (pod, *_) = read(tmp_path, f"/user.slice/{POD}").nodes
    assert pod.usage is not None
    assert pod.usage.read is None
    assert "io.stat" in pod.usage.missing["read"]
    assert pod.totals.devices is None
    assert pod.limits is not None
    assert pod.limits.blkio_weight is None


def test_conmon_elsewhere_is_named_and_not_counted_with_others(tmp_path: Path) -> None:
    v2(tmp_path / "cgroup", f"/libpod_parent/{POD}")
    v2(tmp_path / "cgroup", "/machine.slice/libpod-conmon-x.scope")
    proc = tmp_path / "proc"
    process(proc, 20, "0::/machine.slice/libpod-conmon-x.scope\n")
    process(proc, 21, "0::/user.slice/session-1.scope\n")
    tree = read(tmp_path, f"/libpod_parent/{POD}", infra=Inspected(conmon_pid=20), app=Inspected(conmon_pid=21))
    own, other = [node for node in tree.nodes if node.kind == "conmon"]
    assert (own.inside, other.inside) == (False, False)
    assert own.usage is not None
    assert other.usage is None
    assert "other things" in other.unread


def test_a_hybrid_machine_is_called_so(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    v1(root, f"/libpod_parent/{POD}", joined=True, hybrid=True)
    for controller, files in V1_FILES.items():
        mount = "cpu,cpuacct" if controller == "cpuacct" else controller
        write(root / mount / "libpod_parent" / POD / f"libpod-{APP.id}", files)
    tree = read(tmp_path, f"/libpod_parent/{POD}")
    assert (tree.version, tree.delegated, tree.dying) == ("hybrid", None, None)
    assert [node.kind for node in tree.nodes if node.path] == ["pod", "container"]
    assert kind_of_layout(detect(tmp_path / "nowhere")) == "v1"


def test_a_cgroup_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    v2(tmp_path / "cgroup", "/libpod_parent/other")
    tree = read(tmp_path, f"/libpod_parent/{POD}")
    assert "is not there" in tree.reason
    assert {node.unread for node in tree.nodes} == {"It does not run, so it has no cgroup."}
    outside = read(tmp_path, f"/../{POD}")
    assert "outside" in outside.reason
    assert outside.nodes[0].usage is not None
    assert outside.nodes[0].usage.memory is None


def test_a_pod_of_very_many_cgroups_tells_the_first_of_them(tmp_path: Path) -> None:
    v2(tmp_path / "cgroup", f"/libpod_parent/{POD}")
    for number in range(320):
        (tmp_path / "cgroup" / "libpod_parent" / POD / f"x{number}").mkdir()
    tree = read(tmp_path, f"/libpod_parent/{POD}")
    assert len(tree.nodes) == 300
    assert tree.left_out == 23


def test_processes_are_named(tmp_path: Path) -> None:
    v2(tmp_path / "cgroup", "/a/conmon", files={"cgroup.procs": "7\n8\n9\n"})
    write(tmp_path / "proc" / "7", {"comm": "conmon\n"})
    write(tmp_path / "proc" / "8", {"comm": "cat\n"})
    assert process_names(detect(tmp_path / "cgroup"), "/a/conmon", tmp_path / "proc") == ["cat", "conmon"]


def test_namespaces_of_a_process_that_is_gone_are_unknown(tmp_path: Path) -> None:
    inodes, missing = read_namespaces(kernel(tmp_path), 99)
    assert inodes == {}
    assert set(missing) == {"net", "ipc", "uts", "pid", "user", "cgroup", "mnt"}
