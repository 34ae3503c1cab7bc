"""Containers, one short function per verb of the engine."""

import json
from typing import Any

import msgspec

from pods.engine.transport import Engine, decode
from pods.messages.facts import ContainerFacts, PortMapping

ENDED = {"exited", "stopped"}
LIVE = {"running", "paused"}


class _Port(msgspec.Struct):
    host_ip: str = ""
    container_port: int = 0
    host_port: int = 0
    range: int = 1
    protocol: str = "tcp"


class _Listed(msgspec.Struct):
    """One entry of the container list, under the engine's own keys."""

    Id: str
    Pod: str = ""
    IsInfra: bool = False
    State: str = ""
    Pid: int = 0
    Names: list[str] | None = None
    Image: str = ""
    ImageID: str = ""
    Command: list[str] | None = None
    Created: Any = ""
    StartedAt: int = 0
    ExitedAt: int = 0
    ExitCode: int = 0
    Labels: dict[str, str] | None = None
    Networks: list[str] | None = None
    Ports: list[_Port] | None = None
    Mounts: list[Any] | None = None
    Restarts: int | None = None
    Status: str = ""  # of the health check, and nothing else (pkg/ps/ps.go, 4.3 to 5.8)


def list_containers(engine: Engine, *, timeout: float, pod_id: str | None = None) -> list[ContainerFacts]:
    """Return every container that belongs to a pod, or to the pod ``pod_id``. Never blocks behind a stopping pod."""
    params = {"all": "true"}
    if pod_id is not None:
        params["filters"] = json.dumps({"pod": [pod_id]})
    listed = engine.get("/containers/json", list[_Listed], timeout=timeout, params=params)
    # The filter also takes a name, and an id that is gone may be another pod's name.
    return [_facts(raw) for raw in listed if raw.Pod and (pod_id is None or raw.Pod == pod_id)]


def _facts(raw: _Listed) -> ContainerFacts:
    state = raw.State.lower()
    return ContainerFacts(
        id=raw.Id,
        name=(raw.Names or [raw.Id[:12]])[0],
        pod_id=raw.Pod,
        state=state,
        is_infra=raw.IsInfra,
        pid=raw.Pid if state in LIVE and raw.Pid > 0 else None,
        image=raw.Image,
        image_id=raw.ImageID,
        command=tuple(raw.Command or ()),
        created_at=str(raw.Created),
        # Seconds; a container that never ran has the zero time, which Go writes as a negative number.
        started_at=_moment(raw.StartedAt),
        exited_at=_moment(raw.ExitedAt) if state in ENDED else None,
        exit_code=raw.ExitCode if state in ENDED else None,
        labels=raw.Labels or {},
        networks=tuple(sorted(raw.Networks or ())),
        ports=tuple(
            PortMapping(
                host_ip=port.host_ip,
                host_port=port.host_port,
                container_port=port.container_port,
                protocol=port.protocol,
                range=port.range,
            )
            for port in raw.Ports or ()
        ),
        mounts=tuple(str(mount) for mount in raw.Mounts or ()),
        restarts=raw.Restarts,
        # The engine keeps it beyond the end, where it says nothing any more.
        health=raw.Status if state in LIVE else "",
    )


def _moment(seconds: int) -> str | None:
    return str(seconds) if seconds > 0 else None


class Running(msgspec.Struct):
    """The part of a container's inspect that says how it runs now."""

    Status: str = ""
    Pid: int = 0
    ConmonPid: int = 0
    CgroupPath: str = ""  # absent unless running or paused
    OOMKilled: bool = False
    ExitCode: int = 0
    StartedAt: str = ""
    FinishedAt: str = ""  # of its last end, also while it runs again


class _Config(msgspec.Struct):
    CreateCommand: list[str] | None = None
    Env: list[str] | None = None
    Labels: dict[str, str] | None = None


class _Device(msgspec.Struct):
    PathOnHost: str = ""
    PathInContainer: str = ""
    CgroupPermissions: str = ""


class _HostConfig(msgspec.Struct):
    NetworkMode: str = ""
    PidMode: str = ""
    CgroupParent: str = ""
    Devices: list[_Device] | None = None


class _Attached(msgspec.Struct):
    IPAddress: str = ""
    GlobalIPv6Address: str = ""
    MacAddress: str = ""


class _NetworkSettings(msgspec.Struct):
    Networks: dict[str, _Attached] | None = None


class Inspect(msgspec.Struct):
    """What podweb reads of a container's inspect, under the engine's own keys."""

    Id: str
    Name: str = ""
    Path: str = ""
    Args: list[str] | None = None
    ImageName: str = ""
    ConmonPidFile: str = ""
    ProcessLabel: str = ""
    MountLabel: str = ""
    IsInfra: bool = False
    State: Running = msgspec.field(default_factory=Running)
    Config: _Config = msgspec.field(default_factory=_Config)
    HostConfig: _HostConfig = msgspec.field(default_factory=_HostConfig)
    NetworkSettings: _NetworkSettings = msgspec.field(default_factory=_NetworkSettings)


def inspect(engine: Engine, container_id: str, *, timeout: float) -> Inspect:
    """Return the container's inspect. Raises NotFoundError."""
    return engine.get(f"/containers/{container_id}/json", Inspect, timeout=timeout)


class _Created(msgspec.Struct):
    Id: str


def create(engine: Engine, body: dict[str, Any], *, timeout: float) -> str:
    """Create a container from a SpecGenerator and return its id. Raises NotFoundError without its image."""
    return decode(engine.request("POST", "/containers/create", timeout=timeout, body=body).content, _Created).Id


def remove(engine: Engine, container_id: str, *, grace: int, timeout: float) -> None:
    """Remove one container by force, its anonymous volumes too. Never call it on an infra container."""
    params = {"force": "true", "v": "true", "timeout": str(grace)}
    engine.request("DELETE", f"/containers/{container_id}", timeout=timeout, params=params)


class Top(msgspec.Struct):
    """The processes of one container, under the engine's column names."""

    Titles: list[str]
    Processes: list[list[str]] | None = None


def top(engine: Engine, container_id: str, *, timeout: float) -> Top | None:
    """Return its processes; None when it does not run (engines up to 5.1 answer 200 with nothing then)."""
    response = engine.request("GET", f"/containers/{container_id}/top", timeout=timeout, params={"stream": "false"})
    return decode(response.content, Top) if response.content.strip() else None


def raw_inspect(engine: Engine, container_id: str, *, timeout: float) -> dict[str, Any]:
    """Return the container's inspect in the engine's own words. Raises NotFoundError."""
    return engine.get(f"/containers/{container_id}/json", dict[str, Any], timeout=timeout)


def start(engine: Engine, container_id: str, *, timeout: float) -> bool:
    """Start it; returns False when it ran already."""
    return _post(engine, container_id, "start", timeout=timeout)


def stop(engine: Engine, container_id: str, *, grace: int | None, timeout: float) -> bool:
    """Stop it, killing it after ``grace`` seconds (its own StopTimeout when None); False when it did not run."""
    params = {} if grace is None else {"timeout": str(grace)}
    return _post(engine, container_id, "stop", timeout=timeout, params=params)


def unpause(engine: Engine, container_id: str, *, timeout: float) -> bool:
    """Let its frozen processes run on."""
    return _post(engine, container_id, "unpause", timeout=timeout)


def _post(
    engine: Engine, container_id: str, verb: str, *, timeout: float, params: dict[str, str] | None = None
) -> bool:
    response = engine.request("POST", f"/containers/{container_id}/{verb}", timeout=timeout, params=params)
    return response.status_code != 304
