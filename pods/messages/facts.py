"""What an engine said about its pods and containers, in podweb's words.

Times are RFC 3339 text exactly as the engine gave them (up to nine digits; Python's ``datetime`` would cut them).
``None`` always means "not known", never zero or empty.
"""

from typing import Any

from msgspec import Struct


class PortMapping(Struct, frozen=True, kw_only=True):
    """One published port. ``host_ip`` is "" when it listens on every address."""

    host_ip: str
    host_port: int
    container_port: int
    protocol: str
    range: int = 1


class ResourceLimits(Struct, frozen=True, kw_only=True):
    """Limits as the engine's inspect reports them; ``None`` = not reported. A memory-only limit is *not* reported
    by any engine up to 5.8 (engine.md 1.2), so ``None`` is not "unlimited": the kernel's file is the truth."""

    cpu_period: int | None = None  # µs
    cpu_quota: int | None = None  # µs; -1 = unlimited
    cpu_shares: int | None = None
    cpuset_cpus: str | None = None
    cpuset_mems: str | None = None
    memory_limit: int | None = None  # bytes
    memory_swap: int | None = None  # bytes
    blkio_weight: int | None = None


class KernelLimits(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The limits of one cgroup as the kernel's files have them now. -1 = unlimited. ``None`` is unknown: its name
    stands in ``missing`` with the reason. ``effective_memory`` and ``effective_cpus`` are what all ancestors leave."""

    path: str  # the cgroup, as in /proc/PID/cgroup
    cpu_period: int | None = None  # µs
    cpu_quota: int | None = None  # µs
    cpu_shares: int | None = None  # v1 cpu.shares
    cpu_weight: int | None = None  # v2 cpu.weight
    cpuset_cpus: str | None = None  # "" = its parent's
    cpuset_mems: str | None = None
    memory: int | None = None  # bytes
    memory_swap: int | None = None  # v1: memory and swap together; v2: swap alone
    blkio_weight: int | None = None
    pids: int | None = None
    device_read_bps: dict[str, int] = {}  # "MAJOR:MINOR" -> bytes per second
    device_write_bps: dict[str, int] = {}
    device_read_iops: dict[str, int] = {}
    device_write_iops: dict[str, int] = {}
    effective_memory: int | None = None  # bytes; -1 = no ancestor limits it
    effective_cpus: str | None = None  # list format
    missing: dict[str, str] = {}


class Address(Struct, frozen=True, kw_only=True):
    """What the infra container got on one network. Only while it runs; "" = none."""

    network: str
    ip: str = ""
    ipv6: str = ""
    mac: str = ""


class InfraFacts(Struct, frozen=True, kw_only=True):
    """The infra container's part of the pod (libpod's InfraContainerConfig), as far as an engine answers it."""

    container_id: str
    name: str
    image: str
    command: tuple[str, ...] = ()
    conmon_pid_file: str = ""
    network_mode: str = ""  # "none", "host", "bridge", "slirp4netns", ...; from the infra's inspect
    host_network: bool = False
    pid_ns: str = ""
    port_bindings: tuple[PortMapping, ...] = ()
    networks: tuple[str, ...] = ()
    network_options: dict[str, Any] = {}
    no_manage_resolv_conf: bool = False
    dns_servers: tuple[str, ...] = ()
    dns_searches: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    no_manage_hosts: bool = False
    extra_hosts: tuple[str, ...] = ()
    userns: str = ""
    process_label: str = ""
    mount_label: str = ""
    cgroup_parent: str = ""  # HostConfig.CgroupParent: the pod's cgroup, static, survives a reboot
    addresses: tuple[Address, ...] = ()
    exit_command: tuple[str, ...] | None = None  # what conmon runs at its end; None: conmon does not run, or is hidden
    pid_mode: str = ""  # HostConfig.PidMode


class PodFacts(Struct, frozen=True, kw_only=True):
    """One pod (libpod's Pod and PodConfig). ``state`` is computed from its containers by libpod's own rule."""

    id: str
    name: str
    state: str  # Created | Running | Degraded | Paused | Exited | Stopped | Error
    created_at: str
    namespace: str = ""
    hostname: str = ""
    labels: dict[str, str] = {}
    cgroup_parent: str = ""
    cgroup_path: str | None = None  # the pod's own cgroup as inspect gives it; None = inspect has none
    shares_cgroup: bool = False  # contract UsePodCgroup; inspect CreateCgroup
    shared_namespaces: tuple[str, ...] = ()  # sorted; subset of cgroup ipc mount net pid user uts
    has_infra_container: bool = False  # inspect CreateInfra: STATE, not what was asked for
    infra_container_id: str = ""
    create_command: tuple[str, ...] = ()
    exit_policy: str | None = None
    restart_policy: str | None = None
    lock_number: int | None = None
    resource_limits: ResourceLimits = ResourceLimits()
    infra: InfraFacts | None = None  # None: no infra container, or it could not be read
    mounts: tuple[str, ...] = ()  # SOURCE:DESTINATION of the infra container
    volumes_from: tuple[str, ...] = ()
    security_opts: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    # The kernel's, read with the snapshot. None: no cgroup of its own, nothing runs in it, or it is out of reach.
    kernel_limits: KernelLimits | None = None
    # Containers (engine ids) in another network namespace than the infra container although the pod shares it.
    stale_network: tuple[str, ...] = ()


class ContainerFacts(Struct, frozen=True, kw_only=True):
    """One container of a pod, from the engine's container list (which never blocks behind a stopping pod)."""

    id: str
    name: str
    pod_id: str
    state: str  # lower case: created running paused exited stopped configured removing stopping unknown
    is_infra: bool = False
    pid: int | None = None  # None unless running or paused
    image: str = ""
    image_id: str = ""
    command: tuple[str, ...] = ()
    created_at: str = ""
    started_at: str | None = None
    exited_at: str | None = None
    exit_code: int | None = None  # None unless it has ended
    labels: dict[str, str] = {}
    networks: tuple[str, ...] = ()
    ports: tuple[PortMapping, ...] = ()
    mounts: tuple[str, ...] = ()
    restarts: int | None = None
    health: str = ""  # of its health check: starting healthy unhealthy; "" = it has none, or does not run
    init: str | None = None  # "" = no init container; "once" or "always"; None = not known yet
    create_command: tuple[str, ...] = ()  # argv of its maker, where the engine keeps it and podweb has read it
    env: tuple[str, ...] = ()  # NAME=VALUE, likewise
