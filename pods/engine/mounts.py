"""Mounts as an engine takes them: bind mounts and tmpfs under ``mounts``, named volumes under ``volumes``."""

from collections.abc import Iterable
from typing import Any

from pods.messages.specs import Mount

# As ``podman --read-only`` adds them so that programs find a place to write to.
READ_ONLY_TMPFS = ("/tmp", "/var/tmp", "/run")  # noqa: S108  # paths inside the container


def mounts_and_volumes(asked: Iterable[Mount]) -> dict[str, Any]:
    """Return the keys ``mounts`` and ``volumes`` (source: pkg/specgen/volumes.go, GenVolumeMounts)."""
    mounts: list[dict[str, Any]] = []
    volumes: list[dict[str, Any]] = []
    for one in asked:
        if one.type == "volume":
            volumes.append({"Name": one.source, "Dest": one.destination, "Options": list(one.options)})
        else:
            mounts.append(
                {
                    "type": one.type,
                    "source": one.source if one.type == "bind" else "tmpfs",
                    "destination": one.destination,
                    "options": list(one.options),
                }
            )
    return {key: value for key, value in (("mounts", mounts), ("volumes", volumes)) if value}


def read_only_tmpfs(asked: Iterable[Mount]) -> list[dict[str, Any]]:
    """Return the writable tmpfs mounts of a read-only container, but for places where something else is mounted."""
    taken = {one.destination for one in asked}
    return [
        {
            "type": "tmpfs",
            "source": "tmpfs",
            "destination": path,
            "options": ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"],
        }
        for path in READ_ONLY_TMPFS
        if path not in taken
    ]
