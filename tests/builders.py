"""Messages as host workers send them, with everything that a test does not care about filled in."""

import itertools
import time
import uuid
from typing import Any

from pods.control.hosts import engine_status, host_online
from pods.control.snapshots import apply_snapshot
from pods.messages.facts import ContainerFacts, InfraFacts, PodFacts
from pods.messages.hosts import EngineInfo, EngineStatus, HostOnline
from pods.messages.snapshots import Snapshot

BOOT = str(uuid.UUID(int=1))
EPOCH = 1_800_000_000_000
_numbers = itertools.count(1)


def engine_id(name: str) -> str:
    """Return a stable 64-digit id."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, name).hex * 2


def container(pod: str, name: str, **values: Any) -> ContainerFacts:
    """Return a running container of the pod named ``pod``."""
    facts: dict[str, Any] = {
        "id": engine_id(f"{pod}/{name}"),
        "name": name,
        "pod_id": engine_id(pod),
        "state": "running",
        "pid": 100,
        "image": "example/image:1",
        "started_at": "1800000000",
    }
    return ContainerFacts(**(facts | values))


def pod(name: str, **values: Any) -> PodFacts:
    """Return a running pod."""
    infra = InfraFacts(container_id=engine_id(f"{name}/infra"), name=f"{name}-infra", image="pause:1")
    facts: dict[str, Any] = {
        "id": engine_id(name),
        "name": name,
        "state": "Running",
        "created_at": "2026-11-01T10:00:00.123456789+01:00",
        "cgroup_parent": "/libpod_parent",
        "cgroup_path": f"/libpod_parent/{engine_id(name)}",
        "shares_cgroup": True,
        "shared_namespaces": ("ipc", "net", "uts"),
        "has_infra_container": True,
        "infra_container_id": infra.container_id,
        "infra": infra,
    }
    return PodFacts(**(facts | values))


def members(name: str, *names: str, **values: Any) -> tuple[ContainerFacts, ...]:
    """Return the infra container and ``names`` of the pod ``name``."""
    infra = container(name, "infra", is_infra=True, **values)
    return (infra, *(container(name, one, **values) for one in names))


def snapshot(*pods: PodFacts, containers: tuple[ContainerFacts, ...] = (), **values: Any) -> Snapshot:
    """Return a complete snapshot, newer than every one before."""
    facts: dict[str, Any] = {
        "host": "alpha",
        "boot": BOOT,
        "epoch": EPOCH,
        "sequence": next(_numbers),
        "observed_at": time.time(),
        "complete": True,
        "pods": pods,
        "containers": containers,
    }
    return Snapshot(**(facts | values))


def status(**values: Any) -> EngineStatus:
    """Return the word of an engine that answers."""
    facts: dict[str, Any] = {
        "host": "alpha",
        "boot": BOOT,
        "epoch": EPOCH,
        "sequence": next(_numbers),
        "at": time.time(),
        "answering": True,
        "since": time.time(),
        "socket": "/run/podman/podman.sock",
        "info": EngineInfo(
            version="4.3.1",
            api_version="4.3.1",
            rootless=False,
            cgroup_version="v1",
            cgroup_manager="cgroupfs",
            oci_runtime="runc",
            selinux_enabled=False,
            cpus=2,
            memory_total=25_000_000_000,
            hostname="alpha",
            kernel="6.1",
            distribution="debian 12",
        ),
    }
    return EngineStatus(**(facts | values))


def bring_online(slug: str = "alpha", *pods: PodFacts, containers: tuple[ContainerFacts, ...] = ()) -> None:
    """Let a host's worker come up, its engine answer, and its pods be seen."""
    host_online(HostOnline(host=slug, boot=BOOT, epoch=EPOCH, at=time.time()))
    engine_status(status(host=slug))
    apply_snapshot(snapshot(*pods, containers=containers, host=slug))
