"""Answers of a host about its kernel's files, as tests need them."""

from typing import Any

from pods.messages.facts import KernelLimits
from pods.messages.insight import CgroupTree, Level, Member, Namespaces, Node, Totals
from pods.messages.live import Detail, Usage
from tests.builders import engine_id

MIB = 2**20
POD_PATH = f"/libpod_parent/{engine_id('web')}"
SHARED = ("net", "ipc", "uts")
HOST = {"net": 1, "ipc": 2, "uts": 3, "pid": 4, "user": 5, "cgroup": 6, "mnt": 7}


def limits(path: str, **values: Any) -> KernelLimits:
    """Return a cgroup without limits but for ``values``."""
    usual: dict[str, Any] = {
        "cpu_quota": -1,
        "cpu_period": 100_000,
        "memory": -1,
        "pids": -1,
        "cpuset_cpus": "",
        "effective_cpus": "0-3",
        "effective_memory": -1,
    }
    return KernelLimits(path=path, **(usual | values))


def node(kind: str, name: str, *, path: str = "", memory: int = 8 * MIB, pids: int = 1, **values: Any) -> Node:
    """Return a cgroup in which something runs."""
    own = path or (POD_PATH if kind == "pod" else f"{POD_PATH}/{name}")
    detail = Detail(
        seconds=0.5,
        cpu_user=2.0,
        cpu_system=1.0,
        periods=0.0,
        throttled_periods=0.0,
        throttled=0.0,
        memory_anon=memory // 2,
        memory_file=memory // 4,
        memory_kernel=memory // 8,
        memory_swap=0,
        events={"max": 0, "oom_kill": 0},
        pressure={"cpu_some": 0.5, "cpu_full": 0.0, "memory_some": 0.0, "memory_full": 0.0},
        devices={"8:0": (0.0, 2048.0)},
    )
    facts: dict[str, Any] = {
        "path": own,
        "kind": kind,
        "name": name,
        "container": engine_id(f"web/{name}") if kind in {"infra", "container"} else "",
        "state": "running" if kind in {"infra", "container"} else "",
        "usage": Usage(cpu=3.0, memory=memory, memory_limit=512 * MIB, pids=pids, read=0.0, write=2048.0,
                       detail=detail),
        "totals": Totals(cpu=5_000_000_000, cpu_user=3_000_000_000, cpu_system=2_000_000_000, periods=0,
                         throttled_periods=0, throttled=0, charged=memory, devices={"8:0": (4096, 1_048_576)},
                         pressure={"cpu_some": 1000}),
        "limits": limits(own),
    }  # fmt: skip
    return Node(**(facts | values))


def tree(*nodes: Node, **values: Any) -> CgroupTree:
    """Return the tree of the pod ``web``: its own, infra, app and conmon unless others are named."""
    usual = (
        node("pod", "web", memory=40 * MIB, pids=5, totals=Totals(cpu=20_000_000_000, charged=40 * MIB)),
        node("infra", "infra", memory=1 * MIB),
        node("container", "app", memory=30 * MIB, pids=2),
        node("conmon", "conmon", memory=2 * MIB, pids=2, processes=("conmon", "conmon")),
    )
    above = (Level(path="/libpod_parent", limits=limits("/libpod_parent")),)
    facts: dict[str, Any] = {"version": "v1", "seconds": 0.5, "nodes": nodes or usual, "above": above}
    return CgroupTree(**(facts | values))


def member(name: str, number: int, *, shares: tuple[str, ...] = SHARED, modes: Any = None, **inodes: int) -> Member:
    """Return a container that shares ``shares`` with the infra container, whose inodes are 11, 12, ..."""
    infra = name == "infra"
    own = {
        kind: host if kind in {"user", "cgroup"} else host + 10 if kind in shares or infra else 100 * number + host
        for kind, host in HOST.items()
    }
    default = {} if infra else {kind: f"container:{engine_id('web/infra')}" for kind in shares}
    return Member(
        container=engine_id(f"web/{name}"),
        name=name,
        pid=1000 + number,
        is_infra=infra,
        inodes=own | inodes,
        modes=default if modes is None else modes,
    )


def spaces(*members: Member, **values: Any) -> Namespaces:
    """Return the namespaces of ``members``, or of infra, app and db that share as is usual."""
    usual = (member("infra", 1), member("app", 2), member("db", 3))
    facts: dict[str, Any] = {
        "host": HOST,
        "members": members or usual,
        "shared": SHARED,
        "infra": engine_id("web/infra"),
    }
    return Namespaces(**(facts | values))
