"""A container's spec in the words of its engine: the SpecGenerator that ``POST /containers/create`` takes.

Source: pkg/specgen/specgen.go of v4.3.1 and v5.8.2; what the command parses before it sends (security options,
health checks, signals, the writable places of a read-only container) is pkg/specgenutil/specgen.go.
"""

import signal
from typing import Any

from pods.engine.errors import UnsupportedError
from pods.engine.limits import UNLIMITED, linux_resources
from pods.engine.mounts import mounts_and_volumes, read_only_tmpfs
from pods.engine.security import security
from pods.messages.hosts import EngineInfo
from pods.messages.options import parse_version
from pods.messages.specs import ContainerSpec, HealthCheck, Resources

_SECOND = 1_000_000_000  # ns
_ON_FAILURE = {"none": 0, "kill": 2, "restart": 3, "stop": 4}  # libpod/define/healthchecks.go; 1 is "invalid"
# The engine adds the writable tmpfs of a read-only container itself from here on, when asked to.
_READ_WRITE_TMPFS = (4, 4)
# The largest whole page, by which the kernel says "no limit". The endpoint takes -1 for less than the memory limit, and
# none at all for twice that.
NO_LIMIT = (1 << 63) - 4096
_PLAIN = (
    ("name", "name"),
    ("command", "command"),
    ("env", "env"),
    ("workdir", "work_dir"),
    ("user", "user"),
    ("terminal", "terminal"),
    ("stdin", "stdin"),
    ("hostname", "hostname"),
    ("volumes_from", "volumes_from"),
    ("restart_policy", "restart_policy"),
    ("restart_tries", "restart_tries"),
    ("stop_timeout", "stop_timeout"),
    ("cap_add", "cap_add"),
    ("cap_drop", "cap_drop"),
    ("privileged", "privileged"),
    ("read_only", "read_only_filesystem"),
)


def container_body(
    spec: ContainerSpec, info: EngineInfo, *, pod_id: str, labels: dict[str, str], command: list[str]
) -> dict[str, Any]:
    """Return the SpecGenerator of ``spec`` in the pod, with ``labels`` added and ``command`` as its maker.

    An init container never restarts: engines up to 4.3 would start it over and over. Raises UnsupportedError where
    the engine would ignore something that is asked for.
    """
    if spec.resources != Resources() and info.rootless and info.cgroup_version == "v1":
        raise UnsupportedError(f"Podman {info.version} without root sets no resource limits on cgroup v1.")
    body: dict[str, Any] = {
        "image": spec.image,
        "raw_image_name": spec.image,
        "pod": pod_id,
        "labels": {**spec.labels, **labels},
        "containerCreateCommand": command,
    }
    for field, key in _PLAIN:
        value = getattr(spec, field)
        if value or (value == 0 and value is not False):  # 0 is an answer of its own: stop at once
            body[key] = value
    if spec.entrypoint is not None:
        # An empty one lets the image's go; an empty list alone would be taken for none given.
        body["entrypoint"] = list(spec.entrypoint) or [""]
    if spec.init:
        body["init_container_type"] = spec.init
        body["restart_policy"] = "no"
    if spec.stop_signal:
        body["stop_signal"] = signal_number(spec.stop_signal)
    if spec.devices:
        body["devices"] = [{"path": device} for device in spec.devices]
    if spec.health is not None:
        body |= health(spec.health)
    return body | _storage(spec, info) | _limits(spec) | security(spec.security_opts)


def _storage(spec: ContainerSpec, info: EngineInfo) -> dict[str, Any]:
    body = mounts_and_volumes(spec.mounts)
    if spec.read_only and parse_version(info.version) >= _READ_WRITE_TMPFS:
        body["read_write_tmpfs"] = True
    elif spec.read_only:
        body["mounts"] = [*body.get("mounts", ()), *read_only_tmpfs(spec.mounts)]
    return body


def _limits(spec: ContainerSpec) -> dict[str, Any]:
    limits = linux_resources(spec.resources)
    if limits.get("memory", {}).get("swap") == UNLIMITED:
        limits["memory"]["swap"] = NO_LIMIT
    return {"resource_limits": limits} if limits else {}


def signal_number(name: str) -> int:
    """Return the number of ``SIGTERM``, ``term``, ``15`` or ``RTMIN+3``. Raises UnsupportedError."""
    if name.isdigit() and 0 < int(name) <= signal.SIGRTMAX:
        return int(name)
    word, plus, offset = name.upper().removeprefix("SIG").partition("+")
    try:
        number = int(signal.Signals[f"SIG{word}"]) + (int(offset) if plus else 0)
    except (KeyError, ValueError):
        number = 0
    if not 0 < number <= signal.SIGRTMAX:
        raise UnsupportedError(f"There is no signal {name}.")
    return number


def health(check: HealthCheck) -> dict[str, Any]:
    """Return the keys of a health check; times are nanoseconds. One word is run by a shell."""
    command = list(check.command)
    test = ["CMD-SHELL" if len(command) == 1 else "CMD", *command]
    if command in ([], ["none"]):
        test = ["NONE"]
    body: dict[str, Any] = {
        "healthconfig": {
            "Test": test,
            "Interval": check.interval * _SECOND,
            "Timeout": check.timeout * _SECOND,
            "StartPeriod": check.start_period * _SECOND,
            "Retries": check.retries,
        }
    }
    if check.on_failure:
        body["health_check_on_failure_action"] = _ON_FAILURE[check.on_failure]
    return body
