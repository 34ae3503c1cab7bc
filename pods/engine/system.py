"""The engine as a whole: is it there, what is it, what happens in it."""

import httpx
import msgspec

from pods.engine.errors import UnexpectedError
from pods.engine.transport import CONNECT_TIMEOUT, Engine, decode, our_errors
from pods.messages.hosts import EngineInfo


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: a hint to read again, never data (engines leave attributes out)."""

    type: str  # pod, container, network, volume or image
    action: str
    id: str
    pod_id: str  # "" when the event does not say
    time_nano: int
    name: str = ""
    exit_code: int | None = None  # of a container's end, where the engine says


class _Actor(msgspec.Struct):
    ID: str = ""
    Attributes: dict[str, str] = {}


class _RawEvent(msgspec.Struct):
    Type: str = ""
    Action: str = ""
    Actor: _Actor = msgspec.field(default_factory=_Actor)
    timeNano: int = 0  # noqa: N815  # the engine's name


def ping(engine: Engine, *, timeout: float) -> str:
    """Return the server's API version and use it for all that follows. Raises UnreachableError or TimedOutError."""
    with our_errors(engine.socket):
        response = engine.client.get(  # the only address without a version
            "/_ping", timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT))
        )
    version = response.headers.get("Libpod-Api-Version")
    if response.status_code != 200 or not version:
        raise UnexpectedError(f"{engine.socket} answers, but not as a Podman engine does.")
    engine.api_version = version
    return str(version)


class _Security(msgspec.Struct):
    rootless: bool = False
    selinuxEnabled: bool = False  # noqa: N815


class _Runtime(msgspec.Struct):
    name: str = ""


class _Distribution(msgspec.Struct):
    distribution: str = ""
    version: str = ""


class _HostInfo(msgspec.Struct):
    cgroupVersion: str = ""  # noqa: N815
    cgroupManager: str = ""  # noqa: N815
    cpus: int = 0
    memTotal: int = 0  # noqa: N815
    hostname: str = ""
    kernel: str = ""
    distribution: _Distribution = msgspec.field(default_factory=_Distribution)
    ociRuntime: _Runtime = msgspec.field(default_factory=_Runtime)  # noqa: N815
    security: _Security = msgspec.field(default_factory=_Security)


class _Version(msgspec.Struct):
    Version: str = ""
    APIVersion: str = ""


class _Info(msgspec.Struct):
    host: _HostInfo
    version: _Version


def info(engine: Engine, *, timeout: float) -> EngineInfo:
    """Return what the engine is. Slow (it runs conmon and the OCI runtime): ask once per connection."""
    raw = engine.get("/info", _Info, timeout=timeout)
    host = raw.host
    engine.info = EngineInfo(
        version=raw.version.Version,
        api_version=raw.version.APIVersion or engine.api_version,
        rootless=host.security.rootless,
        cgroup_version=host.cgroupVersion,
        cgroup_manager=host.cgroupManager,
        oci_runtime=host.ociRuntime.name,
        selinux_enabled=host.security.selinuxEnabled,
        cpus=host.cpus,
        memory_total=host.memTotal,
        hostname=host.hostname,
        kernel=host.kernel,
        distribution=f"{host.distribution.distribution} {host.distribution.version}".strip(),
    )
    return engine.info


def known(engine: Engine, *, timeout: float) -> EngineInfo:
    """Return what the engine is, asking only if nobody has yet."""
    return engine.info or info(engine, timeout=timeout)


def parse_event(line: bytes) -> Event | None:
    """Return one line of the event stream, or None for what podweb does not follow."""
    raw = decode(line, _RawEvent)
    if raw.Type not in {"pod", "container", "network", "volume", "image"}:
        return None
    attributes = raw.Actor.Attributes
    code = attributes.get("containerExitCode", "")
    return Event(
        type=raw.Type,
        action=raw.Action,
        id=raw.Actor.ID,
        pod_id=raw.Actor.ID if raw.Type == "pod" else attributes.get("podId", ""),
        time_nano=raw.timeNano,
        name=attributes.get("name", ""),
        exit_code=int(code) if raw.Action == "died" and code.lstrip("-").isdigit() else None,
    )


def events_path(since: int | None) -> tuple[str, dict[str, str]]:
    """Return address and parameters of the event stream from ``since`` (seconds since 1970) on."""
    params = {"stream": "true"}
    if since is not None:
        params["since"] = str(since)
    return "/events", params
