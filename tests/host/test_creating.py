"""Pods and containers made on a real engine, and what is left when that fails."""

import json
from pathlib import Path

import msgspec
import pytest

from pods.cgroups.layout import CGROUP_ROOT, Layout, detect
from pods.cgroups.orphans import named_pod, remove_orphan
from pods.host.ledger import Ledger
from pods.messages import encode
from pods.messages.facts import PortMapping
from pods.messages.names import OPERATION_ENDED, Verb
from pods.messages.specs import ContainerSpec, IdMap, Mount, NetworkAttachment, PodSpec, Resources
from tests.host.conftest import Desk
from tests.hosts import Box

pytestmark = pytest.mark.engine
FOREVER = ("sleep", "1000")
HTTP = PortMapping(host_ip="", host_port=18081, container_port=80, protocol="tcp")


def layout_of(box: Box) -> Layout:
    """Return the box's cgroup hierarchies as a process outside sees them."""
    outside = detect()
    return Layout("v1", CGROUP_ROOT, {name: root / box.cgroup_path for name, root in outside.controllers.items()})


def cgroups_of(box: Box) -> set[Path]:
    return {path for root in layout_of(box).controllers.values() for path in root.glob("libpod_parent/*/")}


def test_create_starts_and_a_repeat_finds_its_own_work(desk: Desk) -> None:
    request = desk.request(Verb.CREATE, "fresh", spec=encode(PodSpec(name="fresh")), start=True)
    desk.worker.perform(request)
    first = desk.reported.wait(OPERATION_ENDED, lambda one: one.id == request.id)
    assert (first.outcome, desk.status("fresh")) == ("done", "Running")
    # Another boot of the worker, which knows nothing of the first.
    desk.worker.ledger = Ledger()
    desk.worker.perform(request)
    second = desk.reported.of(OPERATION_ENDED)[-1]
    assert second.outcome == "done"
    assert second.result == first.result
    assert desk.box.podman("pod", "ps", "-q").stdout.count("\n") == 1
    assert desk.inspect("fresh")["CreateCommand"] == ["podweb", "operation", request.id]


def test_a_name_that_is_taken_leaves_no_cgroup_behind(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "fresh")
    before = cgroups_of(desk.box)
    ended = desk.create(PodSpec(name="fresh"))
    assert (ended.outcome, ended.code) == ("failed", "engine_refused")
    assert cgroups_of(desk.box) == before


def test_every_option_arrives(desk: Desk) -> None:
    spec = PodSpec(
        name="all",
        hostname="inside",
        labels={"who": "me"},
        exit_policy="stop",
        infra_name="all-inf",
        infra_command=("/catatonit", "-P"),
        infra_conmon_pid_file="/tmp/all.pid",
        share=("net", "pid", "uts"),
        networks=(NetworkAttachment(static_ips=("10.88.7.7",), static_mac="92:d0:00:11:22:33", aliases=("other",)),),
        ports=(
            msgspec.structs.replace(HTTP, range=2),
            PortMapping(host_ip="", host_port=0, container_port=53, protocol="udp"),
        ),
        dns_servers=("10.0.0.53",),
        dns_searches=("example.com",),
        dns_options=("ndots:2",),
        extra_hosts=("db:10.0.0.7",),
        shm_size=32 << 20,
        mounts=(
            Mount(type="bind", source="/etc", destination="/b", options=("ro",)),
            Mount(type="volume", source="vol", destination="/v"),
            Mount(type="tmpfs", destination="/t", options=("size=1m",)),
        ),
        devices=("/dev/null:/dev/nothing:rw",),
        security_opts=("no-new-privileges", "seccomp=unconfined"),
        sysctls={"net.ipv4.ip_default_ttl": "60"},
        cgroup_parent="/elsewhere",
    )
    ended = desk.create(spec, start=True)
    assert ended.outcome == "done", ended
    pod, infra = desk.inspect("all"), desk.inspect_container("all-inf")
    assert pod["State"] == "Running"
    assert (pod["Hostname"], pod["ExitPolicy"], pod["Labels"]["who"]) == ("inside", "stop", "me")
    assert set(pod["SharedNamespaces"]) == {"net", "pid", "uts"}
    assert pod["CgroupParent"] == "/elsewhere"
    config = pod["InfraConfig"]
    assert set(config["PortBindings"]) == {"80/tcp", "81/tcp", "53/udp"}
    assert config["PortBindings"]["81/tcp"] == [{"HostIp": "", "HostPort": "18082"}]
    assert int(config["PortBindings"]["53/udp"][0]["HostPort"]) > 1024
    assert (config["DNSServer"], config["DNSSearch"]) == (["10.0.0.53"], ["example.com"])
    assert (config["DNSOption"], config["HostAdd"]) == (["ndots:2"], ["db:10.0.0.7"])
    assert {mount["Destination"] for mount in pod["mounts"]} == {"/b", "/v"}
    assert set(pod["security_opt"]) >= {"no-new-privileges", "seccomp=unconfined"}
    network = infra["NetworkSettings"]["Networks"]["podman"]
    assert (network["IPAddress"], network["MacAddress"]) == ("10.88.7.7", "92:d0:00:11:22:33")
    assert "other" in network["Aliases"]
    assert (infra["Path"], infra["Args"]) == ("/catatonit", ["-P"])
    assert infra["ConmonPidFile"] == "/tmp/all.pid"
    assert infra["HostConfig"]["ShmSize"] == 32 << 20
    assert infra["HostConfig"]["Devices"][0]["PathInContainer"] == "/dev/nothing"
    assert infra["HostConfig"]["Tmpfs"]["/t"].startswith("size=1m")
    ttl = desk.box.run("nsenter", "-t", str(infra["State"]["Pid"]), "-n", "cat", "/proc/sys/net/ipv4/ip_default_ttl")
    assert ttl.stdout.strip() == "60"


def test_a_memory_limit_alone_is_in_force_and_is_shown(desk: Desk) -> None:
    assert desk.create(PodSpec(name="small", resources=Resources(memory=64 << 20))).outcome == "done"
    pod = desk.inspect("small")
    assert (pod["memory_limit"], pod["memory_swap"]) == (64 << 20, 128 << 20)
    memory = layout_of(desk.box).controllers["memory"] / pod["CgroupPath"].lstrip("/")
    assert (memory / "memory.limit_in_bytes").read_text() == f"{64 << 20}\n"
    assert (memory / "memory.memsw.limit_in_bytes").read_text() == f"{128 << 20}\n"


def test_ids_are_mapped(desk: Desk) -> None:
    maps = (IdMap(container_id=0, host_id=100_000, size=65_536),)
    assert desk.create(PodSpec(name="mapped", uid_maps=maps), start=True).outcome == "done"
    infra = desk.inspect_container(desk.inspect("mapped")["InfraContainerID"])
    assert infra["HostConfig"]["IDMappings"] == {"UidMap": ["0:100000:65536"], "GidMap": ["0:100000:65536"]}
    found = desk.box.run("cat", f"/proc/{infra['State']['Pid']}/uid_map").stdout.split()
    assert found == ["0", "100000", "65536"]
    assert desk.add("mapped", ContainerSpec(image=desk.box.image, name="in", command=FOREVER)).outcome == "done"
    assert desk.status("mapped") == "Running"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (PodSpec(name="p", restart_policy="always"), "restart_policy (from 4.6)"),
        (PodSpec(name="p", ipc="host"), "ipc (from 4.5)"),
        (PodSpec(name="p", network_mode="pasta"), "network_mode pasta (from 4.4)"),
        (PodSpec(name="p", infra=False, dns_servers=("10.0.0.1",)), "dns_servers"),
        (PodSpec(name="p", infra=False, resources=Resources(memory=1 << 26)), "from 4.7"),
        (PodSpec(name="p", share_parent=False, resources=Resources(memory=1 << 26)), "share_parent"),
        (PodSpec(name="p", share=("net", "user")), "userns"),
        (PodSpec(name="p", network_options=("mtu=1",)), "network_options"),
    ],
)
def test_what_the_engine_would_ignore_is_never_sent(desk: Desk, spec: PodSpec, words: str) -> None:
    ended = desk.create(spec)
    assert (ended.outcome, ended.code) == ("failed", "unsupported")
    assert words in ended.message
    assert desk.box.podman("pod", "ps", "-q").stdout == ""


@pytest.mark.parametrize(
    "spec",
    [
        PodSpec(name="half", infra_name="taken"),
        PodSpec(name="half", networks=(NetworkAttachment(name="nosuch"),)),
        PodSpec(name="half", userns="auto"),
        PodSpec(name="half", mounts=(Mount(type="bind", source="/no/such/place", destination="/x"),)),
    ],
)
def test_half_a_pod_does_not_stay(desk: Desk, spec: PodSpec) -> None:
    desk.box.podman("create", "--name", "taken", desk.box.image, *FOREVER)
    before = cgroups_of(desk.box)
    ended = desk.create(spec, start=True)
    assert (ended.outcome, ended.code) == ("failed", "engine_refused")
    assert ended.engine
    assert desk.box.podman("pod", "ps", "-q").stdout == ""
    assert cgroups_of(desk.box) == before


def test_the_cgroup_of_a_refused_pod_is_found_by_the_engines_words_and_removed(desk: Desk) -> None:
    before = cgroups_of(desk.box)
    ended = desk.create(PodSpec(name="far", resources=Resources(cpuset_cpus="4000")))
    assert (ended.outcome, ended.code) == ("failed", "engine_refused")
    orphan = named_pod(ended.engine)
    left = {path.name for path in cgroups_of(desk.box) - before}
    assert left == {orphan}
    # The engine names its own path; this process sees the box's hierarchies elsewhere.
    assert remove_orphan(layout_of(desk.box), ended.engine)
    assert cgroups_of(desk.box) == before
    assert not remove_orphan(layout_of(desk.box), ended.engine)


def test_a_pod_that_cannot_start_stays_and_is_reported(desk: Desk) -> None:
    desk.box.podman("pod", "create", "--name", "one", "-p", "18081:80")
    desk.box.podman("pod", "start", "one")
    ended = desk.create(PodSpec(name="two", ports=(HTTP,)), start=True)
    assert (ended.outcome, ended.code) == ("failed", "engine_refused")
    assert ended.message.startswith("The pod was made, but not started.")
    assert "address already in use" in ended.engine
    assert "port" in ended.hint
    assert ended.snapshot is not None
    assert [(pod.id, pod.state) for pod in ended.snapshot.pods] == [(ended.result["pod_id"], "Created")]


def test_a_container_is_added_and_a_repeat_finds_it(desk: Desk) -> None:
    desk.create(PodSpec(name="web"), start=True)
    spec = ContainerSpec(
        image=desk.box.image,
        name="app",
        command=FOREVER,
        env={"A": "1=2", "EMPTY": ""},
        user="7:8",
        labels={"who": "me"},
        terminal=True,
        stdin=True,
        resources=Resources(memory=64 << 20, memory_swap=-1, pids_limit=50, cpu_shares=99),
        restart_policy="on-failure",
        restart_tries=3,
        stop_signal="RTMIN+3",
        stop_timeout=0,
        cap_drop=("CHOWN",),
        security_opts=("no-new-privileges", "seccomp=unconfined"),
        mounts=(Mount(type="tmpfs", destination="/run", options=("size=1m",)),),
        read_only=True,
    )
    request = desk.request(Verb.ADD_CONTAINER, "web", spec=encode(spec), start=True)
    desk.worker.perform(request)
    first = desk.reported.wait(OPERATION_ENDED, lambda one: one.id == request.id)
    assert first.outcome == "done", first
    made = desk.inspect_container("app")
    assert (made["Id"], made["State"]["Status"]) == (first.result["container_id"], "running")
    config, host = made["Config"], made["HostConfig"]
    assert {"A=1=2", "EMPTY="} <= set(config["Env"])
    assert (config["User"], config["Tty"], config["OpenStdin"]) == ("7:8", True, True)
    assert (config["StopSignal"], config["StopTimeout"], config["Labels"]["who"]) == (37, 0, "me")
    assert (host["Memory"], host["PidsLimit"], host["CpuShares"]) == (64 << 20, 50, 99)
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert host["ReadonlyRootfs"]
    assert set(host["Tmpfs"]) == {"/run", "/tmp", "/var/tmp"}
    assert host["Tmpfs"]["/run"].startswith("size=1m")
    assert "CAP_CHOWN" not in made["BoundingCaps"]
    assert set(host["SecurityOpt"]) == {"no-new-privileges", "seccomp=unconfined"}
    desk.worker.ledger = Ledger()
    desk.worker.perform(request)
    second = desk.reported.of(OPERATION_ENDED)[-1]
    assert (second.outcome, second.result) == ("done", first.result)


def test_an_init_container_runs_first_and_never_again(desk: Desk) -> None:
    desk.create(PodSpec(name="web"))
    once = ContainerSpec(image=desk.box.image, name="once", command=("true",), init="once", restart_policy="always")
    ended = desk.add("web", once)
    assert (ended.outcome, ended.message) == ("done", "It runs when the pod starts next.")
    assert desk.inspect_container("once")["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert desk.add("web", ContainerSpec(image=desk.box.image, name="app", command=FOREVER)).message
    assert desk.do(Verb.START, "web").outcome == "done"
    assert desk.status("web") == "Running"
    again = desk.add("web", msgspec.structs.replace(once, name="late"))
    assert (again.code, again.hint[:13]) == ("engine_refused", "Stop the pod ")


@pytest.mark.parametrize(
    "spec",
    [
        ContainerSpec(image="localhost/nosuch:1", name="bad", pull="never"),
        ContainerSpec(image="localhost/nosuch:1", name="bad"),
        ContainerSpec(image="localhost/busybox:test", name="bad", command=("/no/such/program",)),
        ContainerSpec(image="localhost/busybox:test", name="bad", command=FOREVER, workdir="/no/such/place"),
        ContainerSpec(image="localhost/busybox:test", name="bad", command=FOREVER, hostname="own"),
        ContainerSpec(image="localhost/busybox:test", name="bad", command=FOREVER, security_opts=("nonsense",)),
    ],
)
def test_half_a_container_does_not_stay(desk: Desk, spec: ContainerSpec) -> None:
    desk.create(PodSpec(name="web"), start=True)
    ended = desk.add("web", spec)
    assert ended.outcome == "failed"
    assert ended.code in {"engine_refused", "not_found", "unsupported"}
    assert ended.message
    names = json.loads(desk.box.podman("ps", "-a", "--format", "json").stdout)
    assert [one["Names"] for one in names if not one["IsInfra"]] == []
    assert desk.status("web") == "Running"


def test_a_name_that_another_container_has_harms_it_not(desk: Desk) -> None:
    desk.make("web", "app")
    ended = desk.add("web", ContainerSpec(image=desk.box.image, name="app", command=FOREVER))
    assert (ended.outcome, "already in use" in ended.engine) == ("failed", True)
    assert desk.inspect_container("app")["State"]["Status"] == "running"


def test_an_image_that_is_missing_is_pulled_and_the_registrys_word_is_kept(desk: Desk) -> None:
    desk.create(PodSpec(name="web"), start=True)
    ended = desk.add("web", ContainerSpec(image="127.0.0.1:9/none:1", name="app"))
    assert [step.text for step in ended.steps] == ["pull 127.0.0.1:9/none:1"]
    assert ended.code == "engine_refused"
    assert "127.0.0.1:9" in ended.engine


def test_a_malformed_spec_is_invalid(desk: Desk) -> None:
    ended = desk.do(Verb.CREATE, "web", spec={"name": "web", "surprise": 1})
    assert (ended.outcome, ended.code) == ("failed", "invalid")
    assert "surprise" in ended.message


def test_a_pod_without_an_infra_container_has_nothing_to_start(desk: Desk) -> None:
    ended = desk.create(PodSpec(name="bare", infra=False), start=True)
    assert (ended.outcome, ended.message[:31]) == ("done", "There is nothing to start yet: ")
    assert desk.status("bare") == "Created"
    assert desk.add("bare", ContainerSpec(image=desk.box.image, name="app", command=FOREVER)).outcome == "done"
    assert desk.do(Verb.START, "bare").outcome == "done"
    assert desk.status("bare") == "Running"
