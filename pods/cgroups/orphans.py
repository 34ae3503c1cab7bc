"""Cgroups that an engine made for a pod and left behind when it then refused the pod."""

import contextlib
import re
from pathlib import PurePosixPath

from pods.cgroups.layout import Layout

# As in: write /sys/fs/cgroup/cpuset/libpod_parent/<64 digits>/cpuset.cpus: numerical result out of range
_NAMED = re.compile(r"/sys/fs/cgroup(/[^\s:]*/([0-9a-f]{64}))/[a-z0-9_.]+:")


def named_pod(words: str) -> str | None:
    """Return the id of the pod whose cgroup file an engine's refusal names."""
    found = _NAMED.search(words)
    return found[2] if found else None


def remove_orphan(layout: Layout, words: str) -> bool:
    """Remove the empty cgroup that the words name, in every hierarchy; return whether there was one.

    Call it only when the engine has no such pod. A cgroup with something in it is left alone: the kernel refuses.
    """
    found = _NAMED.search(words)
    if found is None:
        return False
    path = PurePosixPath(found[1].lstrip("/"))
    # On v1 the first element names the controller.
    inside = PurePosixPath(*path.parts[1:]) if layout.version == "v1" else path
    roots = set(layout.controllers.values()) if layout.version == "v1" else {layout.root}
    removed = False
    for root in roots:
        with contextlib.suppress(OSError):
            (root / inside).rmdir()
            removed = True
    return removed
