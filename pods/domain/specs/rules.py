"""What goes together in a pod: the combinations that the engine refuses, or takes and silently ignores.

Sources: pkg/specgen/pod_validate.go, pkg/specgen/generate/pod_create.go, pkg/specgen/container_validate.go and
cmd/podman/pods/create.go at v4.3.1 and v5.8.2. What the engine would ignore is refused too: nobody asks for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pods.domain.errors import FieldProblem
from pods.domain.specs.values import IPC_SYSCTLS
from pods.messages.facts import PortMapping
from pods.messages.specs import IdMap, Mount, NetworkAttachment, PodSpec, Resources

# What lives in the infra container, so that there is nothing to hold it without one.
OF_INFRA = (
    *("hostname", "infra_image", "infra_command", "infra_name", "infra_conmon_pid_file", "share", "pid", "ipc", "uts"),
    *("userns", "uid_maps", "gid_maps", "subuid_name", "subgid_name", "network_mode", "network_options", "networks"),
    *("ports", "dns_servers", "dns_searches", "dns_options", "extra_hosts", "no_manage_resolv_conf"),
    *("no_manage_hosts", "no_manage_hostname", "hosts_file", "shm_size", "shm_size_systemd", "mounts", "volumes_from"),
    *("devices", "security_opts", "sysctls"),
)
SHARED = ("cgroup", "ipc", "net", "pid", "uts")
DEFAULT_SHARE = ("ipc", "net", "uts")
WITH_PORTS = {"", "bridge", "slirp4netns", "pasta"}
WITH_OPTIONS = {"slirp4netns", "pasta"}


def conflict(field: str, message: str, hint: str = "") -> FieldProblem:
    """Return that ``field`` does not go with another."""
    return FieldProblem(field, "conflict", message, hint)


def pod_rules(spec: PodSpec) -> Iterator[FieldProblem]:
    """Return what does not go together, in the order of the form."""
    yield from _identity(spec)
    yield from _infra(spec)
    yield from _namespaces(spec)
    yield from _ids(spec)
    yield from _network(spec)
    yield from overlapping_ports(spec.ports)
    yield from _files(spec)
    yield from _cgroup(spec)
    yield from resource_rules(spec.resources)
    yield from _pod_only(spec)
    yield from mount_rules(spec.mounts)
    yield from _sysctls(spec)


def _identity(spec: PodSpec) -> Iterator[FieldProblem]:
    if spec.restart_tries is not None and spec.restart_policy != "on-failure":
        yield conflict("restart_tries", "Only the restart policy on-failure counts its tries.")
    if spec.hostname and (spec.uts == "host" or spec.uts.startswith("ns:")):
        yield conflict(
            "hostname", "The pod joins another UTS namespace, which has its hostname already.", "Leave one out."
        )


def _infra(spec: PodSpec) -> Iterator[FieldProblem]:
    if spec.infra:
        return
    for field in OF_INFRA:
        if getattr(spec, field) not in ("", None, (), False, {}):
            hint = "Leave the infra container in, or leave this out."
            yield conflict(field, "Without an infra container there is nothing that could hold this.", hint)


def _namespaces(spec: PodSpec) -> Iterator[FieldProblem]:
    share = spec.share or ()
    if "cgroup" in share and spec.share_parent:
        message = "Containers cannot be put in the pod's cgroup and join the infra container's cgroup namespace."
        yield conflict("share", message, "Leave cgroup out, or set share_parent to false.")
    if spec.shm_size is not None and spec.ipc in {"host", "none"}:
        yield conflict("shm_size", f"With ipc {spec.ipc} the pod has no /dev/shm of its own.")


def _ids(spec: PodSpec) -> Iterator[FieldProblem]:
    for field in ("uid_maps", "gid_maps"):
        maps: tuple[IdMap, ...] = getattr(spec, field)
        if maps and spec.userns:
            yield conflict(field, "A user namespace mode draws its own id maps.", "Leave userns empty.")
        if maps and (spec.subuid_name or spec.subgid_name):
            yield conflict(
                field, "Id maps are given, or drawn from /etc/subuid and /etc/subgid.", "Leave one of them out."
            )
        for side in ("container_id", "host_id"):
            ends = sorted((getattr(one, side), getattr(one, side) + one.size) for one in maps)
            if any(end > start for (_, end), (start, _) in pairwise(ends)):
                yield FieldProblem(field, "duplicate", f"The id maps overlap by their {side}.")
        if maps and not any(one.container_id == 0 for one in maps):
            yield conflict(field, "The infra container runs as 0, which is not mapped.", "Map container id 0.")
    for field in ("subuid_name", "subgid_name"):
        if getattr(spec, field) and spec.userns:
            yield conflict(field, "A user namespace mode draws its own id maps.", "Leave userns empty.")


def _network(spec: PodSpec) -> Iterator[FieldProblem]:
    mode = spec.network_mode
    if spec.ports and mode not in WITH_PORTS:
        message = f"With the network mode {mode} there is nothing to publish."
        yield conflict("ports", message, f"Ports go with {', '.join(sorted(WITH_PORTS - {''}))}.")
    if spec.networks and mode not in {"", "bridge"}:
        message = f"With the network mode {mode} no network is joined, and no static address given."
        yield conflict("networks", message, "Use the mode bridge.")
    if spec.network_options and mode not in WITH_OPTIONS:
        yield conflict("network_options", "Only slirp4netns and pasta have options.")
    if mode == "none":
        for field in ("dns_servers", "dns_searches", "dns_options"):
            if getattr(spec, field):
                yield conflict(field, "A pod without a network asks no DNS server.")
    yield from _attachments(spec.networks)


def _attachments(networks: Sequence[NetworkAttachment]) -> Iterator[FieldProblem]:
    for name, times in Counter(one.name for one in networks).items():
        if times > 1:
            yield FieldProblem("networks", "duplicate", f"{name or 'The default network'} is there {times} times.")
    for field in ("static_mac", "interface_name"):
        for value, times in Counter(filter(None, (getattr(one, field) for one in networks))).items():
            if times > 1:
                yield FieldProblem("networks", "duplicate", f"{value} is there {times} times.")


def overlap(first: PortMapping, second: PortMapping) -> bool:
    """Return whether two mappings ask for one port of the host. "" is every address, also IPv6."""
    if not first.host_port or not second.host_port or first.protocol != second.protocol:
        return False
    # [::] takes every IPv6 address, and by the kernel's default the IPv4 ones too.
    ips = {first.host_ip, second.host_ip}
    if len(ips) == 2 and not ips & {"", "::"}:
        return False
    return first.host_port < second.host_port + second.range and second.host_port < first.host_port + first.range


def overlapping_ports(ports: Sequence[PortMapping]) -> Iterator[FieldProblem]:
    """Return every mapping that asks for a port of the host that one before it asks for."""
    for number, one in enumerate(ports):
        if any(overlap(one, former) for former in ports[:number]):
            message = f"Port {one.host_port}/{one.protocol} of the host is asked for twice."
            yield FieldProblem(f"ports[{number}].host_port", "duplicate", message)


def _files(spec: PodSpec) -> Iterator[FieldProblem]:
    if spec.no_manage_resolv_conf:
        for field in ("dns_servers", "dns_searches", "dns_options"):
            if getattr(spec, field):
                yield conflict(field, "resolv.conf is left as the image has it, so nothing can be put in it.")
    if spec.no_manage_hosts:
        for field in ("extra_hosts", "hosts_file"):
            if getattr(spec, field):
                yield conflict(field, "/etc/hosts is left as the image has it, so nothing can be put in it.")
    if len(spec.dns_searches) > 1 and "." in spec.dns_searches:
        yield conflict("dns_searches", "A single . removes the search domains, so it stands alone.")


def _cgroup(spec: PodSpec) -> Iterator[FieldProblem]:
    if not spec.share_parent and spec.resources != Resources():
        message = "Limits belong to the pod's cgroup, and with share_parent false it has none."
        yield conflict("resources", message, "Set share_parent to true, or limit each container.")


def resource_rules(limits: Resources) -> Iterator[FieldProblem]:
    """Return what does not go together in limits (pkg/specgen/generate/validate.go)."""
    swap, memory = limits.memory_swap, limits.memory
    if swap is not None and memory is None:
        yield conflict("resources.memory_swap", "A limit of memory and swap needs a limit of memory.", "Set memory.")
    elif swap is not None and memory is not None and -1 < swap < memory:
        yield conflict("resources.memory_swap", "It is memory and swap together, so it cannot be less than memory.")
    if limits.memory_reservation is not None and memory is not None and limits.memory_reservation > memory:
        yield conflict("resources.memory_reservation", "It cannot be more than memory.")
    if memory is not None and memory < SMALLEST_MEMORY:
        message = "In so little memory nothing starts."
        yield FieldProblem("resources.memory", "out_of_range", message, f"At least {SMALLEST_MEMORY >> 20}m.")
    for field in (
        "blkio_weight_devices",
        "device_read_bps",
        "device_write_bps",
        "device_read_iops",
        "device_write_iops",
    ):
        yield from _once(f"resources.{field}", (one.path for one in getattr(limits, field)))


# crun and runc themselves need some MiB in the cgroup before the program starts; Docker refuses less than this too.
SMALLEST_MEMORY = 6 << 20


def _pod_only(spec: PodSpec) -> Iterator[FieldProblem]:
    for field in ("memory_reservation", "pids_limit"):
        if getattr(spec.resources, field) is not None:
            yield conflict(
                f"resources.{field}", "Podman has this limit for containers, not for pods.", "Set it on each container."
            )


def mount_rules(mounts: Sequence[Mount]) -> Iterator[FieldProblem]:
    """Return mounts that would hide one another."""
    yield from _once("mounts", (mount.destination.rstrip("/") for mount in mounts))


def _once(field: str, given: Iterable[str]) -> Iterator[FieldProblem]:
    for value, times in Counter(given).items():
        if times > 1:
            yield FieldProblem(field, "duplicate", f"{value} is there {times} times.")


def _sysctls(spec: PodSpec) -> Iterator[FieldProblem]:
    for name in spec.sysctls:
        if name.startswith("net.") and spec.network_mode == "host":
            yield conflict(
                "sysctls", f"{name} would change the host's own network.", "Leave out the network mode host."
            )
        if (name in IPC_SYSCTLS or name.startswith("fs.mqueue.")) and spec.ipc == "host":
            yield conflict("sysctls", f"{name} would change the host's own IPC.", "Leave out ipc host.")
