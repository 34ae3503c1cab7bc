"""What is in force, on a real engine: the kernel's limits, addresses, stale namespaces, init containers."""

import json
from collections.abc import Iterator

import pytest

from pods.cgroups.layout import CGROUP_ROOT, Layout, detect
from pods.host.in_force import Kernel
from pods.host.watcher import Watcher
from pods.messages.facts import Address
from pods.messages.names import SNAPSHOT, Verb
from pods.messages.specs import ContainerSpec, NetworkAttachment, PodSpec, Resources
from tests.host.conftest import Desk

pytestmark = pytest.mark.engine
FOREVER = ("sleep", "1000")


def test_the_kernels_limits_of_a_running_pod(desk: Desk) -> None:
    limits = Resources(memory=64 << 20, cpu_period=50_000, cpu_quota=25_000, cpu_shares=300, cpuset_cpus="0")
    desk.create(PodSpec(name="web", resources=limits), start=True)
    found = desk.observed("web").kernel_limits
    assert found is not None
    assert found.path.endswith(desk.inspect("web")["CgroupPath"])
    assert (found.memory, found.memory_swap, found.effective_memory) == (64 << 20, 128 << 20, 64 << 20)
    assert (found.cpu_period, found.cpu_quota, found.cpu_shares) == (50_000, 25_000, 300)
    assert (found.cpuset_cpus, found.effective_cpus) == ("0", "0")
    assert found.pids == -1
    # A change that nobody announces is there at the next look.
    path = f"/sys/fs/cgroup/memory{desk.inspect('web')['CgroupPath']}"
    desk.box.run("sh", "-c", f"echo {200 << 20} > {path}/memory.memsw.limit_in_bytes")
    assert desk.observed("web").kernel_limits != found


def test_the_kernels_limits_of_a_pod_that_does_not_run(desk: Desk) -> None:
    outside = detect()
    inside = {name: root / desk.box.cgroup_path for name, root in outside.controllers.items()}
    desk.worker.observer.kernel = Kernel(Layout("v1", CGROUP_ROOT, inside))
    desk.create(PodSpec(name="web", resources=Resources(memory=64 << 20)))
    found = desk.observed("web").kernel_limits
    assert found is not None
    assert (found.memory, found.cpu_quota) == (64 << 20, -1)
    desk.create(PodSpec(name="bare", share_parent=False), start=True)
    assert desk.observed("bare").kernel_limits is None


def test_addresses_come_with_a_start_and_go_with_a_stop(desk: Desk) -> None:
    fixed = NetworkAttachment(static_ips=("10.88.9.9",), static_mac="92:d0:00:11:22:33")
    desk.create(PodSpec(name="web", networks=(fixed,)))
    infra = desk.observed("web").infra
    assert infra is not None
    assert (infra.addresses, infra.exit_command) == ((), None)
    desk.do(Verb.START, "web")
    infra = desk.observed("web").infra
    assert infra is not None
    assert infra.addresses == (Address(network="podman", ip="10.88.9.9", mac="92:d0:00:11:22:33"),)
    assert infra.exit_command is not None
    assert infra.exit_command[-3:] == ("container", "cleanup", infra.container_id)
    desk.do(Verb.STOP, "web")
    infra = desk.observed("web").infra
    assert infra is not None
    assert (infra.addresses, infra.exit_command) == ((), None)


def test_an_address_that_the_engine_draws_is_read_again_after_a_restart(desk: Desk) -> None:
    desk.create(PodSpec(name="web"), start=True)
    before = desk.observed("web").infra
    desk.box.podman("pod", "restart", "web")
    after = desk.observed("web").infra
    known = desk.inspect_container(desk.inspect("web")["InfraContainerID"])["NetworkSettings"]["Networks"]["podman"]
    assert before is not None
    assert after is not None
    assert [one.ip for one in after.addresses] == [known["IPAddress"]]
    assert after.addresses != before.addresses


def test_what_is_static_is_told_as_the_engine_says(desk: Desk) -> None:
    options = (
        "-v",
        "vol:/v",
        "-v",
        "/etc:/b:ro",
        "--security-opt",
        "seccomp=unconfined",
        "--device",
        "/dev/null:/dev/x",
    )
    desk.box.podman("pod", "create", "--name", "web", "--pid", "host", *options)
    pod = desk.observed("web")
    assert set(pod.mounts) == {"vol:/v", "/etc:/b"}
    assert pod.security_opts == ("seccomp=unconfined",)
    assert pod.devices == ("/dev/null:/dev/x",)
    assert pod.infra is not None
    assert pod.infra.pid_mode == "host"


def test_containers_left_in_the_old_network_namespace_are_found(desk: Desk) -> None:
    desk.make("web", "app", "other")
    desk.box.podman("create", "--pod", "web", "--network", "bridge", "--name", "own", desk.box.image, *FOREVER)
    desk.box.podman("start", "own")
    assert desk.observed("web").stale_network == ()
    infra = desk.inspect("web")["InfraContainerID"]
    desk.box.podman("kill", infra)
    desk.box.podman("wait", infra)
    desk.box.podman("pod", "start", "web")
    assert desk.status("web") == "Running"
    stale = {desk.inspect_container(name)["Id"] for name in ("app", "other")}
    assert set(desk.observed("web").stale_network) == stale
    desk.do(Verb.RESTART, "web")
    assert desk.observed("web").stale_network == ()


def test_a_pod_that_shares_no_network_has_nothing_stale(desk: Desk) -> None:
    desk.make("web", "app", pod=("--share", "ipc"))
    assert desk.observed("web").stale_network == ()


@pytest.fixture
def watcher(desk: Desk) -> Iterator[Watcher]:
    started = Watcher(desk.worker.connection, desk.worker.observer, desk.reported)
    yield started
    started.stop()


def test_init_containers_do_not_count(desk: Desk) -> None:
    # By the command, by podweb, and by neither: REST and kube play leave no word of it but in generate kube.
    desk.box.podman("pod", "create", "--name", "cli")
    desk.box.podman("create", "--pod", "cli", "--init-ctr", "always", "--name", "prepare", desk.box.image, "true")
    desk.box.podman("run", "-d", "--pod", "cli", "--name", "main", desk.box.image, *FOREVER)
    desk.box.podman("pod", "start", "cli")
    assert desk.status("cli") == "Running"
    assert desk.observed("cli").state == "Running"
    assert {name: one.init for name, one in desk.members("cli").items() if name in {"prepare", "main"}} == {
        "prepare": "always",
        "main": None,
    }

    desk.create(PodSpec(name="own"))
    image = desk.box.image
    desk.add("own", ContainerSpec(image=image, name="first", command=("true",), init="always"))
    desk.add("own", ContainerSpec(image=image, name="app", command=FOREVER))
    desk.do(Verb.START, "own")
    assert desk.observed("own").state == "Running"
    assert {name: one.init for name, one in desk.members("own").items() if name in {"first", "app"}} == {
        "first": "always",
        "app": "",
    }


KUBE = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "kp", "annotations": {"io.podman.annotations.init.container.type": "always"}},
    "spec": {
        "restartPolicy": "Never",
        "initContainers": [{"name": "prep", "image": "localhost/busybox:test", "command": ["true"]}],
        "containers": [
            {"name": "main", "image": "localhost/busybox:test", "command": ["sleep", "1000"]},
            {"name": "brief", "image": "localhost/busybox:test", "command": ["true"]},
        ],
    },
}


def test_init_containers_of_kube_play_do_not_count(desk: Desk) -> None:
    (desk.box.directory / "etc/containers/pod.json").write_text(json.dumps(KUBE))
    desk.box.podman("kube", "play", "/etc/containers/pod.json")
    found = desk.members("kp")
    assert found["kp-prep"].init == "always"
    assert (found["kp-brief"].init, found["kp-main"].init) == ("", None)
    assert desk.observed("kp").state == desk.status("kp") == "Degraded"


def test_details_are_read_in_the_background_once(desk: Desk, watcher: Watcher) -> None:
    desk.make("web", "app")
    desk.box.podman("run", "-d", "--pod", "web", "--env", "A=1", "--name", "second", desk.box.image, *FOREVER)
    watcher.start()
    first = desk.reported.wait(SNAPSHOT, lambda one: one.complete)
    assert all(one.create_command == () for one in first.containers if not one.is_infra)
    second = desk.reported.wait(
        SNAPSHOT, lambda one: any(c.name == "second" and c.create_command for c in one.containers)
    )
    made = {one.name: one for one in second.containers}["second"]
    assert made.create_command[:3] == ("podman", "run", "-d")
    assert "A=1" in made.env
    assert made.init == ""
