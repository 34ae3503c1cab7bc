"""What an engine has beside pods: its networks and volumes, and the ports that its containers hold."""

from typing import cast

import msgspec

from pods.engine.state import PAUSED, RUNNING
from pods.engine.transport import Engine
from pods.messages.resources import Network, PortInUse

DEFAULT_NETWORK = "podman"  # unless containers.conf names another, which no endpoint tells


class _Subnet(msgspec.Struct):
    subnet: str = ""


class _Network(msgspec.Struct):
    name: str
    driver: str = ""
    subnets: list[_Subnet] | None = None
    internal: bool = False
    dns_enabled: bool = False


class _Volume(msgspec.Struct):
    Name: str


class _Port(msgspec.Struct):
    host_ip: str = ""
    host_port: int = 0
    range: int = 1
    protocol: str = "tcp"


class _Container(msgspec.Struct):
    State: str = ""
    Names: list[str] | None = None
    PodName: str = ""
    Ports: list[_Port] | None = None


# An engine without any answers null.
_Networks = cast("type[list[_Network] | None]", list[_Network] | None)
_Volumes = cast("type[list[_Volume] | None]", list[_Volume] | None)
_Containers = cast("type[list[_Container] | None]", list[_Container] | None)


def networks(engine: Engine, *, timeout: float) -> tuple[Network, ...]:
    """Return the engine's networks, by name."""
    found = engine.get("/networks/json", _Networks, timeout=timeout) or []
    return tuple(
        Network(
            name=one.name,
            driver=one.driver,
            subnets=tuple(subnet.subnet for subnet in one.subnets or ()),
            internal=one.internal,
            dns_enabled=one.dns_enabled,
            default=one.name == DEFAULT_NETWORK,
        )
        for one in sorted(found, key=lambda one: one.name)
    )


def volumes(engine: Engine, *, timeout: float) -> tuple[str, ...]:
    """Return the names of the engine's volumes, sorted."""
    found = engine.get("/volumes/json", _Volumes, timeout=timeout) or []
    return tuple(sorted(one.Name for one in found))


def ports(engine: Engine, *, timeout: float) -> list[PortInUse]:
    """Return the host ports of every container that runs, in a pod or not; containers of a pod list the same ones."""
    found = engine.get("/containers/json", _Containers, timeout=timeout, params={"all": "true"}) or []
    return [
        PortInUse(
            host_ip="" if port.host_ip in {"0.0.0.0", "::"} else port.host_ip,  # what it says, not bound
            port=port.host_port + offset,
            protocol=port.protocol,
            by=one.PodName or (one.Names or [""])[0],
        )
        for one in found
        if one.State.lower() in {RUNNING, PAUSED}
        for port in one.Ports or ()
        for offset in range(port.range)
        if port.host_port
    ]
