"""The equal Kubernetes YAML, as ``podman kube play`` takes it. What it cannot say stands in comments above it.

Sources: podman-kube-play(1) and pkg/specgen/generate/kube at v4.3.1 and v5.8.2.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from pods.domain.specs.command import size_text
from pods.messages.specs import ContainerSpec, Mount, PodSpec, Resources

DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
RESTART = {"": "Never", "no": "Never", "always": "Always", "on-failure": "OnFailure", "unless-stopped": "Always"}
PULL = {"missing": "IfNotPresent", "always": "Always", "newer": "Always", "never": "Never"}
# Fields that no key of the YAML stands for, with their default.
UNSAID = {
    "exit_policy": "kube play stops the pod when its last container ends",
    "restart_tries": "",
    "infra": "there is always an infra container",
    "infra_image": "",
    "infra_command": "",
    "infra_conmon_pid_file": "",
    "share": "containers share ipc, net and uts, and pid by shareProcessNamespace",
    "uts": "",
    "uid_maps": "",
    "gid_maps": "",
    "subuid_name": "",
    "subgid_name": "",
    "network_options": "",
    "networks": "give them to kube play as --network",
    "no_manage_resolv_conf": "",
    "no_manage_hosts": "give it to kube play as --no-hosts",
    "no_manage_hostname": "",
    "hosts_file": "",
    "resources": "limits stand at each container",
    "shm_size": "",
    "shm_size_systemd": "",
    "volumes_from": "",
    "devices": "devices stand at each container",
    "security_opts": "",
    "cgroup_parent": "",
    "share_parent": "",
}
CONTAINER_UNSAID = {
    **dict.fromkeys(("hostname", "volumes_from", "restart_tries", "stop_signal", "stop_timeout", "security_opts"), ""),
    "restart_policy": "the pod has one for all",
}
LIMITS_UNSAID = (
    *("cpu_shares", "cpuset_cpus", "cpuset_mems", "memory_swap", "blkio_weight", "blkio_weight_devices"),
    *("device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops", "pids_limit"),
)


def kube_yaml(spec: PodSpec, containers: Sequence[ContainerSpec] = ()) -> str:
    """Return the YAML of the pod with ``containers``, below comments that name what it leaves out."""
    mounts = list(spec.mounts)
    ports = _ports(spec)
    shown = [_container(one, mounts, number) for number, one in enumerate(containers)]
    normal = [made for made, one in zip(shown, containers, strict=True) if not one.init]
    if ports and normal:
        # Ports are the pod's own in Podman; kube play takes them from any of its containers.
        normal[0]["ports"] = ports
    annotations = _annotations(spec, containers)
    made: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _without_empty(
            {"name": spec.name, "labels": dict(spec.labels), "annotations": annotations},
        ),
        "spec": _pod(spec)
        | _without_empty(
            {
                "initContainers": [one for one, of in zip(shown, containers, strict=True) if of.init],
                "volumes": _volumes([*mounts, *(mount for one in containers for mount in one.mounts)]),
            }
        )
        | {"containers": normal},
    }
    text: str = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=10_000)
    return "".join(f"# {note}\n" for note in _notes(spec, containers, ports=bool(ports))) + text


def _without_empty(given: dict[str, Any]) -> dict[str, Any]:
    # Not by truth: user 0 is a user.
    return {key: value for key, value in given.items() if value is not False and value not in ({}, [], "", None)}


def _pod(spec: PodSpec) -> dict[str, Any]:
    hosts: dict[str, list[str]] = {}
    for one in spec.extra_hosts:
        name, _, ip = one.partition(":")
        hosts.setdefault(ip, []).append(name)
    split = [one.partition(":") for one in spec.dns_options]
    options = [_without_empty({"name": name, "value": value}) for name, _, value in split]
    return _without_empty(
        {
            "hostname": spec.hostname,
            "restartPolicy": RESTART[spec.restart_policy],
            "hostNetwork": spec.network_mode == "host",
            "hostPID": spec.pid == "host",
            "hostIPC": spec.ipc == "host",
            "shareProcessNamespace": "pid" in (spec.share or ()),
            "dnsConfig": _without_empty(
                {"nameservers": list(spec.dns_servers), "searches": list(spec.dns_searches), "options": options}
            ),
            "hostAliases": [{"ip": ip, "hostnames": names} for ip, names in hosts.items()],
            "securityContext": _without_empty(
                {"sysctls": [{"name": name, "value": value} for name, value in spec.sysctls.items()]}
            ),
        }
    )


def _annotations(spec: PodSpec, containers: Sequence[ContainerSpec]) -> dict[str, str]:
    always = any(one.init == "always" for one in containers)
    return _without_empty(
        {
            "io.podman.annotations.infra.name": spec.infra_name,
            "io.podman.annotations.userns": spec.userns,
            "io.podman.annotations.init.container.type": "always" if always else "",
        }
    )


def _ports(spec: PodSpec) -> list[dict[str, Any]]:
    return [
        _without_empty(
            {
                "containerPort": one.container_port + step,
                "hostPort": one.host_port + step if one.host_port else None,
                "hostIP": one.host_ip,
                "protocol": "" if one.protocol == "tcp" else one.protocol.upper(),
            }
        )
        for one in spec.ports
        for step in range(one.range)
    ]


def _container(spec: ContainerSpec, pod_mounts: list[Mount], number: int) -> dict[str, Any]:
    security = {
        "privileged": spec.privileged,
        "readOnlyRootFilesystem": spec.read_only,
        "capabilities": _without_empty({"add": list(spec.cap_add), "drop": list(spec.cap_drop)}),
        **_user(spec.user),
    }
    made = {
        "name": spec.name or f"container{number + 1}",
        "image": spec.image,
        "imagePullPolicy": PULL[spec.pull],
        "command": list(spec.entrypoint or ()),
        "args": list(spec.command),
        "env": [{"name": name, "value": value} for name, value in spec.env.items()],
        "workingDir": spec.workdir,
        "tty": spec.terminal,
        "stdin": spec.stdin,
        "resources": _limits(spec.resources),
        "securityContext": _without_empty(security),
        "volumeMounts": [_mount(one) for one in (*pod_mounts, *spec.mounts)],
        "livenessProbe": _probe(spec),
    }
    return _without_empty(made)


def _user(text: str) -> dict[str, int]:
    user, _, group = text.partition(":")
    found = {"runAsUser": user, "runAsGroup": group}
    return {key: int(value) for key, value in found.items() if value.isascii() and value.isdigit()}


def _limits(limits: Resources) -> dict[str, Any]:
    cpu = None
    if limits.cpu_quota is not None and limits.cpu_quota > 0:
        cpu = f"{max(1, round(limits.cpu_quota * 1000 / (limits.cpu_period or 100_000)))}m"
    # Kubernetes' suffixes are Ki, Mi, Gi; bytes stand alone.
    held = {"memory": _quantity(limits.memory), "cpu": cpu}
    return _without_empty(
        {"limits": _without_empty(held), "requests": _without_empty({"memory": _quantity(limits.memory_reservation)})}
    )


def _quantity(size: int | None) -> str | None:
    text = size_text(size)
    return None if not text else text[:-1] if text.endswith("b") else f"{text[:-1]}{text[-1].upper()}i"


def _volume_name(mount: Mount) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", f"{mount.source or 'at'}{mount.destination}".lower()).strip("-")
    return f"{words[:50] or 'data'}-{mount.type}".strip("-")


def _mount(mount: Mount) -> dict[str, Any]:
    made = {"name": _volume_name(mount), "mountPath": mount.destination, "readOnly": "ro" in mount.options}
    return _without_empty(made)


def _volumes(mounts: Sequence[Mount]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for mount in mounts:
        kind: dict[str, Any]
        if mount.type == "bind":
            kind = {"hostPath": {"path": mount.source}}
        elif mount.type == "tmpfs":
            kind = {"emptyDir": {"medium": "Memory"}}
        elif mount.source:
            kind = {"persistentVolumeClaim": {"claimName": mount.source}}
        else:
            kind = {"emptyDir": {}}
        found[_volume_name(mount)] = {"name": _volume_name(mount), **kind}
    return list(found.values())


def _probe(spec: ContainerSpec) -> dict[str, Any] | None:
    check = spec.health
    if check is None:
        return None
    command = ["/bin/sh", "-c", check.command[0]] if len(check.command) == 1 else list(check.command)
    return {
        "exec": {"command": command},
        "periodSeconds": check.interval,
        "timeoutSeconds": check.timeout,
        "initialDelaySeconds": check.start_period,
        "failureThreshold": check.retries,
    }


def _notes(spec: PodSpec, containers: Sequence[ContainerSpec], *, ports: bool) -> Iterator[str]:
    """Return what the YAML leaves out, a sentence each."""
    defaults = PodSpec(name="")
    same = {"share": _shares_as_kube(spec.share or ()), "exit_policy": spec.exit_policy == "stop"}
    for field, why in UNSAID.items():
        value = getattr(spec, field)
        if value != getattr(defaults, field) and not same.get(field):
            yield f"Not in the YAML: {field}{f' ({why})' if why else ''}."
    if spec.network_mode not in {"", "host", "bridge"}:
        yield f"Not in the YAML: network_mode (give it to kube play as --network {spec.network_mode})."
    for mode in ("pid", "ipc"):
        if getattr(spec, mode) not in {"", "host"}:
            yield f"Not in the YAML: {mode}."
    if not DNS_LABEL.fullmatch(spec.name):
        yield "Kubernetes itself takes names of lower-case letters, digits and hyphens only."
    if not containers:
        yield "kube play needs at least one container."
        if ports:
            yield "Not in the YAML: ports (they stand at a container)."
    for one in containers:
        yield from _container_notes(one)


def _shares_as_kube(share: tuple[str, ...]) -> bool:
    return set(share) - {"pid"} == {"ipc", "net", "uts"}


def _container_notes(spec: ContainerSpec) -> Iterator[str]:
    defaults, limits = ContainerSpec(image=""), Resources()
    name = spec.name or spec.image
    for field, why in CONTAINER_UNSAID.items():
        if getattr(spec, field) != getattr(defaults, field):
            yield f"Not in the YAML of {name}: {field}{f' ({why})' if why else ''}."
    for field in LIMITS_UNSAID:
        if getattr(spec.resources, field) != getattr(limits, field):
            yield f"Not in the YAML of {name}: resources.{field}."
    if spec.labels:
        yield f"Not in the YAML of {name}: labels (the pod has them)."
    if spec.devices:
        yield f"Not in the YAML of {name}: devices."
    if spec.user and not _user(spec.user):
        yield f"Not in the YAML of {name}: user (there are only numbers)."
    if spec.health is not None and spec.health.on_failure:
        yield f"Not in the YAML of {name}: health.on_failure (kube play restarts)."
