"""What a pod was asked to be, from wherever that is known; and a spec that would make another like it."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from pods.domain.specs import shapes, values
from pods.domain.specs.command_line import parse_argv
from pods.domain.specs.parse import normal
from pods.domain.specs.reading import Fault
from pods.domain.specs.rules import DEFAULT_SHARE, SHARED
from pods.messages.facts import InfraFacts, PortMapping
from pods.messages.specs import Mount, NetworkAttachment, PodSpec, Resources
from pods.models import Container, Host, Pod

OURS = "podweb's request"
COMMAND = "create command"
# Labels that tie a pod to what made it, so that no other may carry them.
TIED = ("io.podweb.", "PODMAN_SYSTEMD_UNIT", "io.containers.autoupdate")
# What engines use when nobody asks.
OWN_PAUSE = re.compile(r"localhost/podman-pause:.*|k8s\.gcr\.io/pause:.*|registry\.k8s\.io/pause:.*|")
OWN_PARENTS = {"", "/libpod_parent", "libpod_parent", "machine.slice", "user.slice"}
VOLUME_DATA = re.compile(r".*/volumes/([^/]+)/_data")


def asked_spec(pod: Pod) -> tuple[PodSpec | None, str]:
    """Return what the pod was asked to be, and where that is known from: OURS, COMMAND or ""."""
    if pod.spec is not None:
        return normal(pod.spec), OURS
    found = parse_argv(pod.create_command)
    return (None, "") if found is None else (found, COMMAND)


def spec_of(pod: Pod, *, name: str = "") -> PodSpec:
    """Return a spec for another pod like this one, called ``name`` or as is free on its host.

    What podweb asked for comes first, else the command that made it, completed by what the engine reports, else that
    alone. Ports and static addresses are kept: the checks say where they are taken.
    """
    asked, source = asked_spec(pod)
    seen = from_facts(pod)
    if asked is None:
        spec = seen
    elif source == OURS:
        spec = asked
    else:
        # What stands in a label file is not in the command.
        spec = replace(asked, labels=asked.labels | seen.labels, hostname=asked.hostname or seen.hostname)
    labels = {key: value for key, value in spec.labels.items() if not key.startswith(TIED)}
    # An infra container's name and a pid file are the first pod's own.
    name = name or free_name(pod.host, pod.name)
    return normal(replace(spec, name=name, labels=labels, infra_name="", infra_conmon_pid_file=""))


def free_name(host: Host, name: str) -> str:
    """Return ``name`` with a suffix that no pod or container of the host has."""
    base = re.sub(r"-copy[0-9]*$", "", name)[: values.LONGEST_NAME - 9] or "pod"
    containers = Container.objects.filter(pod__host=host, name__startswith=base, removed_at=None)
    taken = set(host.pods.filter(name__startswith=base, removed_at=None).values_list("name", flat=True))
    taken |= set(containers.values_list("name", flat=True))
    number = 1
    while (found := f"{base}-copy{number if number > 1 else ''}") in taken:
        number += 1
    return found


def from_facts(pod: Pod) -> PodSpec:
    """Return a spec of what the engine reports. What it does not tell, such as static addresses, is left out."""
    infra = pod.infra
    shared = tuple(sorted(set(pod.shared_namespaces) & set(SHARED)))
    has_infra = bool(pod.infra_container_id or shared)
    spec = PodSpec(
        name=pod.name,
        hostname=pod.hostname if has_infra else "",
        labels=dict(pod.labels),
        exit_policy=pod.exit_policy if pod.exit_policy in {"continue", "stop"} else "",  # type: ignore[arg-type]
        restart_policy=pod.restart_policy if pod.restart_policy in RESTARTS else "",  # type: ignore[arg-type]
        infra=has_infra,
        share=None if not has_infra or shared == DEFAULT_SHARE else shared,
        resources=_resources(pod),
        cgroup_parent="" if pod.cgroup_parent in OWN_PARENTS else pod.cgroup_parent,
        share_parent=pod.shares_cgroup or not has_infra,
    )
    if infra is None:
        return spec
    return replace(spec, **_of_infra(infra, pod.host), mounts=_mounts(pod.mounts), **_lists(pod))


RESTARTS = {"always", "on-failure", "unless-stopped"}


def _of_infra(infra: InfraFacts, host: Host) -> dict[str, object]:
    mode, networks = _network(infra, host)
    return {
        "infra_image": "" if OWN_PAUSE.fullmatch(infra.image) else infra.image,
        "pid": infra.pid_ns if infra.pid_ns == "host" or infra.pid_ns.startswith("ns:") else "",
        "network_mode": mode,
        "networks": networks,
        "ports": merged(infra.port_bindings),
        "dns_servers": infra.dns_servers,
        "dns_searches": infra.dns_searches,
        "dns_options": infra.dns_options,
        "extra_hosts": infra.extra_hosts,
        "no_manage_resolv_conf": infra.no_manage_resolv_conf,
        "no_manage_hosts": infra.no_manage_hosts,
    }


def _network(infra: InfraFacts, host: Host) -> tuple[str, tuple[NetworkAttachment, ...]]:
    if infra.host_network or infra.network_mode == "host":
        return "host", ()
    mode = infra.network_mode.partition(":")[0]
    if mode in {"none", "slirp4netns", "pasta"}:
        return mode, ()
    resources = host.resources
    default = next((one.name for one in resources.networks if one.default), "podman") if resources else "podman"
    if set(infra.networks) <= {default}:
        return "", ()
    return "bridge", tuple(NetworkAttachment(name="" if one == default else one) for one in infra.networks)


def merged(ports: Iterable[PortMapping]) -> tuple[PortMapping, ...]:
    """Return ports with neighbours joined into ranges, as the engine lists each by itself."""
    found: list[PortMapping] = []
    ordered = sorted(ports, key=lambda one: (one.protocol, one.host_ip, one.host_port, one.container_port))
    for one in ordered:
        ip = "" if one.host_ip == "0.0.0.0" else one.host_ip
        last = found[-1] if found else None
        if (
            last is not None
            and (last.protocol, last.host_ip) == (one.protocol, ip)
            and last.host_port + last.range == one.host_port
            and last.container_port + last.range == one.container_port
        ):
            found[-1] = replace(last, range=last.range + one.range)
        else:
            found.append(replace(one, host_ip=ip))
    return tuple(found)


def _resources(pod: Pod) -> Resources:
    """The engine's report; of memory, which it hides without a limit of the CPU, the kernel's file (engine.md 1.2)."""
    seen, kernel = pod.resource_limits(), pod.kernel_limits
    memory = seen.memory_limit
    if memory is None and kernel is not None and kernel.memory is not None and kernel.memory > 0:
        memory = kernel.memory
    swap = seen.memory_swap if memory is not None else None
    return Resources(
        cpu_period=seen.cpu_period if seen.cpu_quota else None,
        cpu_quota=seen.cpu_quota or None,
        cpu_shares=seen.cpu_shares or None,
        cpuset_cpus=seen.cpuset_cpus or "",
        cpuset_mems=seen.cpuset_mems or "",
        memory=memory,
        memory_swap=swap or None,
        blkio_weight=seen.blkio_weight or None,
    )


def _mounts(given: Iterable[str]) -> tuple[Mount, ...]:
    found: list[Mount] = []
    for text in given:
        source, _, rest = text.partition(":")
        volume = VOLUME_DATA.fullmatch(source)
        try:
            found.append(shapes.mount(f"{volume[1]}:{rest}" if volume else text))
        except Fault:
            continue
    return tuple(found)


def _lists(pod: Pod) -> dict[str, tuple[str, ...]]:
    """What the engine reports in the words of the command; what podweb would not take is left out."""
    reads = {"devices": values.device, "security_opts": values.security_opt, "volumes_from": values.volumes_from}
    found: dict[str, tuple[str, ...]] = {}
    for field, read in reads.items():
        kept: list[str] = []
        for text in getattr(pod, field):
            try:
                kept.append(read(text))
            except Fault:
                continue
        found[field] = tuple(kept)
    return found
