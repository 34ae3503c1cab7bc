"""Fixture trees on disk: cgroup file systems and /proc directories of machines that we cannot boot here."""

from pathlib import Path

POD = "a" * 64
CONTAINER = "b" * 64

V1_FILES = {
    "cpuacct": {"cpuacct.usage": "5000000000\n"},
    "memory": {
        "memory.usage_in_bytes": "3000000\n",
        "memory.stat": "cache 9\ninactive_file 7\nhierarchical_memory_limit 64000000\n"
        "total_cache 9\ntotal_inactive_file 1000000\ntotal_active_file 5\n",
    },
    "pids": {"pids.current": "3\n"},
    "blkio": {
        "blkio.throttle.io_service_bytes_recursive": "8:0 Read 100\n8:0 Write 20\n8:0 Sync 9\n8:0 Total 120\n"
        "8:16 Read 1000\n8:16 Write 200\nTotal 1320\n"
    },
}
V2_FILES = {
    "cpu.stat": "usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\nnr_throttled 0\n",
    "memory.current": "3000000\n",
    "memory.stat": "anon 7\nfile 9\ninactive_anon 4\nactive_anon 5\ninactive_file 1000000\nactive_file 6\n",
    "memory.max": "max\n",
    "pids.current": "3\n",
    "io.stat": "8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1000 wbytes=200 rios=2 wios=2\n",
}


def write(directory: Path, files: dict[str, str]) -> None:
    """Write files below a directory that is made if need be."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text)


def v1(root: Path, path: str, *, joined: bool = False, hybrid: bool = False) -> None:
    """Make a v1 file system with one cgroup. ``joined`` mounts cpu and cpuacct together, as most distributions do."""
    for controller, files in V1_FILES.items():
        mount = "cpu,cpuacct" if joined and controller == "cpuacct" else controller
        write(root / mount / path.strip("/"), files)
    (root / "systemd").mkdir()
    if joined:
        (root / "cpuacct").symlink_to("cpu,cpuacct")
        (root / "cpu").symlink_to("cpu,cpuacct")
    if hybrid:
        write(root / "unified", {"cgroup.controllers": "\n"})
        write(root / "unified" / path.strip("/"), {"cpu.stat": V2_FILES["cpu.stat"]})


def v2(root: Path, path: str, *, files: dict[str, str] = V2_FILES) -> None:
    """Make a v2 file system with one cgroup; ``files`` stands in every level but the root."""
    write(root, {"cgroup.controllers": "cpu io memory pids\n"})
    directory = root
    for element in path.strip("/").split("/"):
        directory /= element
        write(directory, files)


def process(proc: Path, pid: int, cgroup: str) -> None:
    """Make a process's directory with what its ``cgroup`` file says."""
    write(proc / str(pid), {"cgroup": cgroup})


def open_files() -> int:
    """Return how many descriptors this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
