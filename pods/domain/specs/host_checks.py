"""A spec against one host: what its engine can, what it has, and what is taken there.

What is not known of a host is not checked: the engine still refuses it, only later.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from django.db.models import Q

from pods.domain.errors import FieldProblem
from pods.domain.specs.numbers import members
from pods.domain.specs.rules import overlap
from pods.messages.facts import PortMapping
from pods.messages.hosts import EngineInfo
from pods.messages.options import HOST_GATEWAY, SHARE_PARENT_WITHOUT_INFRA, parse_version, unsupported
from pods.messages.resources import HostResources, Network, PortInUse
from pods.messages.specs import NetworkAttachment, PodSpec, Resources
from pods.models import Container, Host, Pod

# A pod in one of these states holds its ports and addresses.
HOLDING = ("Running", "Degraded", "Paused")
TAKEN = 409


def host_checks(spec: PodSpec, host: Host) -> Iterator[FieldProblem]:
    """Return what the host's engine would refuse, ignore, or find taken."""
    yield from names_taken(host, {"name": spec.name, "infra_name": spec.infra_name})
    if (info := host.info) is not None:
        yield from _versions(spec, info)
        yield from _engine(spec, info)
        yield from limits_of_host(spec.resources, info)
    resources = host.resources
    if resources is not None:
        yield from things_of_host(spec.resources, resources)
        yield from _networks(spec, resources)
    yield from _ports_taken(spec, host, resources)
    yield from _addresses_taken(spec, host)


def names_taken(host: Host, asked: dict[str, str]) -> Iterator[FieldProblem]:
    """Return the names that are taken: an engine's pods and containers share one set of names."""
    wanted = {name for name in asked.values() if name}
    if not wanted:
        return
    pods = set(host.pods.filter(name__in=wanted, removed_at=None).values_list("name", flat=True))
    found = Container.objects.filter(pod__host=host, name__in=wanted, removed_at=None, pod__removed_at=None)
    containers = set(found.values_list("name", flat=True))
    for field, name in asked.items():
        kind = "pod" if name in pods else "container" if name in containers else ""
        if name and kind:
            message = f"A {kind} named {name} exists on {host.name} already."
            yield FieldProblem(field, "name_taken", message, "Choose another name.", TAKEN)
    if len(wanted) < len([name for name in asked.values() if name]):
        yield FieldProblem("infra_name", "duplicate", "The pod and its infra container cannot have one name.")


def _versions(spec: PodSpec, info: EngineInfo) -> Iterator[FieldProblem]:
    has = f"This engine is Podman {info.version}."
    asked = [(field, getattr(spec, field)) for field in spec.__struct_fields__]
    defaults = PodSpec(name="")
    changed = [(field, value) for field, value in asked if value != getattr(defaults, field)]
    for field, since in unsupported(info.version, changed).items():
        yield FieldProblem(field, "unsupported", f"Podman {since} brings this.", has)
    version = parse_version(info.version)
    if version < HOST_GATEWAY and any(one.endswith(":host-gateway") for one in spec.extra_hosts):
        yield FieldProblem("extra_hosts", "unsupported", f"Podman {_dotted(HOST_GATEWAY)} brings host-gateway.", has)
    if not spec.infra and version < SHARE_PARENT_WITHOUT_INFRA and spec.resources != Resources():
        since = _dotted(SHARE_PARENT_WITHOUT_INFRA)
        message = f"Before Podman {since} a pod without an infra container has no cgroup to limit."
        yield FieldProblem("resources", "unsupported", message, has)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _engine(spec: PodSpec, info: EngineInfo) -> Iterator[FieldProblem]:
    if spec.userns.partition(":")[0] in {"keep-id", "nomap"} and not info.rootless:
        yield FieldProblem(
            "userns", "unsupported", "Only a rootless engine knows keep-id and nomap.", "Use auto, or id maps."
        )
    if spec.networks and spec.network_mode == "" and info.rootless:
        yield FieldProblem(
            "networks", "conflict", "A rootless engine's default mode joins no network.", "Use the mode bridge."
        )
    parent = spec.cgroup_parent
    if parent and info.cgroup_manager == "cgroupfs" and parent.rstrip("/").endswith(".slice"):
        yield FieldProblem(
            "cgroup_parent", "invalid", "This engine's cgroups are directories, not slices.", "Leave out .slice."
        )
    if parent and info.cgroup_manager == "systemd" and not parent.rstrip("/").endswith(".slice"):
        yield FieldProblem("cgroup_parent", "invalid", "This engine's cgroups are systemd's.", "It must end in .slice.")


def limits_of_host(limits: Resources, info: EngineInfo) -> Iterator[FieldProblem]:
    """Return the limits that this engine could not hold."""
    if limits != Resources() and info.rootless and info.cgroup_version == "v1":
        message = "A rootless engine on cgroup v1 ignores limits."
        yield FieldProblem("resources", "unsupported", message, "Boot the host with cgroup v2.")
    if limits.cpu_quota is not None and limits.cpu_quota > info.cpus * (limits.cpu_period or 100_000):
        yield FieldProblem(
            "resources.cpu_quota", "out_of_range", f"The host has {info.cpus} processors.", "Ask for fewer."
        )


def things_of_host(limits: Resources, resources: HostResources) -> Iterator[FieldProblem]:
    """Return processors, memory nodes and devices that the host does not have."""
    for field, asked, has in (
        ("cpuset_cpus", limits.cpuset_cpus, resources.cpus),
        ("cpuset_mems", limits.cpuset_mems, resources.memory_nodes),
    ):
        if asked and has and not members(asked) <= members(has):
            what = "processors" if field == "cpuset_cpus" else "memory nodes"
            yield FieldProblem(
                f"resources.{field}", "out_of_range", f"The host's {what} are {has}.", "Choose among them."
            )
    for field in (
        "blkio_weight_devices",
        "device_read_bps",
        "device_write_bps",
        "device_read_iops",
        "device_write_iops",
    ):
        for number, one in enumerate(getattr(limits, field)):
            if resources.devices and one.path not in resources.devices:
                known = ", ".join(resources.devices[:8])
                where = f"resources.{field}[{number}].path"
                yield FieldProblem(
                    where, "unknown_device", f"The host has no block device {one.path}.", f"It has {known}."
                )


def _networks(spec: PodSpec, resources: HostResources) -> Iterator[FieldProblem]:
    known = {one.name: one for one in resources.networks}
    if not known:
        return
    default = next((one for one in resources.networks if one.default), None)
    if default is not None and {"", default.name} <= {one.name for one in spec.networks}:
        yield FieldProblem("networks", "duplicate", f"{default.name} is the default network, so it is there twice.")
    for number, asked in enumerate(spec.networks):
        network = known.get(asked.name) if asked.name else default
        if network is not None:
            yield from _addresses(asked, network, f"networks[{number}]")
        elif asked.name:
            hint = f"It has {', '.join(sorted(known)[:12])}."
            yield FieldProblem(
                f"networks[{number}].name", "unknown_network", f"The host has no network {asked.name}.", hint
            )


def _addresses(asked: NetworkAttachment, network: Network, path: str) -> Iterator[FieldProblem]:
    subnets = [ip_network(one, strict=False) for one in network.subnets if _is_subnet(one)]
    if asked.static_ips and not subnets:
        return
    for number, text in enumerate(asked.static_ips):
        ip = ip_address(text)
        field = f"{path}.static_ips[{number}]"
        inside = [one for one in subnets if one.version == ip.version and ip in one]
        if not inside:
            message = f"{text} is in no subnet of {network.name}."
            yield FieldProblem(field, "out_of_range", message, f"Its subnets: {', '.join(network.subnets)}.")
        elif ip in (inside[0].network_address, inside[0].broadcast_address) and inside[0].num_addresses > 2:
            yield FieldProblem(
                field, "out_of_range", f"{text} stands for the subnet as a whole.", "Choose one between."
            )


def _is_subnet(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _ports_taken(spec: PodSpec, host: Host, resources: HostResources | None) -> Iterator[FieldProblem]:
    if not spec.ports:
        return
    taken = [(_held(one), one.by or "another process") for one in resources.ports] if resources else []
    for pod in _holding(host):
        taken += [(one, f"the pod {pod.name}") for one in _ports_of(pod)]
    for number, asked in enumerate(spec.ports):
        for held, by in taken:
            if overlap(asked, held):
                port = max(asked.host_port, held.host_port)
                message = f"Port {port}/{asked.protocol} of {host.name} is taken by {by}."
                yield FieldProblem(f"ports[{number}].host_port", "port_taken", message, "Choose another port.", TAKEN)
                break


def _held(one: PortInUse) -> PortMapping:
    ip = "" if one.host_ip == "0.0.0.0" else one.host_ip
    return PortMapping(host_ip=ip, host_port=one.port, container_port=1, protocol=one.protocol)


def _holding(host: Host) -> list[Pod]:
    return list(host.pods.filter(removed_at=None, state__in=HOLDING).only("name", "infra_json", "spec_json"))


def _ports_of(pod: Pod) -> tuple[PortMapping, ...]:
    found = () if pod.infra is None else pod.infra.port_bindings
    return tuple(_plain_ip(one) for one in found)


def _plain_ip(one: PortMapping) -> PortMapping:
    if one.host_ip != "0.0.0.0":
        return one
    return PortMapping(
        host_ip="", host_port=one.host_port, container_port=one.container_port, protocol=one.protocol, range=one.range
    )


def _addresses_taken(spec: PodSpec, host: Host) -> Iterator[FieldProblem]:
    asked = {
        ip: f"networks[{number}].static_ips[{place}]"
        for number, one in enumerate(spec.networks)
        for place, ip in enumerate(one.static_ips)
    }
    if not asked:
        return
    # An asked-for address is the pod's own also while it does not run: the engine keeps it in the pod's configuration.
    pods = host.pods.filter(removed_at=None).filter(Q(spec_json__isnull=False) | Q(state__in=HOLDING))
    for pod in pods.only("name", "infra_json", "spec_json"):
        own = {ip for one in (pod.infra.addresses if pod.infra else ()) for ip in (one.ip, one.ipv6) if ip}
        if pod.spec is not None:
            own |= {ip for one in pod.spec.networks for ip in one.static_ips}
        for ip in sorted(own & set(asked)):
            message = f"{ip} belongs to the pod {pod.name}."
            yield FieldProblem(asked[ip], "ip_taken", message, "Choose another address.", TAKEN)
