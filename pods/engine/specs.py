"""A pod's spec in the words of its engine: the PodSpecGenerator that ``POST /pods/create`` takes.

Source: pkg/specgen/podspecgen.go and pkg/specgen/generate/pod_create.go of v4.3.1 and v5.8.2. The endpoint parses
less than the command does: volumes, id maps, name spaces and device numbers go out in their final form. Every engine
ignores keys that it does not know, and options that have no effect beside others; those are refused here.
"""

from typing import Any

import msgspec

from pods.engine.errors import UnsupportedError
from pods.engine.limits import UNLIMITED, linux_resources
from pods.engine.mounts import mounts_and_volumes
from pods.engine.userns import user_namespace
from pods.messages.facts import PortMapping
from pods.messages.hosts import EngineInfo
from pods.messages.options import SHARE_PARENT_WITHOUT_INFRA, parse_version, unsupported
from pods.messages.specs import NetworkAttachment, PodSpec, Resources

# Of a pod without an infra container the engine uses these; it refuses or ignores every other option.
_WITHOUT_INFRA = {
    *("name", "hostname", "labels", "exit_policy", "restart_policy", "restart_tries", "infra", "cgroup_parent"),
    *("share_parent", "share", "resources"),
}
# (our field, the engine's key) of what needs no translation.
_PLAIN = (
    ("name", "name"),
    ("hostname", "hostname"),
    ("exit_policy", "exit_policy"),
    ("restart_policy", "restart_policy"),
    ("restart_tries", "restart_tries"),
    ("infra_image", "infra_image"),
    ("infra_command", "infra_command"),
    ("infra_name", "infra_name"),
    ("infra_conmon_pid_file", "infra_conmon_pid_file"),
    ("dns_servers", "dns_server"),
    ("dns_searches", "dns_search"),
    ("dns_options", "dns_option"),
    ("extra_hosts", "hostadd"),
    ("no_manage_resolv_conf", "no_manage_resolv_conf"),
    ("no_manage_hosts", "no_manage_hosts"),
    ("no_manage_hostname", "no_manage_hostname"),
    ("hosts_file", "hostsFile"),
    ("shm_size", "shm_size"),
    ("shm_size_systemd", "shm_size_systemd"),
    ("volumes_from", "volumes_from"),
    ("devices", "pod_devices"),
    ("security_opts", "security_opt"),
    ("sysctls", "sysctl"),
    ("cgroup_parent", "cgroup_parent"),
)
_NAMESPACES = (("pid", "pidns"), ("ipc", "ipcns"), ("uts", "utsns"))
_OPTIONS_OF = {"slirp4netns", "pasta"}


def pod_body(spec: PodSpec, info: EngineInfo, *, labels: dict[str, str], command: list[str]) -> dict[str, Any]:
    """Return the PodSpecGenerator of ``spec`` for this engine, with ``labels`` added and ``command`` as its maker.

    Raises UnsupportedError where the engine would ignore something that is asked for.
    """
    _refuse_ignored(spec, info)
    body: dict[str, Any] = {"labels": {**spec.labels, **labels}, "pod_create_command": command}
    for field, key in _PLAIN:
        value = getattr(spec, field)
        if value or (value == 0 and value is not False):
            body[key] = value
    for field, key in _NAMESPACES:
        if mode := getattr(spec, field):
            body[key] = namespace(mode)
    if not spec.infra:
        body["no_infra"] = True
    elif spec.share is not None:
        body["shared_namespaces"] = list(spec.share)
    if not spec.share_parent:
        body["share_parent"] = False
    body |= user_namespace(spec)
    body |= _network(spec)
    body |= mounts_and_volumes(spec.mounts)
    if limits := linux_resources(spec.resources):
        if limits.get("memory", {}).get("swap") == UNLIMITED:
            del limits["memory"]["swap"]  # as it is anyway; the pod endpoint takes -1 for less than the memory limit
        # Without it the engine's inspect shows none of the others (libpod's Pod.ResourceLim).
        limits.setdefault("cpu", {})
        body["resource_limits"] = limits
    return body


def namespace(mode: str) -> dict[str, str]:
    """Return the engine's Namespace of ``host``, ``private``, ``ns:PATH``, ``slirp4netns``, ..."""
    name, _, value = mode.partition(":")
    return {"nsmode": "path", "value": value} if name == "ns" else {"nsmode": name}


def _network(spec: PodSpec) -> dict[str, Any]:
    body: dict[str, Any] = {}
    mode = spec.network_mode or ("bridge" if spec.networks else "")
    if mode:
        body["netns"] = namespace(mode)
    if spec.network_options:
        body["network_options"] = {mode.partition(":")[0]: list(spec.network_options)}
    if spec.networks:
        # A capital letter: the engine gives this one key no other name. "default" is its default network.
        body["Networks"] = {one.name or "default": attachment(one) for one in spec.networks}
    if spec.ports:
        body["portmappings"] = [port(one) for one in spec.ports]
    return body


def attachment(one: NetworkAttachment) -> dict[str, Any]:
    """Return the engine's PerNetworkOptions."""
    values: dict[str, Any] = {
        "static_ips": list(one.static_ips),
        "aliases": list(one.aliases),
        "static_mac": one.static_mac,
        "interface_name": one.interface_name,
    }
    return {key: value for key, value in values.items() if value}


def port(one: PortMapping) -> dict[str, Any]:
    """Return the engine's PortMapping; without a host port it draws one."""
    values: dict[str, Any] = {
        "container_port": one.container_port,
        "host_port": one.host_port,
        "host_ip": one.host_ip,
        "protocol": one.protocol,
        "range": one.range,
    }
    return {key: value for key, value in values.items() if value}


def asked_for(spec: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a spec that are not at their default."""
    given = {}
    for field in msgspec.structs.fields(spec):
        default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        value = getattr(spec, field.name)
        if value != default:
            given[field.name] = value
    return given


def _refuse_ignored(spec: PodSpec, info: EngineInfo) -> None:
    asked = asked_for(spec)
    late = unsupported(info.version, asked.items())
    if late:
        words = {field: f"{field} {asked[field]}" if field == "network_mode" else field for field in late}
        named = ", ".join(f"{words[field]} (from {version})" for field, version in sorted(late.items()))
        raise UnsupportedError(f"Podman {info.version} does not know {named}.")
    if not spec.infra and (useless := sorted(set(asked) - _WITHOUT_INFRA)):
        raise UnsupportedError(f"Without an infra container nothing comes of {', '.join(useless)}.")
    if "user" in (spec.share or ()):
        raise UnsupportedError(f"Podman {info.version} ignores user in share: set userns instead.")
    mode = spec.network_mode.partition(":")[0]
    if spec.network_options and mode not in _OPTIONS_OF:
        raise UnsupportedError("Only slirp4netns and pasta have network_options.")
    if spec.networks and mode in _OPTIONS_OF:
        raise UnsupportedError(f"A pod on {mode} joins no networks.")
    if spec.resources != Resources():
        _refuse_ignored_limits(spec, info)


def _refuse_ignored_limits(spec: PodSpec, info: EngineInfo) -> None:
    if spec.resources.memory_reservation is not None or spec.resources.pids_limit is not None:
        raise UnsupportedError("memory_reservation and pids_limit are for containers, not for pods.")
    if not spec.share_parent:
        raise UnsupportedError("A pod without a cgroup of its own (share_parent) has no resource limits.")
    if not spec.infra and parse_version(info.version) < SHARE_PARENT_WITHOUT_INFRA:
        raise UnsupportedError(
            f"Podman {info.version} makes no cgroup for a pod without an infra container, so it has no resource limits"
            f" (from {'.'.join(map(str, SHARE_PARENT_WITHOUT_INFRA))})."
        )
    if info.rootless and (info.cgroup_version == "v1" or info.cgroup_manager == "cgroupfs"):
        raise UnsupportedError(
            f"Podman {info.version} without root sets no resource limits on cgroup {info.cgroup_version}"
            f" with {info.cgroup_manager}."
        )
