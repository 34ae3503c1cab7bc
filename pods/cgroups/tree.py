"""What stands below a cgroup: the cgroups in it, their processes, and what was removed but still holds memory.

Everything is looked at once, opened and closed: for a page that somebody reads, not for every second.
"""

from pathlib import Path

from pods.cgroups.files import keyed, number
from pods.cgroups.layout import PROC_ROOT, Layout

DEEPEST = 20
MOST_PROCESSES = 200


def kind_of_layout(layout: Layout) -> str:
    """Return v1, hybrid (v1 with an empty v2 hierarchy beside it) or v2."""
    if layout.version == "v2":
        return "v2"
    return "hybrid" if (layout.root / "unified" / "cgroup.controllers").exists() else "v1"


def directories(layout: Layout, path: str) -> list[Path]:
    """Return where the cgroup ``path`` exists: one directory on v2, one of each hierarchy that has it on v1."""
    roots = {layout.root} if layout.version == "v2" else set(layout.controllers.values())
    found = [root / path.lstrip("/") for root in sorted(roots)]
    return [directory for directory in found if directory.is_dir()]


def children(layout: Layout, path: str) -> list[str]:
    """Return the paths of the cgroups directly in ``path``, sorted; on v1 those of any hierarchy."""
    names: set[str] = set()
    for directory in directories(layout, path):
        try:
            names |= {entry.name for entry in directory.iterdir() if entry.is_dir()}
        except OSError:
            continue  # removed meanwhile, or not ours to read
    return [f"{path.rstrip('/')}/{name}" for name in sorted(names)]


def count_below(layout: Layout, path: str, depth: int = DEEPEST) -> int:
    """Return how many cgroups there are below ``path``."""
    if depth == 0:
        return 0
    below = children(layout, path)
    return len(below) + sum(count_below(layout, one, depth - 1) for one in below)


def process_names(layout: Layout, path: str, proc_root: Path = PROC_ROOT) -> list[str]:
    """Return the names of the processes directly in ``path``, sorted; those that cannot be read are left out."""
    pids: set[bytes] = set()
    for directory in directories(layout, path):
        try:
            pids |= set((directory / "cgroup.procs").read_bytes().split())
        except OSError:
            continue
    names = []
    for pid in sorted(pids)[:MOST_PROCESSES]:
        try:
            names.append((proc_root / pid.decode() / "comm").read_text(errors="replace").strip())
        except OSError:
            continue
    return sorted(names)


def charged(layout: Layout, path: str) -> int | None:
    """Return the bytes that the kernel charges to ``path`` now, all of its page cache included."""
    directory = layout.directory("memory", path)
    name = "memory.current" if layout.version == "v2" else "memory.usage_in_bytes"
    try:
        return None if directory is None else number((directory / name).read_bytes())
    except OSError:
        return None


def dying(layout: Layout, path: str) -> int | None:
    """Return how many removed cgroups below ``path`` the kernel still keeps; None where it does not count them (v1)."""
    if layout.version != "v2":
        return None
    try:
        return keyed((layout.root / path.lstrip("/") / "cgroup.stat").read_bytes(), b"nr_dying_descendants")
    except OSError:
        return None


def controllers(layout: Layout, path: str) -> tuple[str, ...] | None:
    """Return the controllers that ``path`` was given on v2; None on v1, where each has a hierarchy of its own."""
    if layout.version != "v2":
        return None
    try:
        text = (layout.root / path.lstrip("/") / "cgroup.controllers").read_text()
    except OSError:
        return None
    return tuple(sorted(text.split()))
