"""Where cgroups are: the hierarchies of this machine, a process's cgroup, a pod's cgroup.

The rules are those of libpod's ``Container.cGroupPath`` (libpod/container.go), the same from 3.3 to 5.8.
"""

from dataclasses import dataclass
from pathlib import Path

CGROUP_ROOT = Path("/sys/fs/cgroup")
PROC_ROOT = Path("/proc")
_PREFIXES = ("libpod-payload-", "libpod-")
_NO_CONTROLLER = {"unified", "systemd"}


@dataclass(frozen=True)
class Layout:
    """``controllers`` maps a v1 controller to its hierarchy; on v2 it is empty and everything is below ``root``."""

    version: str  # "v1" (also on hybrid machines) | "v2"
    root: Path
    controllers: dict[str, Path]

    def directory(self, controller: str, path: str) -> Path | None:
        """Return the directory of the cgroup ``path`` for ``controller``; None without that v1 hierarchy."""
        base = self.root if self.version == "v2" else self.controllers.get(controller)
        return None if base is None else base / path.lstrip("/")


def detect(root: Path = CGROUP_ROOT) -> Layout:
    """Return the layout of the cgroup file system at ``root``.

    Only a cgroup2 root has ``cgroup.controllers``. A hybrid machine has it below ``unified`` and its controllers are
    v1. A v1 directory may hold several controllers, as in ``cpu,cpuacct``.
    """
    if (root / "cgroup.controllers").exists():
        return Layout("v2", root, {})
    controllers: dict[str, Path] = {}
    if root.is_dir():
        for directory in sorted(root.iterdir()):
            if directory.name not in _NO_CONTROLLER and directory.is_dir():
                for name in directory.name.split(","):
                    controllers.setdefault(name, directory)
    return Layout("v1", root, controllers)


def container_path(pid: int, proc_root: Path = PROC_ROOT, *, container_id: str = "") -> str | None:
    """Return the cgroup of the container whose first process is ``pid``; None when that process is gone.

    Named v1 hierarchies do not count; of the rest the longest path is the container's; what the payload made below
    its container's cgroup is cut off. ``container_id`` tells it from a container that runs inside this one. A path
    that begins with ``/..`` lies outside the cgroup namespace of the process that asks (CgroupReader says so).
    """
    try:
        lines = (proc_root / str(pid) / "cgroup").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    entries = [line.split(":", 2) for line in lines if line.count(":") >= 2]
    paths = [path for _, names, path in entries if "=" not in names]
    if not paths:
        return None
    elements = max(paths, key=len).split("/")
    for index in range(len(elements) - 1, -1, -1):
        if elements[index].startswith(_PREFIXES) and container_id in elements[index]:
            return "/".join(elements[: index + 1])
    return "/".join(elements)


def pod_path(path_of_container: str, pod_id: str) -> str | None:
    """Return the cgroup of the pod ``pod_id`` above one of its containers; None when that one is in no pod cgroup.

    cgroupfs: ``/libpod_parent/<pod>``; systemd: ``/machine.slice/machine-libpod_pod_<pod>.slice``.
    """
    parent = path_of_container.rpartition("/")[0]
    return parent if pod_id and parent.removesuffix(".slice").endswith(pod_id) else None


def memory_total(proc_root: Path = PROC_ROOT) -> int:
    """Return the bytes of RAM of this machine; 0 where the kernel does not say."""
    for line in (proc_root / "meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 0
