"""Every accessor of the contract (libpod's Pod, July 2021) with where its answer came from; engine.md 1.1 to 1.4.

What was asked for and what is in force are two things: the engine forgets some of the first and hides some of the
second. An answer that is not known is None, with the reason.
"""

from collections.abc import Collection
from typing import Any

from pods.domain.answers import DERIVED, INSPECT, Accessor, Asked, answer
from pods.domain.infra_accessors import infra_accessors
from pods.domain.limit_accessors import limit_accessors
from pods.domain.secrets import mask_argv, mask_value
from pods.domain.specs.clone import asked_spec
from pods.domain.specs.rules import DEFAULT_SHARE
from pods.messages import plain
from pods.messages.options import SHARE_PARENT_WITHOUT_INFRA, parse_version
from pods.messages.specs import PodSpec
from pods.models import Container, Pod

__all__ = ["Accessor", "accessors"]

NAMESPACES = {"pid": "PID", "ipc": "IPC", "net": "Net", "mount": "Mount", "user": "User", "uts": "UTS"}
NO_INFRA = "The pod has no infra container."


def accessors(pod: Pod, *, reveal: bool) -> list[Accessor]:
    """Return the answers in the contract's order. Values are plain JSON, and copies.

    ``reveal``: the reader may see secrets in command lines and labels. Asks the database for the pod's containers,
    unless they are prefetched, and for its host.
    """
    spec, source = asked_spec(pod)
    asked = Asked(spec, source)
    containers = [one for one in pod.containers.all() if one.removed_at is None]
    return [
        *_identity(pod, asked, reveal=reveal),
        *_sharing(pod, asked),
        *_members(pod, asked, containers),
        *limit_accessors(pod, asked),
        *infra_accessors(pod, asked, reveal=reveal),
    ]


def _identity(pod: Pod, asked: Asked, *, reveal: bool) -> list[Accessor]:
    labels = {key: value if reveal else mask_value(key, value) for key, value in pod.labels.items()}
    wanted = asked.get("labels")
    if wanted is not None:
        wanted = {key: value if reveal else mask_value(key, value) for key, value in wanted.items()}
    command = list(pod.create_command) if reveal else mask_argv(pod.create_command)
    return [
        answer("ID", pod.engine_id, INSPECT),
        answer("Name", pod.name, INSPECT, asked.value("name")),
        answer("Namespace", pod.namespace, INSPECT),
        answer("Labels", labels, INSPECT, asked.of(wanted), agree=lambda one, two: one.items() <= two.items()),
        answer("CreatedTime", pod.created_text or None, INSPECT, reason="The engine gave no time."),
        answer("CreateCommand", command or None, INSPECT, reason="The engine keeps no command of its maker."),
        _hostname(pod, asked),
        answer("CgroupParent", pod.cgroup_parent or None, INSPECT, asked.value("cgroup_parent"),
               reason="The engine named none.", agree=lambda one, two: one.strip("/") == two.strip("/")),
        _cgroup_path(pod),
        answer("LockID", pod.lock_number, INSPECT, reason="Podman tells it from 4.6 on."),
        answer("ExitPolicy", pod.exit_policy, INSPECT, asked.value("exit_policy"),
               reason="This engine does not tell it."),
        answer("RestartPolicy", pod.restart_policy, INSPECT, asked.value("restart_policy"),
               reason="Podman tells it from 4.6 on."),
    ]  # fmt: skip


def _hostname(pod: Pod, asked: Asked) -> Accessor:
    spec = asked.spec
    wanted = asked.of(None if spec is None else spec.hostname)
    if spec is not None and spec.uts == "host":
        info = pod.host.info
        reason = "It is the host's own, which is not known."
        return answer("Hostname", info.hostname if info else None, DERIVED, wanted, reason=reason)
    if not pod.shares("uts"):
        return answer("Hostname", None, "", wanted, reason="Each container has its own: the pod does not share UTS.")
    # Engines from 4.0 on leave it empty, and the pod's name is in force: nobody asked for anything else.
    source = INSPECT if pod.hostname else DERIVED
    return answer("Hostname", pod.effective_hostname, source, wanted, agree=lambda one, two: one in {"", two})


def _cgroup_path(pod: Pod) -> Accessor:
    """engine.md 1.4 item 2h, as far as it can be answered without asking the host."""
    if pod.cgroup_path:
        return answer("CgroupPath", pod.cgroup_path, INSPECT)
    if not pod.shares_cgroup:
        return answer("CgroupPath", None, "", reason="The pod was made without a cgroup of its own.")
    parent = pod.infra.cgroup_parent if pod.infra else ""
    if parent.removesuffix(".slice").endswith(pod.engine_id):
        return answer("CgroupPath", parent, "infra inspect")
    base = pod.cgroup_parent.rstrip("/")
    if not base:
        return answer("CgroupPath", None, "", reason="The engine does not say where it is. Look it up.")
    if base.endswith(".slice"):
        name = base.rpartition("/")[2].removesuffix(".slice")
        return answer("CgroupPath", f"{base}/{name}-libpod_pod_{pod.engine_id}.slice", DERIVED)
    return answer("CgroupPath", f"{base}/{pod.engine_id}", DERIVED)


def _shared(spec: PodSpec | None) -> set[str] | None:
    """Return the namespaces that a spec asks to share; None: it is not known."""
    if spec is None:
        return None
    if not spec.infra:
        return set()
    user = bool(spec.uid_maps or spec.gid_maps or spec.subuid_name or spec.userns not in {"", "host"})
    return {*(DEFAULT_SHARE if spec.share is None else spec.share), *({"user"} if user else ())}


def _sharing(pod: Pod, asked: Asked) -> list[Accessor]:
    wanted = _shared(asked.spec)
    has: Collection[str] = pod.shared_namespaces
    found = [
        answer(f"Shares{word}", name in has, INSPECT, asked.of(None if wanted is None else name in wanted))
        for name, word in NAMESPACES.items()
    ]
    any_of = asked.of(None if wanted is None else bool(wanted - {"cgroup"}))
    own = None if asked.spec is None else asked.spec.share_parent
    if own and asked.spec is not None and not asked.spec.infra and _too_old(pod):
        own = False
    return [
        *found,
        # libpod's SharesCgroup answers the namespace, its comment the cgroup: here each has its name (1.4 item 1).
        answer("SharesCgroup", pod.shares_cgroup, INSPECT, asked.of(own)),
        answer(
            "SharesCgroupNS", pod.shares_cgroup_ns, INSPECT, asked.of(None if wanted is None else "cgroup" in wanted)
        ),
        answer("SharesNamespaces", any(name in has for name in NAMESPACES), INSPECT, any_of),
    ]


def _too_old(pod: Pod) -> bool:
    info = pod.host.info
    return info is not None and parse_version(info.version) < SHARE_PARENT_WITHOUT_INFRA


def _members(pod: Pod, asked: Asked, containers: list[Container]) -> list[Accessor]:
    ids = sorted(one.engine_id for one in containers)
    wanted: Any = None if asked.spec is None else asked.spec.infra
    source = asked.source
    if wanted is None and pod.shared_namespaces:
        # Nothing but an infra container holds shared namespaces, so one was asked for.
        wanted, source = True, DERIVED
    rows = [
        {"id": one.engine_id, "name": one.name, "state": one.state, "infra": one.is_infra, "init": one.init}
        for one in sorted(containers, key=lambda one: (not one.is_infra, one.name))
    ]
    return [
        answer("HasInfraContainer", pod.has_infra_container, INSPECT, (wanted, source)),
        answer("InfraContainerID", pod.infra_container_id or None, INSPECT, reason=NO_INFRA),
        answer("AllContainers", plain(rows), INSPECT),
        answer("AllContainersByID", ids, INSPECT),
        answer("HasContainer", dict.fromkeys(ids, True), INSPECT),
    ]
