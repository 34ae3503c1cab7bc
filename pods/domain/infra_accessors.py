"""The contract's InfraContainerConfig: what was asked of the infra container, and what it is."""

from collections.abc import Iterable
from typing import Any

from pods.domain.answers import INFRA, INSPECT, KERNEL, Accessor, Asked, answer
from pods.domain.secrets import mask_argv
from pods.messages import plain
from pods.messages.facts import InfraFacts, PortMapping
from pods.messages.specs import PodSpec
from pods.models import Pod

NO_INFRA = "The pod has no infra container, or it could not be read."
NOT_RUNNING = "An address is known only while the infra container runs."
# Contract's field -> field of the spec, field of the facts. What pod inspect tells of the infra container.
OF_INSPECT = {
    "UseImageResolvConf": ("no_manage_resolv_conf", "no_manage_resolv_conf"),
    "DNSServer": ("dns_servers", "dns_servers"),
    "DNSSearch": ("dns_searches", "dns_searches"),
    "DNSOption": ("dns_options", "dns_options"),
    "UseImageHosts": ("no_manage_hosts", "no_manage_hosts"),
    "HostAdd": ("extra_hosts", "extra_hosts"),
}


def infra_accessors(pod: Pod, asked: Asked, *, reveal: bool) -> list[Accessor]:
    """Return the answers in the contract's order."""
    infra = pod.infra
    return [
        _pid_mode(pod, asked),
        *_labels(pod, infra),
        _plain("ConmonPidFile", infra, "conmon_pid_file", asked.value("infra_conmon_pid_file")),
        *_modes(infra, asked),
        _ports(infra, asked),
        *_addresses(infra, asked),
        *_from_inspect(infra, asked),
        _networks(infra, asked),
        *_commands(infra, asked, reveal=reveal),
    ]


def _pid_mode(pod: Pod, asked: Asked) -> Accessor:
    wanted = asked.value("pid")
    infra = pod.infra
    if infra is None:
        return answer("PidMode", None, "", wanted, reason=NO_INFRA)
    if infra.pid_ns:
        return answer("PidMode", infra.pid_ns, INSPECT, wanted)
    reason = "The engine does not tell it."
    return answer("PidMode", infra.pid_mode or None, INFRA, wanted, reason=reason)


def _labels(pod: Pod, infra: InfraFacts | None) -> list[Accessor]:
    info = pod.host.info
    if info is not None and not info.selinux_enabled:
        reason = "SELinux is off on this host."
    else:
        reason = NO_INFRA if infra is None else "The engine gave none."
    return [
        answer("ProcessLabel", (infra.process_label if infra else "") or None, INFRA, reason=reason),
        answer("MountLabel", (infra.mount_label if infra else "") or None, INFRA, reason=reason),
    ]


def _plain(name: str, infra: InfraFacts | None, field: str, wanted: tuple[Any, str]) -> Accessor:
    value = None if infra is None else getattr(infra, field) or None
    return answer(name, value, INFRA, wanted, reason=NO_INFRA if infra is None else "The engine gave none.")


def _modes(infra: InfraFacts | None, asked: Asked) -> list[Accessor]:
    spec = asked.spec

    def mode(name: str, word: str, *, source: str = INFRA) -> Accessor:
        wanted = asked.of(None if spec is None or not spec.infra else spec.network_mode == word)
        if infra is None or not (infra.network_mode or infra.host_network):
            return answer(name, None, "", wanted, reason=NO_INFRA if infra is None else "The engine does not tell it.")
        is_host = infra.host_network or infra.network_mode == "host"
        holds = is_host if word == "host" else infra.network_mode.partition(":")[0] == word
        return answer(name, holds, source, wanted)

    userns = None if infra is None else infra.userns or None
    return [
        # Pod inspect shows a pod without a network as any other (engine.md 1.2).
        mode("NoNetwork", "none"),
        mode("HostNetwork", "host", source=INSPECT),
        mode("Slirp4netns", "slirp4netns"),
        answer("UserNS", userns, INSPECT, asked.value("userns"), agree=lambda *_: True,
               reason=NO_INFRA if infra is None else "It is the host's, or the engine does not tell it."),
    ]  # fmt: skip


def expanded(ports: Iterable[PortMapping]) -> set[tuple[str, int, int, str]]:
    """Return single ports (address, host's, container's, protocol); a host's port that the engine drew is 0."""
    return {
        (
            "" if one.host_ip == "0.0.0.0" else one.host_ip,
            one.host_port + step if one.host_port else 0,
            one.container_port + step,
            one.protocol,
        )
        for one in ports
        for step in range(one.range)
    }


def _ports(infra: InfraFacts | None, asked: Asked) -> Accessor:
    wanted = asked.value("ports")
    if infra is None:
        return answer("PortBindings", None, "", wanted, reason=NO_INFRA)
    has = expanded(infra.port_bindings)
    # A port that was left to the engine agrees with whichever it drew.
    loose = {(ip, 0, inner, protocol) for ip, _, inner, protocol in has}
    missing = expanded(asked.spec.ports if asked.spec else ()) - has - loose
    return answer("PortBindings", plain(infra.port_bindings), INSPECT, wanted, agree=lambda *_: not missing)


def _addresses(infra: InfraFacts | None, asked: Asked) -> list[Accessor]:
    """Inspect never tells what was asked for; while the pod runs, the infra container's inspect tells what it got."""
    networks = asked.spec.networks if asked.spec else ()
    ips = [ip for one in networks for ip in one.static_ips]
    macs = [one.static_mac for one in networks if one.static_mac]
    reason = NO_INFRA if infra is None else NOT_RUNNING
    got = infra.addresses if infra else ()
    has_ips = [ip for one in got for ip in (one.ip, one.ipv6) if ip]
    has_macs = [one.mac.lower() for one in got if one.mac]
    return [
        answer("StaticIP", has_ips or None, INFRA, asked.of(ips or None), reason=reason, agree=_all_there),
        answer("StaticMAC", has_macs or None, INFRA, asked.of(macs or None), reason=reason, agree=_all_there),
    ]


def _all_there(wanted: list[str], has: list[str]) -> bool:
    return set(wanted) <= set(has)


def _from_inspect(infra: InfraFacts | None, asked: Asked) -> list[Accessor]:
    found: list[Accessor] = []
    for name, (field, fact) in OF_INSPECT.items():
        wanted = asked.value(field)
        if asked.spec is not None and isinstance(getattr(asked.spec, field), bool):
            wanted = asked.of(getattr(asked.spec, field)) if asked.spec.infra else (None, "")
        value = None if infra is None else plain(getattr(infra, fact))
        found.append(answer(name, value, INSPECT, wanted, reason=NO_INFRA))
    return found


def _networks(infra: InfraFacts | None, asked: Asked) -> Accessor:
    names = [one.name for one in asked.spec.networks if one.name] if asked.spec else []
    value = None if infra is None else list(infra.networks)
    return answer("Networks", value, INSPECT, asked.of(names or None), reason=NO_INFRA, agree=_all_there)


def _commands(infra: InfraFacts | None, asked: Asked, *, reveal: bool) -> list[Accessor]:
    def hidden(words: Iterable[str] | None) -> list[str] | None:
        return None if words is None else list(words) if reveal else mask_argv(list(words))

    spec: PodSpec | None = asked.spec
    command = asked.of(hidden(spec.infra_command) if spec and spec.infra_command else None)
    options = asked.value("network_options")
    ended = "The infra container's monitor does not run, or cannot be read."
    return [
        answer("ExitCommand", hidden(infra.exit_command if infra else None), KERNEL,
               reason=NO_INFRA if infra is None else ended),
        _plain("InfraImage", infra, "image", asked.value("infra_image")),
        answer("InfraCommand", hidden(infra.command if infra else None), INFRA, command, reason=NO_INFRA),
        _plain("InfraName", infra, "name", asked.value("infra_name")),
        answer("NetworkOptions", plain(infra.network_options) if infra else None, INSPECT, options, reason=NO_INFRA,
               agree=lambda one, two: not one or bool(two)),
    ]  # fmt: skip
