"""For specs drawn at random: what the engine made is what was asked for, by podman's inspect and by the kernel."""

from typing import Any

import pytest
from hypothesis import given, settings

from pods.messages.facts import KernelLimits
from pods.messages.specs import ContainerSpec, Mount, PodSpec
from tests.host.conftest import Desk
from tests.specs import container_specs, pod_specs

pytestmark = pytest.mark.engine
# Bounded, so that the whole takes less than a minute; one box and its engine serve every example.
EXAMPLES = settings(max_examples=12, deadline=None, database=None)


def test_a_drawn_pod_is_made_as_asked(desk: Desk) -> None:
    @EXAMPLES
    @given(spec=pod_specs())
    def is_made(spec: PodSpec) -> None:
        try:
            ended = desk.create(spec, start=True)
            assert ended.outcome == "done", f"{ended.message} {ended.engine}"
            check_all(desk, spec)
        finally:
            desk.box.podman("pod", "rm", "-f", "-t", "0", spec.name, check=False)

    is_made()


def check_all(desk: Desk, spec: PodSpec) -> None:
    pod = desk.inspect(spec.name)
    check_pod(spec, pod)
    facts = desk.observed(spec.name)
    if spec.infra:
        infra = desk.inspect_container(pod["InfraContainerID"])
        check_infra(spec, pod, infra)
        check_network(spec, pod["InfraConfig"], infra)
        assert facts.infra is not None
        asked = [ip for one in spec.networks for ip in one.static_ips]
        assert set(asked) <= {address.ip for address in facts.infra.addresses}
    limits = facts.kernel_limits
    assert (limits is not None) == (spec.infra and spec.share_parent)
    if limits is not None:
        check_kernel(spec, limits)


def check_pod(spec: PodSpec, pod: dict[str, Any]) -> None:
    assert (pod["Name"], pod["Hostname"]) == (spec.name, spec.hostname)
    labels = dict(pod["Labels"])
    del labels["io.podweb.operation"]
    assert labels == spec.labels
    assert pod["ExitPolicy"] == (spec.exit_policy or "continue")
    assert pod["CgroupParent"] == (spec.cgroup_parent or "/libpod_parent")
    assert pod["CreateInfra"] is spec.infra
    assert pod["CreateCgroup"] is (spec.infra and spec.share_parent)
    shared = set() if not spec.infra else {"ipc", "net", "uts"} if spec.share is None else set(spec.share)
    assert set(pod.get("SharedNamespaces") or ()) == shared | ({"user"} if spec.uid_maps else set())
    asked = spec.resources
    swap = asked.memory_swap if asked.memory_swap is not None else (asked.memory or 0) * 2
    wanted = {
        "cpu_period": asked.cpu_period,
        "cpu_quota": asked.cpu_quota,
        "cpu_shares": asked.cpu_shares,
        "cpuset_cpus": asked.cpuset_cpus,
        "cpuset_mems": asked.cpuset_mems,
        "memory_limit": asked.memory,
        "memory_swap": swap,
        "blkio_weight": asked.blkio_weight,
    }
    assert {key: pod.get(key) or None for key in wanted} == {key: value or None for key, value in wanted.items()}
    assert {_mounted(one) for one in pod.get("mounts") or ()} == {_asked(one) for one in spec.mounts}
    assert set(pod.get("security_opt") or ()) == set(spec.security_opts)


def _mounted(one: dict[str, Any]) -> tuple[str, str, str, bool]:
    source = one["Name"] if one["Type"] == "volume" else one["Source"]
    return one["Type"], source, one["Destination"], one["RW"]


def _asked(one: Mount) -> tuple[str, str, str, bool]:
    return one.type, one.source, one.destination, "ro" not in one.options


def check_infra(spec: PodSpec, pod: dict[str, Any], infra: dict[str, Any]) -> None:
    assert infra["Name"] == (spec.infra_name or f"{pod['Id'][:12]}-infra")
    if spec.infra_command:
        assert (infra["Path"], *infra["Args"]) == spec.infra_command
    if spec.infra_conmon_pid_file:
        assert infra["ConmonPidFile"] == spec.infra_conmon_pid_file
    host = infra["HostConfig"]
    if spec.shm_size is not None:
        assert host["ShmSize"] == spec.shm_size
    assert [f"{one['PathOnHost']}:{one['PathInContainer']}" for one in host["Devices"]] == [
        ":".join(one.split(":")[:2]) for one in spec.devices
    ]
    if spec.uid_maps:
        maps = [f"{one.container_id}:{one.host_id}:{one.size}" for one in spec.uid_maps]
        assert host["IDMappings"] == {"UidMap": maps, "GidMap": maps}
    config = pod["InfraConfig"]
    assert config["pid_ns"] == (spec.pid or "private")
    assert config["uts_ns"] == (spec.uts or "private")
    assert config["userns"] == ("private" if spec.uid_maps else "host")


def check_network(spec: PodSpec, config: dict[str, Any], infra: dict[str, Any]) -> None:
    ports = {
        (f"{port.container_port + offset}/{port.protocol}", port.host_ip, str(port.host_port + offset))
        for port in spec.ports
        for offset in range(port.range)
    }
    found = {
        (key, one["HostIp"], one["HostPort"])
        for key, targets in (config["PortBindings"] or {}).items()
        for one in targets
    }
    assert found == ports
    assert config["HostNetwork"] is (spec.network_mode == "host")
    assert infra["HostConfig"]["NetworkMode"] == (spec.network_mode or "bridge")
    assert config["NoManageResolvConf"] is spec.no_manage_resolv_conf
    assert config["NoManageHosts"] is spec.no_manage_hosts
    assert tuple(config["DNSServer"] or ()) == spec.dns_servers
    assert tuple(config["DNSSearch"] or ()) == spec.dns_searches
    assert tuple(config["DNSOption"] or ()) == spec.dns_options
    assert tuple(config["HostAdd"] or ()) == spec.extra_hosts
    names = {one.name or "podman" for one in spec.networks} or {"podman"}
    assert set(config["Networks"] or ()) == (set() if spec.network_mode in {"none", "host"} else names)
    for one in spec.networks:
        attached = infra["NetworkSettings"]["Networks"][one.name or "podman"]
        assert set(one.static_ips) <= {attached["IPAddress"]}
        assert not one.static_mac or attached["MacAddress"] == one.static_mac


def check_kernel(spec: PodSpec, limits: KernelLimits) -> None:
    asked = spec.resources
    assert limits.memory == (asked.memory or -1)
    assert limits.memory_swap == (asked.memory_swap or (asked.memory or 0) * 2 or -1)
    assert limits.cpu_quota == (asked.cpu_quota or -1)
    assert limits.cpu_period == (asked.cpu_period or 100_000)
    assert limits.cpu_shares == (asked.cpu_shares or 1024)
    if asked.cpuset_cpus:
        assert limits.effective_cpus == asked.cpuset_cpus
    assert not asked.cpuset_mems or limits.cpuset_mems == asked.cpuset_mems
    if asked.blkio_weight and "blkio_weight" not in limits.missing:
        assert limits.blkio_weight == asked.blkio_weight


def test_a_drawn_container_is_made_as_asked(desk: Desk) -> None:
    @EXAMPLES
    @given(spec=container_specs())
    def is_made(spec: ContainerSpec) -> None:
        desk.create(PodSpec(name="around"))
        try:
            ended = desk.add("around", spec)
            assert ended.outcome == "done", f"{ended.message} {ended.engine}"
            check_container(spec, desk.inspect_container(ended.result["container_id"]))
            assert desk.box.podman("pod", "start", "around", check=False).returncode == 0
        finally:
            desk.box.podman("pod", "rm", "-f", "-t", "0", "around", check=False)

    is_made()


def check_container(spec: ContainerSpec, made: dict[str, Any]) -> None:
    config, host = made["Config"], made["HostConfig"]
    assert not spec.name or made["Name"] == spec.name
    # The engine repeats a command of one word as its argument.
    assert spec.command in {(made["Path"], *made["Args"]), (made["Path"],)}
    env = dict(pair.split("=", 1) for pair in config["Env"])
    assert spec.env.items() <= env.items()
    assert config["WorkingDir"] == (spec.workdir or "/")
    assert config["User"] == spec.user
    ours = {"io.podweb.operation", "io.podweb.init"}
    assert {key: value for key, value in config["Labels"].items() if key not in ours} == spec.labels
    assert (config["Tty"], config["OpenStdin"]) == (spec.terminal, spec.stdin)
    asked = spec.resources
    assert host["Memory"] == (asked.memory or 0)
    assert host["MemorySwap"] == (asked.memory or 0) * 2
    assert host["MemoryReservation"] == (asked.memory_reservation or 0)
    assert host["CpuShares"] == (asked.cpu_shares or 0)
    assert host["CpusetCpus"] == asked.cpuset_cpus
    assert asked.pids_limit is None or host["PidsLimit"] == asked.pids_limit
    assert host["RestartPolicy"]["Name"] == ("no" if spec.init else spec.restart_policy)
    assert host["ReadonlyRootfs"] is spec.read_only
    assert {_mounted(one) for one in made["Mounts"]} == {_asked(one) for one in spec.mounts}
    assert not spec.stop_signal or config["StopSignal"] == {"SIGTERM": 15, "SIGINT": 2}[spec.stop_signal]
    assert spec.stop_timeout is None or config["StopTimeout"] == spec.stop_timeout
    assert {f"CAP_{one}" for one in spec.cap_add} <= set(made["BoundingCaps"])
    assert not {f"CAP_{one}" for one in spec.cap_drop} & set(made["BoundingCaps"])
    assert set(host["SecurityOpt"]) == set(spec.security_opts)
