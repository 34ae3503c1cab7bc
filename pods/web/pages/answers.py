"""The answers about a pod as its page shows them: in groups, in words, asked for beside in force."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pods.domain.accessors import Accessor, accessors
from pods.domain.secrets import mask_argv, mask_env
from pods.models import Container, Pod
from pods.templatetags.podweb import byte_size

# Contract's name -> what the page calls it, by group and in the page's order.
GROUPS: dict[str, dict[str, str]] = {
    "Identity": {
        "ID": "Id",
        "Name": "Name",
        "Namespace": "libpod namespace",
        "Hostname": "Hostname inside",
        "Labels": "Labels",
        "CreatedTime": "Created",
        "CreateCommand": "Created by",
        "ExitPolicy": "Exit policy",
        "RestartPolicy": "Restart policy",
        "LockID": "Lock number",
    },
    "Network": {
        "PortBindings": "Ports",
        "Networks": "Networks",
        "StaticIP": "IP address",
        "StaticMAC": "MAC address",
        "NoNetwork": "No network",
        "HostNetwork": "The host's network",
        "Slirp4netns": "slirp4netns",
        "NetworkOptions": "Network options",
        "DNSServer": "DNS servers",
        "DNSSearch": "DNS search domains",
        "DNSOption": "DNS options",
        "HostAdd": "Extra hosts",
        "UseImageResolvConf": "resolv.conf left as in the image",
        "UseImageHosts": "/etc/hosts left as in the image",
    },
    "Namespaces": {
        "SharesIPC": "Shares IPC",
        "SharesNet": "Shares network",
        "SharesUTS": "Shares UTS",
        "SharesPID": "Shares PID",
        "SharesUser": "Shares user",
        "SharesMount": "Shares mounts",
        "SharesCgroupNS": "Shares cgroup namespace",
        "SharesNamespaces": "Shares any",
        "PidMode": "PID mode",
        "UserNS": "User namespace",
    },
    "Limits and cgroup": {
        "ResourceLim.CPU.Period": "CPU period",
        "ResourceLim.CPU.Quota": "CPU quota",
        "ResourceLim.CPU.Shares": "CPU shares",
        "ResourceLim.CPU.Cpus": "Processors",
        "ResourceLim.CPU.Mems": "Memory nodes",
        "ResourceLim.Memory.Limit": "Memory",
        "ResourceLim.Memory.Swap": "Memory and swap",
        "ResourceLim.BlockIO.Weight": "Block I/O weight",
        "ResourceLim.BlockIO.ThrottleReadBpsDevice": "Bytes read per second",
        "ResourceLim.BlockIO.ThrottleWriteBpsDevice": "Bytes written per second",
        "ResourceLim.BlockIO.ThrottleReadIOPSDevice": "Reads per second",
        "ResourceLim.BlockIO.ThrottleWriteIOPSDevice": "Writes per second",
        "SharesCgroup": "Cgroup of its own",
        "CgroupPath": "Cgroup path",
        "CgroupParent": "Cgroup parent",
    },
    "Infra container": {
        "HasInfraContainer": "Has one",
        "InfraContainerID": "Id",
        "InfraName": "Name",
        "InfraImage": "Image",
        "InfraCommand": "Command",
        "ExitCommand": "Command at its end",
        "ConmonPidFile": "Monitor's pid file",
        "ProcessLabel": "Process label",
        "MountLabel": "Mount label",
    },
}
# The table of containers says these; CPUPeriod and CPUQuota are parts of ResourceLim again.
ELSEWHERE = {"AllContainers", "AllContainersByID", "HasContainer", "CPUPeriod", "CPUQuota"}
COMMANDS = {"CreateCommand", "InfraCommand", "ExitCommand"}
SIZES = {"ResourceLim.Memory.Limit", "ResourceLim.Memory.Swap"}
LONG = 800  # characters
MICROSECONDS = {"ResourceLim.CPU.Period", "ResourceLim.CPU.Quota"}


@dataclass(frozen=True)
class Shown:
    """A value in words. ``items`` are several pieces, each by itself; ``code`` is set in the font of code."""

    text: str = ""
    items: tuple[str, ...] = ()
    code: bool = False

    @property
    def is_long(self) -> bool:
        """Whether the items are too much to be shown all at once."""
        return sum(map(len, self.items)) > LONG


@dataclass(frozen=True)
class Answer:
    """One line of a group. ``asked`` and ``in_force`` None: not known; of the second ``reason`` says why."""

    name: str
    label: str
    asked: Shown | None
    in_force: Shown | None
    asked_source: str
    source: str
    reason: str
    differs: bool


@dataclass(frozen=True)
class Group:
    """Answers that belong together."""

    title: str
    answers: tuple[Answer, ...]

    @property
    def slug(self) -> str:
        """An id for the page."""
        return "g-" + self.title.lower().replace(" ", "-")


@dataclass(frozen=True)
class Member:
    """One container as the page shows it, secrets hidden where the reader may not see them."""

    row: Container
    command: str
    create_command: str
    env: tuple[str, ...]


def groups_of(pod: Pod, *, reveal: bool) -> tuple[Group, ...]:
    """Return every answer about the pod in its group. An answer that no group knows stands in a last one."""
    by_name = {one.name: one for one in accessors(pod, reveal=reveal)}
    found = [
        Group(title, tuple(_answer(by_name.pop(name), label) for name, label in names.items() if name in by_name))
        for title, names in GROUPS.items()
    ]
    rest = tuple(_answer(one, one.name) for one in by_name.values() if one.name not in ELSEWHERE)
    return (*found, Group("Other", rest)) if rest else tuple(found)


def members_of(containers: Iterable[Container], *, reveal: bool) -> list[Member]:
    """Return the containers for the table, in their order."""

    def words(argv: list[str]) -> str:
        return shlex.join(argv if reveal else mask_argv(argv))

    def command(one: Container) -> list[str]:
        # The engine's list leaves an infra container's command out.
        return one.command or (list(one.pod.infra.command) if one.is_infra and one.pod.infra else [])

    return [
        Member(one, words(command(one)), words(one.create_command), tuple(one.env if reveal else mask_env(one.env)))
        for one in containers
    ]


def _answer(one: Accessor, label: str) -> Answer:
    return Answer(
        name=one.name,
        label=label,
        asked=shown(one.name, one.asked),
        in_force=shown(one.name, one.in_force),
        asked_source=one.asked_source,
        source=one.source,
        reason=one.reason,
        differs=one.differs,
    )


def shown(name: str, value: Any) -> Shown | None:
    """Return a value of the answer ``name`` in words; None where it is not known."""
    if value is None:
        return None
    if value in ("", [], {}):
        return Shown("none")
    if isinstance(value, list | Mapping) and name not in COMMANDS:
        pairs = [f"{key}={text}" for key, text in value.items()] if isinstance(value, Mapping) else map(_item, value)
        return Shown(items=tuple(pairs), code=True)
    return Shown(_words(name, value), code=name in CODES | COMMANDS)


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return shlex.join(map(str, value))
    return _number(name, value) if isinstance(value, int) else str(value)


CODES = {"ID", "InfraContainerID", "CgroupPath", "CgroupParent", "ConmonPidFile", "ProcessLabel", "MountLabel"}


def _number(name: str, value: int) -> str:
    if name in SIZES:
        return "unlimited" if value == -1 else byte_size(value)
    if name in MICROSECONDS:
        return "unlimited" if value == -1 else f"{value} µs"
    return str(value)


def _item(value: Any) -> str:
    if isinstance(value, Mapping) and "container_port" in value:
        last = int(value.get("range") or 1) - 1
        ends = [
            f"{value[key]}-{value[key] + last}" if last else str(value[key]) for key in ("host_port", "container_port")
        ]
        outer = ends[0] if value["host_port"] else "drawn"
        return f"{value['host_ip'] or '*'}:{outer}→{ends[1]}/{value['protocol']}"
    return str(value)
