"""A pod's user namespace as an engine takes it: ``userns`` and ``idmappings``, both in their final form.

Source: pkg/util/utils.go, ParseIDMapping, which the command runs before it sends. Go gives the keys of
IDMappingOptions no other names, hence their capitals.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pods.engine.errors import UnsupportedError
from pods.messages.specs import IdMap, PodSpec

SUBUID, SUBGID = Path("/etc/subuid"), Path("/etc/subgid")


def user_namespace(spec: PodSpec) -> dict[str, Any]:
    """Return the keys ``userns`` and ``idmappings``; {} when nothing is asked for."""
    mode, _, value = spec.userns.partition(":")
    if mode == "ns":
        return {"userns": {"nsmode": "path", "value": value}}
    if mode == "auto":
        options = {"HostUIDMapping": False, "HostGIDMapping": False, "AutoUserNs": True, "AutoUserNsOpts": auto(value)}
        return {"userns": _with_value("auto", value), "idmappings": options}
    if mode in ("keep-id", "nomap"):
        name = "no-map" if mode == "nomap" else mode
        return {"userns": _with_value(name, value), "idmappings": {"HostUIDMapping": False, "HostGIDMapping": False}}
    uids, gids = list(map(id_map, spec.uid_maps)), list(map(id_map, spec.gid_maps))
    if spec.subuid_name or spec.subgid_name:
        uids = [*subordinate(SUBUID, spec.subuid_name or spec.subgid_name), *uids]
        gids = [*subordinate(SUBGID, spec.subgid_name or spec.subuid_name), *gids]
    if uids or gids:
        options = {
            "HostUIDMapping": False,
            "HostGIDMapping": False,
            "UIDMap": uids or gids,
            "GIDMap": gids or uids,
        }
        return {"userns": {"nsmode": mode or "private"}, "idmappings": options}
    return {"userns": {"nsmode": mode}} if mode else {}


def _with_value(mode: str, value: str) -> dict[str, str]:
    return {"nsmode": mode, "value": value} if value else {"nsmode": mode}


def auto(options: str) -> dict[str, Any]:
    """Return AutoUserNsOptions of ``size=N,uidmapping=C:H:N,gidmapping=C:H:N``. Raises UnsupportedError."""
    given: dict[str, Any] = {}
    for option in filter(None, options.split(",")):
        name, _, value = option.partition("=")
        if name == "size" and value.isdigit():
            given["Size"] = int(value)
            continue
        key = {"uidmapping": "AdditionalUIDMappings", "gidmapping": "AdditionalGIDMappings"}.get(name)
        numbers = value.split(":")
        if key is None or len(numbers) != 3 or not all(number.isdigit() for number in numbers):
            raise UnsupportedError(f"userns auto knows no option {option!r}.")
        inside, outside, size = map(int, numbers)
        given.setdefault(key, []).append({"container_id": inside, "host_id": outside, "size": size})
    return given


def id_map(one: IdMap) -> dict[str, int]:
    """Return the engine's IDMap."""
    return {"container_id": one.container_id, "host_id": one.host_id, "size": one.size}


def subordinate(file: Path, name: str) -> list[dict[str, int]]:
    """Return the ranges of ``name`` in /etc/subuid or /etc/subgid, one behind the other from id 0 inside on."""
    maps: list[dict[str, int]] = []
    inside = 0
    for first, size in _ranges(file, name):
        maps.append({"container_id": inside, "host_id": first, "size": size})
        inside += size
    if not maps:
        raise UnsupportedError(f"{file} has no range for {name}.")
    return maps


def _ranges(file: Path, name: str) -> Iterable[tuple[int, int]]:
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.strip().split(":")
        if len(fields) == 3 and fields[0] == name and fields[1].isdigit() and fields[2].isdigit():
            yield int(fields[1]), int(fields[2])
