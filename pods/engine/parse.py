"""A pod's inspect, as every engine from 4.3 to 5.8 writes it, turned into facts."""

from typing import Any

import msgspec

from pods.engine.containers import Inspect
from pods.engine.state import pod_state
from pods.messages.facts import Address, InfraFacts, PodFacts, PortMapping, ResourceLimits


class _Binding(msgspec.Struct):
    HostIp: str = ""
    HostPort: str = ""


class _InfraConfig(msgspec.Struct):
    PortBindings: dict[str, list[_Binding] | None] | None = None
    HostNetwork: bool = False
    NoManageResolvConf: bool = False
    DNSServer: list[str] | None = None
    DNSSearch: list[str] | None = None
    DNSOption: list[str] | None = None
    NoManageHosts: bool = False
    HostAdd: list[str] | None = None
    Networks: list[str] | None = None
    NetworkOptions: dict[str, Any] | None = None
    pid_ns: str = ""
    userns: str = ""


class _Member(msgspec.Struct):
    Id: str
    Name: str = ""
    State: str = ""


class _Mount(msgspec.Struct):
    Name: str = ""  # of a volume
    Source: str = ""
    Destination: str = ""


class PodInspect(msgspec.Struct):
    """What podweb reads of a pod's inspect, under the engine's own keys. Absent keys mean unset."""

    Id: str
    Name: str
    Namespace: str = ""
    Created: str = ""
    CreateCommand: list[str] | None = None
    State: str = ""
    Hostname: str = ""
    Labels: dict[str, str] | None = None
    CreateCgroup: bool = False
    CgroupParent: str = ""
    CgroupPath: str = ""
    CreateInfra: bool = False
    InfraContainerID: str = ""
    InfraConfig: _InfraConfig | None = None
    SharedNamespaces: list[str] | None = None
    Containers: list[_Member] | None = None
    ExitPolicy: str | None = None
    RestartPolicy: str | None = None
    LockNumber: int | None = None
    cpu_period: int | None = None
    cpu_quota: int | None = None
    cpu_shares: int | None = None
    cpuset_cpus: str | None = None
    cpuset_mems: str | None = None
    memory_limit: int | None = None
    memory_swap: int | None = None
    blkio_weight: int | None = None
    mounts: list[_Mount] | None = None
    volumes_from: list[str] | None = None
    security_opt: list[str] | None = None


def pod_facts(raw: PodInspect, infra: Inspect | None) -> PodFacts:
    """Join a pod's inspect and its infra container's (None: it has none, or it could not be read)."""
    config = raw.InfraConfig or _InfraConfig()
    return PodFacts(
        id=raw.Id,
        name=raw.Name,
        state=pod_state(member.State for member in raw.Containers or ()),
        created_at=raw.Created,
        namespace=raw.Namespace,
        hostname=raw.Hostname,
        labels=raw.Labels or {},
        cgroup_parent=raw.CgroupParent,
        cgroup_path=raw.CgroupPath or None,
        shares_cgroup=raw.CreateCgroup,
        # Engines up to 5.8 answer these in a random order.
        shared_namespaces=tuple(sorted(raw.SharedNamespaces or ())),
        has_infra_container=raw.CreateInfra,
        infra_container_id=raw.InfraContainerID,
        create_command=tuple(raw.CreateCommand or ()),
        exit_policy=raw.ExitPolicy,
        restart_policy=raw.RestartPolicy,
        lock_number=raw.LockNumber,
        resource_limits=ResourceLimits(
            cpu_period=raw.cpu_period or None,
            cpu_quota=raw.cpu_quota or None,
            cpu_shares=raw.cpu_shares or None,
            cpuset_cpus=raw.cpuset_cpus or None,
            cpuset_mems=raw.cpuset_mems or None,
            memory_limit=raw.memory_limit or None,
            memory_swap=_signed(raw.memory_swap),
            blkio_weight=raw.blkio_weight or None,
        ),
        infra=None if infra is None else _infra(infra, config),
        mounts=tuple(f"{one.Name or one.Source}:{one.Destination}" for one in raw.mounts or ()),
        volumes_from=tuple(raw.volumes_from or ()),
        security_opts=tuple(raw.security_opt or ()),
        # No engine up to 5.8 fills the pod's own list of devices.
        devices=() if infra is None else _devices(infra),
    )


def _signed(number: int | None) -> int | None:
    """Undo what Go makes of -1 in an unsigned field; 0 is unset."""
    return -1 if number is not None and number >= 1 << 63 else number or None


def _devices(infra: Inspect) -> tuple[str, ...]:
    parts = ((one.PathOnHost, one.PathInContainer, one.CgroupPermissions) for one in infra.HostConfig.Devices or ())
    return tuple(":".join(filter(None, part)) for part in parts)


def addresses(infra: Inspect) -> tuple[Address, ...]:
    """Return what the infra container has on each network, sorted; () when it does not run."""
    return tuple(
        Address(network=name, ip=one.IPAddress, ipv6=one.GlobalIPv6Address, mac=one.MacAddress)
        for name, one in sorted((infra.NetworkSettings.Networks or {}).items())
        if one.IPAddress or one.GlobalIPv6Address or one.MacAddress
    )


def _command(infra: Inspect) -> tuple[str, ...]:
    """Return what runs. A command of one word is repeated as its own argument (libpod/container_inspect.go)."""
    arguments = infra.Args or []
    return tuple(word for word in (infra.Path, *(() if arguments == [infra.Path] else arguments)) if word)


def _infra(infra: Inspect, config: _InfraConfig) -> InfraFacts:
    return InfraFacts(
        container_id=infra.Id,
        name=infra.Name,
        image=infra.ImageName,
        command=_command(infra),
        conmon_pid_file=infra.ConmonPidFile,
        network_mode=infra.HostConfig.NetworkMode,
        host_network=config.HostNetwork,
        pid_ns=config.pid_ns,
        port_bindings=_ports(config.PortBindings or {}),
        networks=tuple(sorted(config.Networks or ())),
        network_options=config.NetworkOptions or {},
        no_manage_resolv_conf=config.NoManageResolvConf,
        dns_servers=tuple(config.DNSServer or ()),
        dns_searches=tuple(config.DNSSearch or ()),
        dns_options=tuple(config.DNSOption or ()),
        no_manage_hosts=config.NoManageHosts,
        extra_hosts=tuple(config.HostAdd or ()),
        userns=config.userns,
        process_label=infra.ProcessLabel,
        mount_label=infra.MountLabel,
        cgroup_parent=infra.HostConfig.CgroupParent,
        addresses=addresses(infra),
        pid_mode=infra.HostConfig.PidMode,
    )


def _ports(bindings: dict[str, list[_Binding] | None]) -> tuple[PortMapping, ...]:
    """Turn ``{"80/tcp": [{HostIp, HostPort: "8080"}]}`` into mappings; 4.3 gives "" and 5.x "0.0.0.0" for any."""
    mappings: list[PortMapping] = []
    for key, targets in sorted(bindings.items()):
        port, _, protocol = key.partition("/")
        mappings.extend(
            PortMapping(
                host_ip="" if target.HostIp == "0.0.0.0" else target.HostIp,
                host_port=int(target.HostPort) if target.HostPort.isdigit() else 0,
                container_port=int(port) if port.isdigit() else 0,
                protocol=protocol or "tcp",
            )
            for target in targets or ()
        )
    return tuple(mappings)
