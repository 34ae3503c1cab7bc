"""The form of a spec: fields from the table of options, what was typed into them, and what is wrong where.

A list is one text with an item a line, so that the form works without scripts; scripts make rows of it.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from pods.domain.errors import FieldProblem
from pods.domain.specs.options import CONTAINER_OPTIONS, GROUPS, POD_OPTIONS, Option, unsupported_options
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host
from pods.web.pages.spec_text import HEALTH_DEFAULTS, from_lines, mount_from_line, texts_of

Typed = dict[str, str | bool]
PATH = re.compile(r"([^\[]+)(?:\[(\d+)\])?")
CHOSEN = "chosen"
SHARED = ("ipc", "net", "uts", "pid", "cgroup")
SHARE_CHOICES = (
    ("", "The engine's default: ipc, net, uts", ""),
    ("none", "Nothing", ""),
    (CHOSEN, "Those chosen below", ""),
)
# Problems of what the form shows under another name.
SPOKEN_FOR = {"resources": "resources.cpus", "health": "health.command"}
# In the order of the form: a check of health comes behind what runs.
ORDER = ("identity", "process", "health", *(group for group in GROUPS if group not in ("identity", "process")))
TITLES: dict[str, str] = {"health": "Health check"} | {str(group): title for group, title in GROUPS.items()}


@dataclass(frozen=True)
class ListShape:
    """How a list is shown: the shape of its rows (static/js/spec/shapes.js), what one is called, its suggestions."""

    shape: str
    noun: str
    suggestions: str = ""


LISTS = {
    "ports": ListShape("port", "port"),
    "mounts": ListShape("mount", "mount"),
    "networks": ListShape("network", "network", "networks"),
    "uid_maps": ListShape("id_map", "map"),
    "gid_maps": ListShape("id_map", "map"),
    "labels": ListShape("pair", "label"),
    "env": ListShape("pair", "variable"),
    "sysctls": ListShape("pair", "parameter"),
    "extra_hosts": ListShape("host", "host"),
    "resources.blkio_weight_devices": ListShape("device_weight", "device", "devices"),
    "resources.device_read_bps": ListShape("device_rate", "device", "devices"),
    "resources.device_write_bps": ListShape("device_rate", "device", "devices"),
    "resources.device_read_iops": ListShape("device_count", "device", "devices"),
    "resources.device_write_iops": ListShape("device_count", "device", "devices"),
    "dns_servers": ListShape("text", "server"),
    "dns_searches": ListShape("text", "domain"),
    "volumes_from": ListShape("text", "container", "containers"),
    "devices": ListShape("text", "device"),
    "cap_add": ListShape("text", "capability"),
    "cap_drop": ListShape("text", "capability"),
}
ANY_LIST = ListShape("text", "option")
# Suggestions for what is not a list.
SUGGESTIONS = {
    "image": "images",
    "infra_image": "images",
    "resources.cpuset_cpus": "cpus",
    "resources.cpuset_mems": "memory-nodes",
}


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong. ``field`` is an option's; ``line`` is the item of its list, counted from 0."""

    field: str
    line: int | None
    label: str
    message: str
    hint: str

    def as_dict(self) -> dict[str, Any]:
        """Return what the page's scripts show."""
        return {"field": self.field, "line": self.line, "message": self.message, "hint": self.hint}


@dataclass(frozen=True)
class Field:
    """One option as the form shows it. ``needs`` is the version that brings it, "" where the engine has it."""

    option: Option
    widget: str  # text | lines | choice | flag | share
    value: str | bool
    default: str | bool
    required: bool = False
    shape: ListShape = ANY_LIST
    suggestions: str = ""
    choices: tuple[tuple[str, str, str], ...] = ()  # (value, words, the version that brings it)
    boxes: tuple[tuple[str, bool], ...] = ()
    needs: str = ""
    problems: tuple[Complaint, ...] = ()

    @property
    def standard(self) -> str:
        """What the field sends when nobody touched it, as JSON: the scripts count the others."""
        if self.widget == "flag":
            return json.dumps(["on"] if self.default else [])
        return json.dumps([self.default] if self.default else [])

    @property
    def words(self) -> str:
        """What the search over options looks into, in lower case."""
        option = self.option
        return f"{option.label} {option.help} {option.flag} {option.field}".lower()

    @property
    def is_set(self) -> bool:
        """Whether it says something other than the default."""
        return self.value != self.default


@dataclass(frozen=True)
class Group:
    """Options that belong together."""

    title: str
    fields: tuple[Field, ...]
    first: bool

    @property
    def set(self) -> int:
        """How many are set."""
        return sum(one.is_set for one in self.fields)

    @property
    def open(self) -> bool:
        """Whether it is unfolded: the first, and where something is set or wrong."""
        return self.first or self.set > 0 or any(one.problems for one in self.fields)

    @property
    def about(self) -> str:
        """What is in it."""
        return ", ".join(one.option.label.lower() for one in self.fields)


@dataclass(frozen=True)
class Kind:
    """What a form makes: a pod or a container."""

    options: tuple[Option, ...]
    defaults: Typed
    required: str
    first: str  # the group that stands first


POD = Kind(POD_OPTIONS, texts_of(PodSpec(name="")), "name", "identity")
CONTAINER = Kind(CONTAINER_OPTIONS, texts_of(ContainerSpec(image="")) | HEALTH_DEFAULTS, "image", "process")


def typed_into(kind: Kind, sent: QueryDict) -> Typed:
    """Return what a sent form holds, by the path of each option. Nothing is judged here."""
    typed: Typed = {}
    for option in kind.options:
        name = option.field
        if option.kind == "bool":
            typed[name] = name in sent
        elif name == "share" and sent.get(name) == CHOSEN:
            typed[name] = ",".join(word for word in SHARED if word in sent.getlist("share.of")) or "none"
        else:
            typed[name] = sent.get(name, str(kind.defaults.get(name, ""))).replace("\r\n", "\n")
    return typed


def raw_of(kind: Kind, typed: Typed, leave_out: Collection[str] = ()) -> dict[str, Any]:
    """Return what the parser takes: the fields that are not at their default, nested by their paths."""
    raw: dict[str, Any] = {}
    for option in kind.options:
        value = typed.get(option.field, "")
        if value == kind.defaults.get(option.field, "") or option.field in leave_out:
            continue
        place, _, name = option.field.rpartition(".")
        (raw.setdefault(place, {}) if place else raw)[name] = _raw(option, value)
    return raw


def _raw(option: Option, value: str | bool) -> Any:
    if isinstance(value, bool) or option.field == "share" or option.kind not in ("list", "map"):
        return value
    items = from_lines(value)
    return [mount_from_line(item) for item in items] if option.field == "mounts" else items


def complaints(kind: Kind, problems: Iterable[FieldProblem]) -> tuple[Complaint, ...]:
    """Return the parser's problems by the fields of the form; what belongs to none has the field ""."""
    labels = {option.field: option.label for option in kind.options}
    found = []
    for problem in problems:
        path = PATH.match(problem.field)
        name, line = (path[1], path[2]) if path else ("", None)
        while name and name not in labels:
            name = name.rpartition(".")[0]
        if not name and problem.field in SPOKEN_FOR:
            name = SPOKEN_FOR[problem.field]
        number = int(line) if line is not None and name else None
        found.append(Complaint(name, number, labels.get(name, ""), problem.message, problem.hint))
    return tuple(found)


def form_groups(kind: Kind, typed: Typed, host: Host, wrong: Sequence[Complaint] = ()) -> tuple[Group, ...]:
    """Return the fields of the form in their groups."""
    late = unsupported_options(host.info.version) if kind is POD and host.info else {}
    by_group: dict[str, list[Field]] = {}
    for option in kind.options:
        group = kind.first if option.field == "name" else option.group
        group = "health" if option.field.startswith("health.") else group
        mine = tuple(one for one in wrong if one.field == option.field)
        by_group.setdefault(group, []).append(_field(kind, option, typed, late, mine))
    order = dict.fromkeys((kind.first, *ORDER))
    return tuple(Group(TITLES[key], tuple(by_group[key]), first=key == kind.first) for key in order if key in by_group)


def _field(kind: Kind, option: Option, typed: Typed, late: Mapping[str, str], wrong: tuple[Complaint, ...]) -> Field:
    name = option.field
    default = kind.defaults.get(name, "")
    value = typed.get(name, default)
    widget = {"bool": "flag", "choice": "choice", "list": "lines", "map": "lines"}.get(option.kind, "text")
    made = Field(
        option,
        widget,
        value,
        default,
        required=name == kind.required,
        shape=LISTS.get(name, ANY_LIST),
        suggestions=SUGGESTIONS.get(name, ""),
        needs=late.get(name, ""),
        problems=wrong,
    )
    if name == "share":
        chosen = str(value) not in ("", "none")
        words = tuple((word, chosen and word in str(value).split(",")) for word in SHARED)
        shown = CHOSEN if chosen else value
        return replace(made, widget="share", value=shown, choices=SHARE_CHOICES, boxes=words)
    if option.kind == "choice":
        known = option.choices if value in ("", *option.choices) else (*option.choices, str(value))
        choices = [("", "Default", "")] if default == "" else []
        return replace(made, choices=(*choices, *((one, one, late.get(f"{name}={one}", "")) for one in known)))
    return made


def suggestions(host: Host, containers: Iterable[str] = ()) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what the host offers, by the names of the form's lists of suggestions."""
    has = host.resources
    if has is None:
        return (("containers", tuple(containers)),)
    return (
        ("images", has.images),
        ("networks", tuple(network.name for network in has.networks)),
        ("volumes", has.volumes),
        ("devices", has.devices),
        ("cpus", (has.cpus,) if has.cpus else ()),
        ("memory-nodes", (has.memory_nodes,) if has.memory_nodes else ()),
        ("containers", tuple(containers)),
    )
