"""``--security-opt`` of a container: the endpoint takes what the command makes of it (pkg/specgenutil/specgen.go)."""

from typing import Any

from pods.engine.errors import UnsupportedError

_ANNOTATION = "io.podman.annotations."  # by these inspect shows what was asked for
_PROFILES = {"apparmor": "apparmor_profile", "seccomp": "seccomp_profile_path"}


def security(options: tuple[str, ...]) -> dict[str, Any]:
    """Return the keys that the options stand for. Raises UnsupportedError for one that no engine knows."""
    body: dict[str, Any] = {}
    annotations: dict[str, str] = {}
    for option in options:
        name, _, value = option.partition("=" if "=" in option else ":")
        if name == "no-new-privileges" and value in {"", "true", "false"}:
            body["no_new_privileges"] = value != "false"
        elif name in _PROFILES and value:
            body[_PROFILES[name]] = annotations[_ANNOTATION + name] = value
        elif not _add(body, name, value):
            raise UnsupportedError(f"There is no security option {option!r}.")
    if labels := body.get("selinux_opts"):
        annotations[_ANNOTATION + "label"] = ",label=".join(labels)
    return body | ({"annotations": annotations} if annotations else {})


def _add(body: dict[str, Any], name: str, value: str) -> bool:
    """Add an option that may come several times; False for one that is none of them."""
    if (name, value) == ("systempaths", "unconfined"):
        name, value = "unmask", "ALL"
    lists = {
        "label": ("selinux_opts", [value]),
        "mask": ("mask", value.split(":")),
        "unmask": ("unmask", [value]),
        "proc-opts": ("procfs_opts", value.split(",")),
    }
    if name not in lists or not value:
        return False
    key, values = lists[name]
    body.setdefault(key, []).extend(values)
    return True
