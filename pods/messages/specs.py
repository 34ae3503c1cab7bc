"""What a pod or a container is asked to be, in podweb's own shape: everything that ``podman pod create`` can say.

A spec travels from the page or the API through the operation to the host worker, which writes it in the words of its
engine's version. A field at its default is not sent, so that the engine's own default holds. Sizes are bytes, times
are seconds unless a name says otherwise.
"""

from typing import Literal

from msgspec import Struct

from pods.messages.facts import PortMapping


class Mount(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something mounted into a pod or container. ``options`` are Podman's: ro, z, Z, U, nosuid, size=64m, ..."""

    type: Literal["bind", "volume", "tmpfs"]
    source: str = ""  # bind: a path on the host; volume: its name, "" for an anonymous one; tmpfs: always ""
    destination: str
    options: tuple[str, ...] = ()


class IdMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``size`` ids from ``container_id`` on inside are those from ``host_id`` on outside."""

    container_id: int
    host_id: int
    size: int


class NetworkAttachment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One network that the pod joins. ``name`` "" is the engine's default network."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    static_ips: tuple[str, ...] = ()  # at most one IPv4 and one IPv6
    static_mac: str = ""
    interface_name: str = ""


class DeviceRate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit on one block device, ``path`` as on the host; bytes or operations per second by where it stands."""

    path: str
    rate: int


class DeviceWeight(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block device's own weight, 10 to 1000."""

    path: str
    weight: int


class Resources(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Limits of a cgroup. ``None`` and "" are: not asked for."""

    cpu_period: int | None = None  # µs; ``--cpus 1.5`` is period 100000 and quota 150000
    cpu_quota: int | None = None  # µs; -1 = unlimited
    cpu_shares: int | None = None
    cpuset_cpus: str = ""
    cpuset_mems: str = ""
    memory: int | None = None  # bytes
    memory_swap: int | None = None  # bytes of memory and swap together; -1 = unlimited
    memory_reservation: int | None = None  # bytes; containers only
    blkio_weight: int | None = None
    blkio_weight_devices: tuple[DeviceWeight, ...] = ()
    device_read_bps: tuple[DeviceRate, ...] = ()
    device_write_bps: tuple[DeviceRate, ...] = ()
    device_read_iops: tuple[DeviceRate, ...] = ()
    device_write_iops: tuple[DeviceRate, ...] = ()
    pids_limit: int | None = None  # containers only; -1 = unlimited


class PodSpec(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A pod to be made. Which engine version brings an option: ``pods.messages.options``."""

    name: str
    # Identity
    hostname: str = ""
    labels: dict[str, str] = {}
    exit_policy: Literal["", "continue", "stop"] = ""
    restart_policy: Literal["", "no", "always", "on-failure", "unless-stopped"] = ""
    restart_tries: int | None = None  # with on-failure only
    # Infra container
    infra: bool = True
    infra_image: str = ""
    infra_command: tuple[str, ...] = ()
    infra_name: str = ""
    infra_conmon_pid_file: str = ""
    # Namespaces. ``share`` None = the engine's default (ipc, net, uts); () = an infra container that shares nothing.
    share: tuple[str, ...] | None = None
    pid: str = ""  # "", host, private, ns:PATH
    ipc: str = ""  # likewise, and shareable, none
    uts: str = ""  # "", host, private, ns:PATH
    userns: str = ""  # "", host, auto[:OPTIONS], keep-id[:OPTIONS], nomap, ns:PATH
    uid_maps: tuple[IdMap, ...] = ()
    gid_maps: tuple[IdMap, ...] = ()
    subuid_name: str = ""
    subgid_name: str = ""
    # Network
    network_mode: str = ""  # "", none, host, bridge, slirp4netns, pasta, private, ns:PATH
    network_options: tuple[str, ...] = ()  # of slirp4netns and pasta
    networks: tuple[NetworkAttachment, ...] = ()  # with bridge, or with the default mode where that is bridge
    ports: tuple[PortMapping, ...] = ()  # host_port 0 = the engine draws one
    dns_servers: tuple[str, ...] = ()
    dns_searches: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    extra_hosts: tuple[str, ...] = ()  # NAME:IP
    no_manage_resolv_conf: bool = False
    no_manage_hosts: bool = False
    no_manage_hostname: bool = False
    hosts_file: str = ""  # a path on the host, image, none
    # Resources
    resources: Resources = Resources()
    shm_size: int | None = None
    shm_size_systemd: int | None = None
    # Storage
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()  # CONTAINER[:OPTIONS]
    devices: tuple[str, ...] = ()  # HOST[:CONTAINER[:PERMISSIONS]]
    # Security
    security_opts: tuple[str, ...] = ()
    sysctls: dict[str, str] = {}
    # Cgroup
    cgroup_parent: str = ""
    share_parent: bool = True  # the pod makes a cgroup and its containers are put in it


class HealthCheck(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the engine finds out whether a container is well. One word in ``command`` is run by a shell."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 30
    start_period: int = 0
    retries: int = 3
    on_failure: Literal["", "none", "kill", "restart", "stop"] = ""


class ContainerSpec(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A container to be added to a pod. It joins the namespaces that the pod shares."""

    image: str
    name: str = ""  # "" = the engine draws one
    pull: Literal["missing", "always", "newer", "never"] = "missing"
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None  # None = the image's
    env: dict[str, str] = {}
    workdir: str = ""
    user: str = ""
    labels: dict[str, str] = {}
    terminal: bool = False
    stdin: bool = False
    hostname: str = ""  # only where the pod does not share UTS
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    resources: Resources = Resources()
    restart_policy: Literal["", "no", "always", "on-failure", "unless-stopped"] = ""
    restart_tries: int | None = None
    stop_signal: str = ""
    stop_timeout: int | None = None
    health: HealthCheck | None = None
    init: Literal["", "once", "always"] = ""  # an init container runs to its end before the others start
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opts: tuple[str, ...] = ()
    privileged: bool = False
    read_only: bool = False
