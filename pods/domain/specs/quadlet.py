"""The equal Quadlet files: ``.pod`` and ``.container`` units that systemd makes pods and containers of.

What has a key of its own in the engine's version is said by it, the rest by PodmanArgs=, which are flags of the same
command. Keys and how they are split: podman-systemd.unit(5) and pkg/systemd at v5.0.0 to v5.8.2.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from pods.domain.specs.command import argv, container_argv
from pods.messages.options import parse_version
from pods.messages.specs import ContainerSpec, PodSpec

FIRST = (5, 0)  # no pods in Quadlet before
# Flag of ``podman pod create`` -> key, first version that has it.
POD_KEYS = {
    "--name": ("PodName", (5, 0)),
    "--network": ("Network", (5, 0)),
    "--publish": ("PublishPort", (5, 0)),
    "--volume": ("Volume", (5, 0)),
    "--add-host": ("AddHost", (5, 3)),
    "--dns": ("DNS", (5, 3)),
    "--dns-search": ("DNSSearch", (5, 3)),
    "--dns-option": ("DNSOption", (5, 3)),
    "--uidmap": ("UIDMap", (5, 3)),
    "--gidmap": ("GIDMap", (5, 3)),
    "--subuidname": ("SubUIDMap", (5, 3)),
    "--subgidname": ("SubGIDMap", (5, 3)),
    "--userns": ("UserNS", (5, 3)),
    "--shm-size": ("ShmSize", (5, 4)),
    "--hostname": ("HostName", (5, 5)),
    "--label": ("Label", (5, 6)),
    "--exit-policy": ("ExitPolicy", (5, 6)),
}
# Flag of ``podman create`` -> key; all of them are as old as pods in Quadlet.
CONTAINER_KEYS = {
    "--name": "ContainerName",
    "--pull": "Pull",
    "--entrypoint": "Entrypoint",
    "--env": "Environment",
    "--workdir": "WorkingDir",
    "--user": "User",
    "--label": "Label",
    "--hostname": "HostName",
    "--volume": "Volume",
    "--tmpfs": "Tmpfs",
    "--device": "AddDevice",
    "--stop-timeout": "StopTimeout",
    "--pids-limit": "PidsLimit",
    "--health-cmd": "HealthCmd",
    "--health-interval": "HealthInterval",
    "--health-timeout": "HealthTimeout",
    "--health-start-period": "HealthStartPeriod",
    "--health-retries": "HealthRetries",
    "--health-on-failure": "HealthOnFailure",
    "--cap-add": "AddCapability",
    "--cap-drop": "DropCapability",
    "--read-only": "ReadOnly",
}
# Keys whose value is split into words, so that a value with blanks is quoted.
SPLIT = {"Label", "Environment", "AddDevice"}
SWITCHES = {"--tty", "--interactive", "--privileged", "--read-only", "--no-hosts", "--no-hostname"}
SAFE = re.compile(r"[A-Za-z0-9@+=:,./_-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quadlet(spec: PodSpec, version: str = "") -> str:
    """Return the ``.pod`` file for an engine of this version; for the newest where it is "" or knows no such files."""
    has = parse_version(version) if parse_version(version) >= FIRST else (99, 0)
    notes = list(_notes(spec, version))
    # Quadlet stops a pod whose last container ends, the command does not.
    asked = replace(spec, exit_policy=spec.exit_policy or "continue", infra=True, infra_conmon_pid_file="")
    lines: list[str] = []
    extra: list[str] = []
    for flag, value in _flags(argv(asked)[3:]):
        key, since = POD_KEYS.get(flag, ("", FIRST))
        if key and has >= since and _as_key(key, value):
            lines.append(f"{key}={_value(key, value)}")
        else:
            extra.append(f"PodmanArgs={_words(_joined(flag, value))}")
    return _file(
        notes,
        ("Unit", [f"Description={_percent(f'Pod {spec.name}')}"]),
        ("Pod", [*lines, *extra]),
        ("Install", ["WantedBy=default.target"]),
    )


def _notes(spec: PodSpec, version: str) -> Iterator[str]:
    if version and parse_version(version) < FIRST:
        yield f"Podman 5.0 brings pods to Quadlet; this engine is {version}."
    if not spec.infra:
        yield "Quadlet's pods always have an infra container."
    if spec.infra_conmon_pid_file:
        yield "The monitor's pid file is Quadlet's own, by which systemd follows the pod."


def container_quadlet(spec: ContainerSpec, pod_name: str) -> str:
    """Return the ``.container`` file of a container of the pod whose file is ``<pod_name>.pod``."""
    notes = ["Init containers have no key; systemd starts this one with the pod."] if spec.init else []
    lines = [f"Image={_percent(spec.image)}", f"Pod={pod_name}.pod"]
    extra: list[str] = []
    words = container_argv(replace(spec, command=(), restart_policy="", restart_tries=None), pod_name)
    for flag, value in _flags(words[4:-1]):
        key = CONTAINER_KEYS.get(flag, "")
        if key and _as_key(key, value):
            lines.append(f"{key}={_value(key, value if value is not None else 'true')}")
        else:
            extra.append(f"PodmanArgs={_words(_joined(flag, value))}")
    if spec.command:
        lines.append(f"Exec={_words(spec.command)}")
    return _file(
        notes,
        ("Unit", [f"Description={_percent(f'Container {spec.name or spec.image} of {pod_name}')}"]),
        ("Container", [*lines, *extra]),
        *([("Service", [f"Restart={_restart(spec)}"])] if spec.restart_policy else []),
        ("Install", ["WantedBy=default.target"]),
    )


def _restart(spec: ContainerSpec) -> str:
    return "always" if spec.restart_policy == "unless-stopped" else spec.restart_policy


def _flags(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Return each flag with its value; None for a switch, which may have its value behind an equals sign."""
    rest = iter(words)
    for word in rest:
        yield (word, None) if word in SWITCHES or "=" in word else (word, next(rest))


def _joined(flag: str, value: str | None) -> list[str]:
    return [flag] if value is None else [flag, value]


def _as_key(key: str, value: str | None) -> bool:
    """Return whether a value survives as a key's: Quadlet strips blanks and quotes, and lines end at a line end."""
    if value is None or key in SPLIT:
        return True
    stripped = value != value.strip() or value.startswith('"')
    return bool(value) and not stripped and not any(one in value for one in "\n\r\\")


def _value(key: str, value: str | None) -> str:
    return _words([value or ""]) if key in SPLIT else _percent(value or "")


def _percent(text: str) -> str:
    """Return text that systemd's specifiers and variables leave alone."""
    return text.replace("%", "%%").replace("$", "$$")


def _words(words: Iterable[str]) -> str:
    """Return words as systemd splits them again."""
    return " ".join(_percent(word if SAFE.fullmatch(word) else _quoted(word)) for word in words)


def _quoted(word: str) -> str:
    return '"' + "".join(ESCAPES.get(one, one) for one in word) + '"'


def _file(notes: Iterable[str], *sections: tuple[str, Iterable[str]]) -> str:
    parts = ["".join(f"# {note}\n" for note in notes)]
    parts += [f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections]
    return "\n".join(part for part in parts if part)
