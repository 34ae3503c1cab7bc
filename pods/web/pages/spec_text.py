"""A spec's values as the form's fields hold them: the short texts that the parser of specs reads back as they were.

One thing a line. A line that would not survive as one (a line end inside, a quotation mark in front) is written as a
JSON string.
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import asdict

from pods.domain.specs.command import network, publish, size_text, volume
from pods.domain.specs.numbers import PERIOD
from pods.messages.facts import PortMapping
from pods.messages.specs import (
    ContainerSpec,
    DeviceRate,
    DeviceWeight,
    IdMap,
    Mount,
    NetworkAttachment,
    PodSpec,
    Resources,
)


def as_lines(items: Iterable[str]) -> str:
    """Return the items one a line."""
    return "\n".join(json.dumps(item) if "\n" in item or item.startswith('"') else item for item in items)


def from_lines(text: str) -> list[str]:
    """Return the items of a text with one a line; empty lines are none."""
    return [_from_line(line) for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _from_line(line: str) -> str:
    if line.startswith('"'):
        try:
            found = json.loads(line)
        except ValueError:
            return line
        return found if isinstance(found, str) else line
    return line


def mount_text(mount: Mount) -> str:
    """Return ``SOURCE:DESTINATION[:OPTIONS]``, or ``type=...`` where that could not say it."""
    if mount.type == "tmpfs" or (not mount.source and mount.options):
        source = [f"source={mount.source}"] if mount.source else []
        return ",".join([f"type={mount.type}", *source, f"destination={mount.destination}", *mount.options])
    return volume(mount)


def mount_from_line(line: str) -> str | dict[str, Any]:
    """Return what the parser takes: a short text as it is, ``type=...`` as an object."""
    if not line.startswith("type="):
        return line
    found: dict[str, Any] = {"options": []}
    for word in line.split(","):
        name, equals, value = word.partition("=")
        if equals and name in {"type", "source", "destination"}:
            found[name] = value
        elif word:
            found["options"].append(word)
    return found


def _item_text(item: object) -> str:
    match item:
        case PortMapping():
            text = publish(item)
        case Mount():
            text = mount_text(item)
        case NetworkAttachment():
            text = network(item)
        case IdMap(container_id=inner, host_id=outer, size=many):
            text = f"{inner}:{outer}:{many}"
        case DeviceRate(path=path, rate=amount) | DeviceWeight(path=path, weight=amount):
            text = f"{path}:{amount}"
        case _:
            text = str(item)
    return text


# Fields that hold bytes; fields whose words are one text in shell quoting.
SIZES = {"memory", "memory_swap", "memory_reservation", "shm_size", "shm_size_systemd"}
UNLIMITED = -1
COMMANDS = {"infra_command", "command", "entrypoint"}
# A check that the form leaves as it is.
HEALTH_DEFAULTS: dict[str, str | bool] = {
    "health.interval": "30",
    "health.timeout": "30",
    "health.start_period": "0",
    "health.retries": "3",
}


def texts_of(spec: PodSpec | ContainerSpec) -> dict[str, str | bool]:
    """Return the fields of the form, by the path of their option, that say the same as ``spec``."""
    found: dict[str, str | bool] = {}
    for name, value in asdict(spec).items():
        if name == "resources":
            found |= {f"resources.{key}": text for key, text in _limits(value).items()}
        elif name == "health":
            found |= {} if value is None else {f"health.{key}": _text(key, part) for key, part in asdict(value).items()}
            if value is not None:
                found["health.command"] = value.command[0] if len(value.command) == 1 else shlex.join(value.command)
        else:
            found[name] = _text(name, value)
    return found


def _limits(resources: Resources) -> dict[str, str | bool]:
    found = {key: _text(key, value) for key, value in asdict(resources).items()}
    if resources.cpu_period == PERIOD and resources.cpu_quota is not None and resources.cpu_quota > 0:
        found |= {"cpus": str(Decimal(resources.cpu_quota) / PERIOD), "cpu_period": "", "cpu_quota": ""}
    return found


def _text(name: str, value: object) -> str | bool:
    if isinstance(value, bool):
        return value
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return as_lines(f"{key}={text}" for key, text in value.items())
    if isinstance(value, tuple):
        return _several(name, value)
    if isinstance(value, int) and name in SIZES and value != UNLIMITED:
        return size_text(value)
    return str(value)


def _several(name: str, values: tuple[Any, ...]) -> str:
    if name == "share":
        return ",".join(values) or "none"
    return shlex.join(values) if name in COMMANDS else as_lines(map(_item_text, values))
