"""Reading a ``podman pod create`` command line, as the engine keeps it in CreateCommand. Never raises on one."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from pods.domain.specs import limits, numbers, shapes, values
from pods.domain.specs.parse import normal
from pods.domain.specs.reading import Fault, whole
from pods.domain.specs.rules import DEFAULT_SHARE, SHARED
from pods.messages.specs import NetworkAttachment, PodSpec, Resources

LONGEST = 4096  # words
TRUE = {"1", "t", "T", "TRUE", "true", "True"}
SHORT = {"n": "name", "p": "publish", "v": "volume", "l": "label", "h": "hostname", "m": "memory", "c": "cpu-shares"}
# Podman's own other names (cmd/podman/utils/alias.go).
ALIAS = {"net": "network", "dns-opt": "dns-option"}
SWITCHES = {"infra", "share-parent", "no-hosts", "no-hostname", "replace", "help"}
# Flags whose values Podman splits as a line of CSV.
SPLIT = {
    *("add-host", "dns", "dns-option", "dns-search", "network-alias", "publish", "sysctl", "uidmap", "gidmap"),
    *("device", "device-read-bps", "device-write-bps", "blkio-weight-device"),
}
# They say where to write or what to replace, nothing of the pod.
PASSING = {"replace", "help", "pod-id-file"}


def _text(value: str) -> str:
    return value


TEXTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "name": ("name", _text),
    "hostname": ("hostname", values.hostname),
    "exit-policy": ("exit_policy", _text),
    "infra-image": ("infra_image", values.image),
    "infra-command": ("infra_command", lambda value: tuple(value.split(" ")) if value else ()),
    "infra-name": ("infra_name", _text),
    "infra-conmon-pidfile": ("infra_conmon_pid_file", _text),
    "pid": ("pid", _text),
    "uts": ("uts", _text),
    "userns": ("userns", _text),
    "subuidname": ("subuid_name", _text),
    "subgidname": ("subgid_name", _text),
    "hosts-file": ("hosts_file", _text),
    "shm-size": ("shm_size", numbers.size),
    "shm-size-systemd": ("shm_size_systemd", numbers.size),
    "cgroup-parent": ("cgroup_parent", _text),
}
LISTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "uidmap": ("uid_maps", shapes.id_map),
    "gidmap": ("gid_maps", shapes.id_map),
    "publish": ("ports", shapes.port),
    "dns-search": ("dns_searches", values.search_domain),
    "dns-option": ("dns_options", _text),
    "add-host": ("extra_hosts", values.extra_host),
    "volume": ("mounts", shapes.mount),
    "volumes-from": ("volumes_from", _text),
    "device": ("devices", values.device),
    "security-opt": ("security_opts", values.security_opt),
}
LIMITS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "cpu-shares": ("cpu_shares", lambda value: whole(value, 0)),
    "cpuset-cpus": ("cpuset_cpus", numbers.id_list),
    "cpuset-mems": ("cpuset_mems", numbers.id_list),
    "memory": ("memory", numbers.size),
    "memory-swap": ("memory_swap", numbers.size_or_unlimited),
    "blkio-weight": ("blkio_weight", lambda value: whole(value, 0)),
}
RATES: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "blkio-weight-device": ("blkio_weight_devices", limits.device_weight),
    "device-read-bps": ("device_read_bps", limits.device_rate),
    "device-write-bps": ("device_write_bps", limits.device_rate),
}


@dataclass
class Said:
    """What a command line says. ``unread`` are its words that podweb has no field for, or could not read."""

    fields: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)  # flags of which the last one counts
    networks: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def parse_argv(argv: Sequence[str]) -> PodSpec | None:
    """Return what the command line asks for, in its normal form; None if it is no ``podman pod create``.

    What podweb has no field for is left out; ``read_argv`` tells what that is.
    """
    found = read_argv(argv)
    return None if found is None else found[0]


def read_argv(argv: Sequence[str]) -> tuple[PodSpec, tuple[str, ...]] | None:
    """Return the spec, and the words that could not be read; None if it is no ``podman pod create``."""
    words = [str(word) for word in argv[:LONGEST]]
    starts = [at for at in range(1, len(words) - 1) if words[at : at + 2] == ["pod", "create"]]
    if not starts or not words[0].rpartition("/")[2].startswith("podman"):
        return None
    said = Said()
    for flag, value in _flags(words[starts[0] + 2 :]):
        for one in _split(flag, value):
            try:
                _take(said, flag, one)
            except Fault:
                said.unread.append(f"--{flag}={one}")
    return _spec(said), tuple(said.unread)


def _flags(words: list[str]) -> Iterator[tuple[str, str]]:
    """Return (flag without dashes, value); the pod's name at the end is the flag name."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--" or not word.startswith("-") or word == "-":
            name = rest[0] if word == "--" and rest else word
            if name != "--":
                yield "name", name
            return
        if word.startswith("--"):
            flag, equals, value = word[2:].partition("=")
            flag = ALIAS.get(flag, flag)
        else:
            flag, value = SHORT.get(word[1], word[1]), word[2:].removeprefix("=")
            equals = "=" if len(word) > 2 else ""
        if equals:
            yield flag, value
        elif flag in SWITCHES or not rest or (flag not in KNOWN and (rest[0].startswith("-") or len(rest) == 1)):
            # An unknown flag before another, or before the last word (the name), is taken for a switch.
            yield flag, "true"
        else:
            yield flag, rest.pop(0)


def _split(flag: str, value: str) -> list[str]:
    if flag not in SPLIT:
        return [value]
    try:
        return [one for row in csv.reader([value], strict=True) for one in row]
    except csv.Error:
        return [value]


def _take(said: Said, flag: str, value: str) -> None:
    """Put one flag's value where it belongs. Raises Fault."""
    if flag in TEXTS:
        name, read = TEXTS[flag]
        said.fields[name] = read(value)
    elif flag in LISTS:
        name, read = LISTS[flag]
        said.fields[name] = (*said.fields.get(name, ()), read(value))
    elif flag in LIMITS:
        name, read = LIMITS[flag]
        said.limits[name] = read(value) or None
    elif flag in RATES:
        name, read = RATES[flag]
        said.limits[name] = (*said.limits.get(name, ()), read(value))
    elif flag in {"label", "sysctl"}:
        key, _, content = value.partition("=")
        said.fields.setdefault(f"{flag}s", {})[key] = content
    elif flag in OTHERS:
        OTHERS[flag](said, value)
    elif flag not in PASSING:
        raise Fault("podweb has no field for this.")


def _dns(said: Said, value: str) -> None:
    if value == "none":
        said.fields["no_manage_resolv_conf"] = True
    else:
        said.fields["dns_servers"] = (*said.fields.get("dns_servers", ()), values.address(value))


def _restart(said: Said, value: str) -> None:
    policy, colon, tries = value.partition(":")
    if policy not in {"", "no", "always", "on-failure", "unless-stopped"}:
        raise Fault("There is no such policy.")
    said.fields["restart_policy"] = policy
    said.fields["restart_tries"] = whole(tries, 0) if colon else None


def _cpus(said: Said, value: str) -> None:
    if value.strip("0.") == "":
        return
    said.limits["cpu_period"], said.limits["cpu_quota"] = numbers.cpus(value)


def _switch(name: str) -> Callable[[Said, str], None]:
    def take(said: Said, value: str) -> None:
        said.fields[name] = value in TRUE

    return take


def _last(name: str, read: Callable[[str], str] = _text) -> Callable[[Said, str], None]:
    def take(said: Said, value: str) -> None:
        said.last[name] = read(value)

    return take


OTHERS: Mapping[str, Callable[[Said, str], None]] = {
    "dns": _dns,
    "restart": _restart,
    "cpus": _cpus,
    "infra": _switch("infra"),
    "share-parent": _switch("share_parent"),
    "no-hosts": _switch("no_manage_hosts"),
    "no-hostname": _switch("no_manage_hostname"),
    "share": _last("share"),
    "ip": _last("ip", values.address),
    "ip6": _last("ip6", values.address),
    "mac-address": _last("mac", values.mac),
    "network": lambda said, value: said.networks.append(value),
    "network-alias": lambda said, value: said.aliases.append(values.alias(value)),
}
KNOWN = {*TEXTS, *LISTS, *LIMITS, *RATES, *OTHERS, *PASSING, "label", "sysctl", "label-file", "gpus"}


def _spec(said: Said) -> PodSpec:
    fields = {"name": "", **said.fields}
    fields |= _share(said)
    fields |= _networks(said)
    return normal(PodSpec(**fields, resources=Resources(**said.limits)))


def _share(said: Said) -> dict[str, Any]:
    """Podman's rule: an empty --share alone leaves the infra container out; with --infra it shares nothing."""
    text = said.last.get("share")
    if text is None or not said.fields.get("infra", True):
        return {}
    if text in {"", "none"}:
        return {"share": ()} if "infra" in said.fields else {"infra": False}
    words = [*DEFAULT_SHARE] if text.startswith("+") else []
    words += [word for word in text.removeprefix("+").split(",") if word in SHARED]
    return {"share": tuple(words)}


def _networks(said: Said) -> dict[str, Any]:
    mode, joined = "", list[NetworkAttachment]()
    options: tuple[str, ...] = ()
    for text in said.networks:
        word, _, rest = text.partition(":")
        if word in {"none", "host", "slirp4netns", "pasta", "private", "ns"}:
            mode = f"ns:{rest}" if word == "ns" else word
            options = tuple(rest.split(",")) if rest and word != "ns" else ()
        elif word in {"container", "pod"}:
            said.unread.append(f"--network={text}")
        else:
            names = [text] if ":" in text else text.split(",")
            joined += [one for name in names if (one := _attachment(said, name)) is not None]
    given: dict[str, str] = {key: said.last[key] for key in ("ip", "ip6", "mac") if key in said.last}
    if given or said.aliases:
        joined = [_with(one, given, tuple(said.aliases)) for one in joined or [NetworkAttachment()]]
    return {"network_mode": mode, "network_options": options, "networks": tuple(joined)}


def _with(one: NetworkAttachment, given: dict[str, str], aliases: tuple[str, ...]) -> NetworkAttachment:
    ips = tuple(given[key] for key in ("ip", "ip6") if key in given)
    return replace(
        one,
        aliases=(*one.aliases, *aliases),
        static_ips=(*one.static_ips, *ips),
        static_mac=given.get("mac", one.static_mac),
    )


def _attachment(said: Said, text: str) -> NetworkAttachment | None:
    try:
        return shapes.network(text)
    except Fault:
        said.unread.append(f"--network={text}")
        return None
