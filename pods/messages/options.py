"""Which engine version brings which option. An older engine ignores an unknown key silently, so it is never sent one.

Source: the release tags that first contain the key in Podman's pkg/specgen.
"""

from collections.abc import Iterable

# Field of PodSpec -> first version; a field that is not here works with every engine that podweb speaks to (4.3).
POD_SINCE = {
    "restart_policy": (4, 6),
    "restart_tries": (4, 6),
    "ipc": (4, 5),
    "shm_size_systemd": (4, 5),
    "no_manage_hostname": (5, 4),
    "hosts_file": (5, 4),
}
# Values that came later than their field.
POD_VALUES_SINCE = {("network_mode", "pasta"): (4, 4), ("network_mode", "ns"): (4, 4)}
# An extra host whose address is ``host-gateway``.
HOST_GATEWAY = (4, 7)
# ``share_parent`` without an infra container is honoured from here on.
SHARE_PARENT_WITHOUT_INFRA = (4, 7)


def parse_version(text: str) -> tuple[int, int]:
    """Return (major, minor) of an engine's version such as ``4.3.1`` or ``5.4.2-dev``; (0, 0) for nonsense."""
    parts = text.split(".")
    try:
        return int(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        return 0, 0


def unsupported(version: str, asked: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return the asked-for fields that this engine would ignore or refuse, each with the version that brings it.

    ``asked`` are ``(field, value)`` of a PodSpec that are not at their default.
    """
    has = parse_version(version)
    late: dict[str, str] = {}
    for field, value in asked:
        since = POD_SINCE.get(field, (0, 0))
        if isinstance(value, str):
            since = max(since, POD_VALUES_SINCE.get((field, value.partition(":")[0]), (0, 0)))
        if has < since:
            late[field] = f"{since[0]}.{since[1]}"
    return late
