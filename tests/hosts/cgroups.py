"""A box's own cgroup in each hierarchy: ``<hierarchy>/pwhosts/<name>``."""

import contextlib
import os
import signal
import time
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def hierarchies() -> list[Path]:
    """Return where each cgroup hierarchy of this machine is mounted."""
    return [path for path in sorted(CGROUP.iterdir()) if (path / "cgroup.procs").exists()]


def join_cgroups(name: str) -> list[str]:
    """Return the beginning of an argument list: what follows it runs in the box's cgroups."""
    script = f'for d in {CGROUP}/*/; do echo 0 > "${{d}}pwhosts/{name}/cgroup.procs" || exit 70; done; exec "$@"'
    return ["sh", "-c", script, "sh"]


def make_cgroups(name: str) -> None:
    """Make the box's cgroup in each hierarchy; a cpuset cgroup is unusable until it has processors and memory."""
    for root in hierarchies():
        for path in (root / "pwhosts", root / "pwhosts" / name):
            path.mkdir(exist_ok=True)
            for file in ("cpuset.cpus", "cpuset.mems"):
                if (path / file).exists():
                    (path / file).write_text((path.parent / file).read_text())


def remove_cgroups(name: str) -> None:
    """Kill what is left in the box's cgroups and remove them."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        left = False
        for root in hierarchies():
            top = root / "pwhosts" / name
            for path, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    (Path(path) / "freezer.state").write_text("THAWED")
                try:
                    for pid in (Path(path) / "cgroup.procs").read_text().split():
                        os.kill(int(pid), signal.SIGKILL)
                    Path(path).rmdir()
                except OSError:
                    left = left or Path(path).exists()
        if not left:
            return
        time.sleep(0.05)


def remove_leftovers() -> None:
    """Remove the boxes of test runs that died: a box's name begins with its maker's process id."""
    for root in hierarchies()[:1]:
        for path in (root / "pwhosts").glob("pw*-*"):
            maker = path.name.removeprefix("pw").partition("-")[0]
            if maker.isdigit() and not Path(f"/proc/{maker}").exists():
                remove_cgroups(path.name)


def memory_used(directory: Path) -> int:
    """Return what a v1 memory cgroup uses without its inactive file cache, from the kernel's own files."""
    usage = int((directory / "memory.usage_in_bytes").read_text())
    stat = dict(line.split() for line in (directory / "memory.stat").read_text().splitlines())
    return usage - int(stat["total_inactive_file"])
