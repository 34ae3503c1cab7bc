"""The command that would make the same: ``podman pod create ...`` and ``podman create --pod ...``.

Flags and how Podman splits their values: cmd/podman/common/create.go and netflags.go, v4.3.1 and v5.8.2.
"""

import json
import shlex
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pods.domain.specs.command_line import parse_argv
from pods.domain.specs.numbers import PERIOD, members
from pods.domain.specs.parse import normal
from pods.messages.facts import PortMapping
from pods.messages.specs import ContainerSpec, Mount, NetworkAttachment, PodSpec, Resources

__all__ = ["argv", "container_argv", "parse_argv", "quoted", "sayable", "size_text", "unsaid"]


def quoted(words: Sequence[str]) -> str:
    """Return the words as one line that a shell splits into them again."""
    return shlex.join(words)


def unsaid(spec: PodSpec) -> dict[str, str]:
    """Return what no flag of ``podman pod create`` can say: field -> why. The API can."""
    limits = spec.resources
    found = {
        "ipc": "there is no --ipc for pods" if spec.ipc else "",
        "infra_command": "--infra-command splits at every blank" if not _one_text(spec.infra_command) else "",
        "resources.cpu_period": "there is only --cpus, which always has a period of 100 ms" if _odd_cpu(limits) else "",
        "resources.cpuset_cpus": "the command leaves out processors above the number of --cpus" if _cut(limits) else "",
        "resources.device_read_iops": "there is no --device-read-iops for pods" if limits.device_read_iops else "",
        "resources.device_write_iops": "there is no --device-write-iops for pods" if limits.device_write_iops else "",
        "mounts": "--volume makes no tmpfs, and gives no options to a volume without a name"
        if any(map(_unsaid_mount, spec.mounts))
        else "",
    }
    return {field: why for field, why in found.items() if why}


def _odd_cpu(limits: Resources) -> bool:
    return limits.cpu_period not in (None, PERIOD) or (limits.cpu_period is not None and limits.cpu_quota is None)


def _cut(limits: Resources) -> bool:
    """Podman's command, not its API, makes 0 of 0-1 with --cpus 0.5 (cmd/podman/pods/create.go, 4.3 to 5.8)."""
    if not limits.cpuset_cpus or limits.cpu_quota is None or limits.cpu_quota < 0:
        return False
    return max(members(limits.cpuset_cpus)) > limits.cpu_quota // (limits.cpu_period or PERIOD)


def _unsaid_mount(mount: Mount) -> bool:
    return mount.type == "tmpfs" or (not mount.source and bool(mount.options))


def _one_text(words: tuple[str, ...]) -> bool:
    return all(word and " " not in word for word in words)


def sayable(spec: PodSpec) -> PodSpec:
    """Return the spec as its command says it: without what ``unsaid`` names, the time of processors as CPUs."""
    limits = spec.resources
    quota = limits.cpu_quota if limits.cpu_quota != -1 else None
    if quota is not None:
        quota = max(1, round(quota * PERIOD / (limits.cpu_period or PERIOD)))
    return normal(
        replace(
            spec,
            ipc="",
            infra_command=spec.infra_command if _one_text(spec.infra_command) else (),
            mounts=tuple(
                replace(one, options=()) if _unsaid_mount(one) else one for one in spec.mounts if one.type != "tmpfs"
            ),
            resources=replace(
                limits,
                cpu_period=None if quota is None else PERIOD,
                cpu_quota=quota,
                device_read_iops=(),
                device_write_iops=(),
            ),
        )
    )


def argv(spec: PodSpec) -> list[str]:
    """Return the words of the command that makes the pod, but for what ``unsaid`` names."""
    spec = sayable(spec)
    words = ["podman", "pod", "create", "--name", spec.name]
    words += _flags("--hostname", spec.hostname)
    words += _flags("--label", *(f"{key}={value}" for key, value in spec.labels.items()))
    words += _flags("--exit-policy", spec.exit_policy)
    words += _flags("--restart", restart(spec.restart_policy, spec.restart_tries))
    words += _infra(spec)
    words += _namespaces(spec)
    words += _network(spec)
    words += _limits(spec.resources)
    words += _flags("--shm-size", size_text(spec.shm_size))
    words += _flags("--shm-size-systemd", size_text(spec.shm_size_systemd))
    words += _flags("--volume", *map(volume, spec.mounts))
    words += _flags("--volumes-from", *spec.volumes_from)
    words += _flags("--device", *map(comma_quoted, spec.devices))
    words += _flags("--security-opt", *spec.security_opts)
    words += _flags("--sysctl", *(comma_quoted(f"{key}={value}") for key, value in spec.sysctls.items()))
    words += _flags("--cgroup-parent", spec.cgroup_parent)
    return words if spec.share_parent else [*words, "--share-parent=false"]


def _flags(flag: str, *given: str) -> list[str]:
    return [word for value in given if value for word in (flag, value)]


def _infra(spec: PodSpec) -> list[str]:
    if not spec.infra:
        return ["--infra=false"]
    # An empty --share alone would leave the infra container out too.
    words = ["--infra=true", "--share", ""] if spec.share == () else _flags("--share", ",".join(spec.share or ()))
    words += _flags("--infra-image", spec.infra_image)
    words += _flags("--infra-command", " ".join(spec.infra_command))
    words += _flags("--infra-name", spec.infra_name)
    return words + _flags("--infra-conmon-pidfile", spec.infra_conmon_pid_file)


def _namespaces(spec: PodSpec) -> list[str]:
    words = [*_flags("--pid", spec.pid), *_flags("--uts", spec.uts), *_flags("--userns", spec.userns)]
    for flag, maps in (("--uidmap", spec.uid_maps), ("--gidmap", spec.gid_maps)):
        words += _flags(flag, *(f"{one.container_id}:{one.host_id}:{one.size}" for one in maps))
    return [*words, *_flags("--subuidname", spec.subuid_name), *_flags("--subgidname", spec.subgid_name)]


def _network(spec: PodSpec) -> list[str]:
    words = [word for one in spec.networks for word in ("--network", network(one))]
    if not spec.networks and spec.network_mode:
        words += ["--network", with_options(spec.network_mode, spec.network_options)]
    words += _flags("--publish", *map(publish, spec.ports))
    words += _flags("--dns", *spec.dns_servers, "none" if spec.no_manage_resolv_conf else "")
    words += _flags("--dns-search", *spec.dns_searches)
    words += _flags("--dns-option", *spec.dns_options)
    words += _flags("--add-host", *spec.extra_hosts)
    words += ["--no-hosts"] * spec.no_manage_hosts
    words += ["--no-hostname"] * spec.no_manage_hostname
    return words + _flags("--hosts-file", spec.hosts_file)


def _limits(limits: Resources) -> list[str]:
    words: list[str] = []
    if limits.cpu_quota is not None:
        words += ["--cpus", f"{limits.cpu_quota / PERIOD:.5f}".rstrip("0").rstrip(".")]
    words += _numbers(("--cpu-shares", limits.cpu_shares), ("--blkio-weight", limits.blkio_weight))
    words += _flags("--cpuset-cpus", limits.cpuset_cpus)
    words += _flags("--cpuset-mems", limits.cpuset_mems)
    words += memory(limits)
    words += _flags("--blkio-weight-device", *(f"{one.path}:{one.weight}" for one in limits.blkio_weight_devices))
    for flag, rates in (("--device-read-bps", limits.device_read_bps), ("--device-write-bps", limits.device_write_bps)):
        words += _flags(flag, *(f"{one.path}:{size_text(one.rate)}" for one in rates))
    return words


def memory(limits: Resources) -> list[str]:
    """Return the flags for memory."""
    swap = limits.memory_swap
    words = _flags("--memory", size_text(limits.memory))
    return words + _flags("--memory-swap", "-1" if swap == -1 else size_text(swap))


def _numbers(*given: tuple[str, int | None]) -> list[str]:
    return [word for flag, number in given if number is not None for word in (flag, str(number))]


def restart(policy: str, tries: int | None) -> str:
    """Return the value of --restart; "" for none."""
    return policy if tries is None else f"{policy}:{tries}"


def size_text(size: int | None) -> str:
    """Return bytes as Podman reads them back exactly, in the largest unit that fits: 64m; "" for none."""
    if size is None:
        return ""
    for unit, shift in (("g", 30), ("m", 20), ("k", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift}{unit}"
    return f"{size}b"


def publish(port: PortMapping) -> str:
    """Return the value of --publish."""
    last = port.range - 1
    outer = "" if not port.host_port else f"{port.host_port}-{port.host_port + last}" if last else f"{port.host_port}"
    inner = f"{port.container_port}-{port.container_port + last}" if last else f"{port.container_port}"
    protocol = "" if port.protocol == "tcp" else f"/{port.protocol}"
    ip = f"[{port.host_ip}]" if ":" in port.host_ip else port.host_ip
    return f"{ip}:{outer}:{inner}{protocol}" if ip else f"{outer}:{inner}{protocol}" if outer else f"{inner}{protocol}"


def network(one: NetworkAttachment) -> str:
    """Return the value of --network that joins one network."""
    options = [f"ip={ip}" for ip in one.static_ips]
    options += [f"mac={one.static_mac}"] if one.static_mac else []
    options += [f"alias={alias}" for alias in one.aliases]
    options += [f"interface_name={one.interface_name}"] if one.interface_name else []
    return with_options(one.name or "bridge", options)


def with_options(word: str, options: Iterable[str]) -> str:
    """Return WORD[:OPTION,...]."""
    joined = ",".join(options)
    return f"{word}:{joined}" if joined else word


def volume(mount: Mount) -> str:
    """Return the value of --volume."""
    if not mount.source:
        return mount.destination
    return with_options(f"{mount.source}:{mount.destination}", mount.options)


def comma_quoted(value: str) -> str:
    """Return a value for a flag that Podman splits as a line of CSV."""
    return '"' + value.replace('"', '""') + '"' if any(one in value for one in ',"\r\n') else value


def container_argv(spec: ContainerSpec, pod_name: str) -> list[str]:
    """Return the words of the command that adds the container to the pod."""
    words = ["podman", "create", "--pod", pod_name, *_flags("--name", spec.name)]
    words += _flags("--pull", "" if spec.pull == "missing" else spec.pull)
    words += _flags("--init-ctr", spec.init)
    if spec.entrypoint is not None:
        many = len(spec.entrypoint) > 1 or any(word.startswith("[") for word in spec.entrypoint)
        words += ["--entrypoint", json.dumps(spec.entrypoint) if many else "".join(spec.entrypoint)]
    words += _flags("--env", *(f"{key}={value}" for key, value in spec.env.items()))
    words += [*_flags("--workdir", spec.workdir), *_flags("--user", spec.user)]
    words += _flags("--label", *(f"{key}={value}" for key, value in spec.labels.items()))
    words += [*["--tty"] * spec.terminal, *["--interactive"] * spec.stdin, *_flags("--hostname", spec.hostname)]
    words += _flags("--volume", *(volume(one) for one in spec.mounts if one.type != "tmpfs"))
    words += _flags(
        "--tmpfs", *(with_options(one.destination, one.options) for one in spec.mounts if one.type == "tmpfs")
    )
    words += _flags("--volumes-from", *spec.volumes_from)
    words += _flags("--device", *map(comma_quoted, spec.devices))
    words += _container_limits(spec.resources)
    words += _flags("--restart", restart(spec.restart_policy, spec.restart_tries))
    words += [*_flags("--stop-signal", spec.stop_signal), *_numbers(("--stop-timeout", spec.stop_timeout))]
    words += _health(spec)
    words += [*_flags("--cap-add", *spec.cap_add), *_flags("--cap-drop", *spec.cap_drop)]
    words += _flags("--security-opt", *spec.security_opts)
    words += [*["--privileged"] * spec.privileged, *["--read-only"] * spec.read_only]
    return [*words, spec.image, *spec.command]


def _container_limits(limits: Resources) -> list[str]:
    quota = None if limits.cpu_quota == -1 else limits.cpu_quota
    words = _limits(replace(limits, cpu_quota=None))
    words += _numbers(("--cpu-period", limits.cpu_period), ("--cpu-quota", quota), ("--pids-limit", limits.pids_limit))
    words += _flags("--memory-reservation", size_text(limits.memory_reservation))
    for flag, rates in (
        ("--device-read-iops", limits.device_read_iops),
        ("--device-write-iops", limits.device_write_iops),
    ):
        words += _flags(flag, *(f"{one.path}:{one.rate}" for one in rates))
    return words


def _health(spec: ContainerSpec) -> list[str]:
    check = spec.health
    if check is None:
        return []
    # A list is run as it is, a text by a shell.
    words = ["--health-cmd", check.command[0] if len(check.command) == 1 else json.dumps(check.command)]
    words += ["--health-interval", f"{check.interval}s", "--health-timeout", f"{check.timeout}s"]
    words += ["--health-start-period", f"{check.start_period}s", "--health-retries", str(check.retries)]
    return words + _flags("--health-on-failure", check.on_failure)
