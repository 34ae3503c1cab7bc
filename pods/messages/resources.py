"""What a host offers to new pods: its networks, volumes, images, ports in use, processors."""

from msgspec import Struct


class Network(Struct, frozen=True, kw_only=True):
    """A network of the engine. ``subnets`` in CIDR notation."""

    name: str
    driver: str
    subnets: tuple[str, ...] = ()
    internal: bool = False
    dns_enabled: bool = False
    default: bool = False


class PortInUse(Struct, frozen=True, kw_only=True):
    """A port that something on the host holds. ``by`` says what: a container's name, or "" for another process."""

    host_ip: str  # "" = every address
    port: int
    protocol: str  # tcp | udp | sctp
    by: str = ""


class HostResources(Struct, frozen=True, kw_only=True):
    """Said when the engine was found, and when something of it changed. Every list is sorted."""

    host: str
    boot: str
    epoch: int
    sequence: int
    at: float  # seconds since 1970
    networks: tuple[Network, ...] = ()
    volumes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()  # NAME:TAG; unnamed ones left out
    ports: tuple[PortInUse, ...] = ()
    cpus: str | None = None  # list format, as 0-3,8; None = unknown
    memory_nodes: str | None = None  # list format
    devices: tuple[str, ...] = ()  # block devices, as /dev/sda
