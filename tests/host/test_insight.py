"""The tree of a real pod's cgroups and its namespaces, held to the kernel's own files."""

from pathlib import Path

import msgspec
import pytest

from pods.cgroups.layout import detect
from pods.messages.insight import CgroupTree, Member, Namespaces, Node
from pods.messages.names import Verb
from pods.messages.questions import Kind
from tests.host.conftest import Desk
from tests.host.test_questions import ask

pytestmark = pytest.mark.engine
BURN = ("sh", "-c", "while :; do :; done")


def tree_of(desk: Desk, pod: str) -> CgroupTree:
    found = ask(desk, Kind.CGROUP_TREE, pod)
    assert found.error == "", found
    return msgspec.convert(found.result, CgroupTree)


def spaces_of(desk: Desk, pod: str) -> Namespaces:
    found = ask(desk, Kind.NAMESPACES, pod)
    assert found.error == "", found
    return msgspec.convert(found.result, Namespaces)


def by_name(tree: CgroupTree) -> dict[str, Node]:
    return {node.name: node for node in tree.nodes}


def kernel_text(controller: str, node: Node, file: str) -> str:
    directory = detect().directory(controller, node.path)
    assert directory is not None
    return (directory / file).read_text()


def number(controller: str, node: Node, file: str) -> int:
    return int(kernel_text(controller, node, file))


@pytest.fixture
def v1() -> None:
    if detect().version != "v1":
        pytest.skip("names the files of cgroup v1")


def test_the_tree_names_pod_infra_containers_and_conmon(desk: Desk) -> None:
    desk.make("web", "app")
    desk.box.podman("create", "--pod", "web", "--name", "fresh", desk.box.image, "true")
    tree = tree_of(desk, "web")
    infra = desk.inspect_container(desk.inspect("web")["InfraContainerID"])["Name"]
    assert [(node.kind, node.name) for node in tree.nodes] == [
        ("pod", "web"),
        ("infra", infra),
        ("container", "app"),
        ("container", "fresh"),
        ("conmon", "conmon"),
    ]
    nodes = by_name(tree)
    assert nodes["web"].path.endswith(desk.inspect("web")["CgroupPath"])
    assert all(node.path.startswith(nodes["web"].path) for node in tree.nodes if node.path)
    assert nodes["fresh"].usage is None
    assert "does not run" in nodes["fresh"].unread
    assert set(nodes["conmon"].processes) == {"conmon"}
    assert nodes["conmon"].inside
    assert tree.reason == ""


def test_a_frozen_containers_numbers_are_the_kernels(desk: Desk, v1: None) -> None:
    desk.make("web", "app", app=("sh", "-c", "head -c 300000 /dev/zero > /f; while :; do :; done"))
    desk.box.podman("pause", "app")
    app = by_name(tree_of(desk, "web"))["app"]
    totals, usage = app.totals, app.usage
    assert usage is not None
    assert usage.detail is not None
    assert app.state == "paused"
    assert totals.cpu == number("cpuacct", app, "cpuacct.usage")
    assert totals.cpu_user == number("cpuacct", app, "cpuacct.usage_user")
    assert totals.cpu_system == number("cpuacct", app, "cpuacct.usage_sys")
    assert totals.charged == number("memory", app, "memory.usage_in_bytes")
    assert usage.pids == number("pids", app, "pids.current")
    stat = dict(line.split() for line in kernel_text("memory", app, "memory.stat").splitlines())
    assert usage.detail.memory_anon == int(stat["total_rss"])
    assert usage.detail.memory_file == int(stat["total_cache"])
    assert usage.detail.memory_kernel == number("memory", app, "memory.kmem.usage_in_bytes")
    assert usage.detail.events["max"] == number("memory", app, "memory.failcnt")
    cpu = dict(line.split() for line in kernel_text("cpu", app, "cpu.stat").splitlines())
    assert (totals.periods, totals.throttled_periods, totals.throttled) == (
        int(cpu["nr_periods"]),
        int(cpu["nr_throttled"]),
        int(cpu["throttled_time"]),
    )
    assert usage.cpu == 0.0


def test_the_pods_total_is_its_own_cgroups(desk: Desk, v1: None) -> None:
    desk.make("web", "app", "db", app=("sh", "-c", "head -c 3000000 /dev/zero > /f; sleep 1000"))
    desk.box.podman("pod", "pause", "web")
    nodes = by_name(tree_of(desk, "web"))
    web = nodes["web"]
    assert web.usage is not None
    inside = [node for node in nodes.values() if node is not web]
    assert all(node.inside for node in inside)
    # conmon is not frozen with the pod, but sleeps: nobody speaks to it.
    assert web.totals.charged == number("memory", web, "memory.usage_in_bytes")
    assert web.totals.cpu == number("cpuacct", web, "cpuacct.usage")
    assert web.usage.pids == number("pids", web, "pids.current")
    assert web.usage.pids == sum(node.usage.pids or 0 for node in inside if node.usage)
    assert (web.totals.charged or 0) >= sum(node.totals.charged or 0 for node in inside)


def test_a_burner_is_seen_and_what_throttles_it(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    desk.box.podman("run", "-d", "--pod", "web", "--name", "app", "--cpus", "0.05", desk.box.image, *BURN)
    app = by_name(tree_of(desk, "web"))["app"]
    for _ in range(20):  # on a machine that is busy elsewhere it hardly comes to run
        if app.totals.throttled_periods:
            break
        app = by_name(tree_of(desk, "web"))["app"]
    assert app.usage is not None
    assert 0 < (app.usage.cpu or 0) < 20
    assert (app.totals.throttled_periods or 0) > 0
    assert (app.totals.throttled or 0) > 0
    assert app.limits is not None
    assert (app.limits.cpu_quota, app.limits.cpu_period) == (5_000, 100_000)
    assert app.declared["CpuQuota"] == 5_000


def test_the_pods_limit_is_the_containers_effective_one(desk: Desk, v1: None) -> None:
    desk.make("web", "app", pod=("--cpus", "0.5", "--memory", "64m"))
    nodes = by_name(tree_of(desk, "web"))
    assert nodes["web"].limits is not None
    assert nodes["app"].limits is not None
    assert nodes["web"].limits.memory == 64 * 2**20
    assert (nodes["app"].limits.memory, nodes["app"].limits.effective_memory) == (-1, 64 * 2**20)


def test_what_the_payload_makes_below_is_counted_with_it(desk: Desk) -> None:
    desk.make("web", "app")
    app = by_name(tree_of(desk, "web"))["app"]
    directory = detect().directory("memory", app.path)
    assert directory is not None
    below = directory / "worker"
    below.mkdir()
    try:
        assert by_name(tree_of(desk, "web"))["app"].inner == 1
    finally:
        below.rmdir()


def test_a_pod_that_does_not_run_has_no_usage_and_nothing_is_started(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "web")
    tree = tree_of(desk, "web")
    assert desk.status("web") == "Created"
    assert [node.unread for node in tree.nodes if node.kind == "infra"] == ["It does not run, so it has no cgroup."]


def test_a_pod_without_a_cgroup_of_its_own_says_so(desk: Desk) -> None:
    desk.make("web", "app", pod=("--share-parent=false",))
    tree = tree_of(desk, "web")
    assert "without a cgroup of its own" in tree.reason
    assert by_name(tree)["app"].usage is not None


def test_members_share_what_the_pod_shares_by_inode(desk: Desk) -> None:
    desk.make("web", "app", "db")
    found = spaces_of(desk, "web")
    assert set(found.shared) == {"net", "ipc", "uts"}
    assert found.unread == {}
    proc = Path(f"/proc/{desk.box.pid}/root/proc")
    members = {member.name: member for member in found.members}
    for kind in ("net", "ipc", "uts", "pid", "mnt"):
        real = {name: (proc / str(one.pid) / "ns" / kind).stat().st_ino for name, one in members.items()}
        assert {name: one.inodes[kind] for name, one in members.items()} == real
        shares = len(set(real.values())) == 1
        assert shares is (kind in found.shared)
    assert found.host["net"] not in {one.inodes["net"] for one in found.members}
    assert found.host["user"] == members["app"].inodes["user"]


def test_a_pod_on_the_hosts_network_is_in_the_hosts_namespace(desk: Desk) -> None:
    desk.make("web", "app", pod=("--network", "host"))
    found = spaces_of(desk, "web")
    assert {member.inodes["net"] for member in found.members} == {found.host["net"]}


def test_a_killed_and_restarted_infra_leaves_the_others_in_the_old_network(desk: Desk) -> None:
    desk.make("web", "app")
    infra = desk.inspect("web")["InfraContainerID"]
    desk.box.podman("kill", infra)
    desk.box.podman("wait", infra)
    desk.do(Verb.START, "web")
    found = spaces_of(desk, "web")
    members: dict[bool, Member] = {member.is_infra: member for member in found.members}
    assert members[True].inodes["net"] != members[False].inodes["net"]
    assert members[False].modes["net"].startswith("container:")
    assert found.infra == members[True].container
