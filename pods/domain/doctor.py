"""What is wrong with a pod: from its rows, with cause, evidence, and what would mend it. Nothing is asked of a host.

Each rule is one function that looks at a Case and yields what it finds. What they know of engines is from libpod's
sources and measurements on 4.3.1.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from pods.domain.answers import Asked
from pods.domain.cgroup_tree import why_not
from pods.domain.container_rules import (
    exit_policy,
    exited,
    init_failed,
    out_of_memory,
    restart_loop,
    throttled,
    unhealthy,
)
from pods.domain.findings import DANGER, INFO, RECREATE, RUNS, WARNING, Case, Finding
from pods.domain.limit_accessors import limit_accessors
from pods.domain.specs.clone import asked_spec
from pods.messages.names import Verb
from pods.models import Operation
from pods.models.operations import OperationState

SEVERITIES = (DANGER, WARNING, INFO)
STARTING = (Verb.START, Verb.RESTART, Verb.CREATE, Verb.START_INFRA)
PORT_TAKEN = re.compile(r"address already in use|cannot listen on the", re.IGNORECASE)
PORT = re.compile(r":(\d{1,5}): bind|port (\d{1,5})\b", re.IGNORECASE)
LIMITS = {"CPU": "cpu", "Memory": "memory", "BlockIO": "io"}


def findings(case: Case) -> list[Finding]:
    """Return what is wrong, the gravest first; nothing of a pod that was removed."""
    if case.pod.removed_at is not None:
        return []
    found = [one for rule in RULES for one in rule(case)]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def _infra_missing(case: Case) -> Iterator[Finding]:
    if case.infra_is_missing:
        yield Finding(
            "infra_missing",
            DANGER,
            "The infra container was asked for and is not there",
            "The engine made only half of this pod: nothing holds the namespaces that it shares, and it cannot start.",
            (f"Shared namespaces: {', '.join(case.pod.shared_namespaces)}. Infra container: none.",),
            RECREATE,
        )


def _infra_down(case: Case) -> Iterator[Finding]:
    infra = case.infra
    if infra is None or infra.state in RUNS:
        return
    running = [one.name for one in case.payload if one.state in RUNS]
    if not running:
        return
    network = case.pod.shares("net")
    cause = "It holds the namespaces that the others share."
    if network:
        cause += " The pod's addresses and published ports went with it. Started alone, it makes new ones, in which the"
        cause += " others are not: they have to be restarted with it."
    how = f"exited {infra.exit_code}" if infra.exit_code is not None else infra.state
    yield Finding(
        "infra_down",
        DANGER,
        "The infra container does not run, others do",
        cause,
        (f"{infra.name}: {how}.", f"Running: {', '.join(running)}."),
        Verb.RESTART if network else Verb.START_INFRA,
        infra.name,
        infra.exited_at,
    )


def _infra_image(case: Case) -> Iterator[Finding]:
    infra, resources = case.pod.infra, case.pod.host.resources
    if infra is None or resources is None or not infra.image or not resources.images or infra.image in resources.images:
        return
    yield Finding(
        "infra_image_missing",
        WARNING,
        "The infra container's image is gone",
        "It runs on, but a new pod like this one needs the image. Podman builds its own pause image again by itself;"
        " any other has to be pulled.",
        (f"Not on {case.pod.host.name}: {infra.image}.",),
    )


def _cgroup_gone(case: Case) -> Iterator[Finding]:
    pod = case.pod
    if not pod.shares_cgroup or pod.cgroup_path is not None:
        return
    version = pod.host.info.version if pod.host.info else "unknown"
    yield Finding(
        "cgroup_gone",
        WARNING,
        "The engine has forgotten the pod's cgroup",
        "Engines before 4.6 forget it when the machine is started anew. What is in the pod starts, but no container can"
        " be added to it.",
        (f"Podman {version}: its inspect names no cgroup, although the pod was made with one.",),
        RECREATE,
    )


def _stale_network(case: Case) -> Iterator[Finding]:
    names = [one.name for one in case.containers if one.engine_id in case.pod.stale_network]
    if names:
        yield Finding(
            "stale_network",
            DANGER,
            f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} lost the pod's network",
            "The infra container was started again, and they still sit in the network that ended with it. Published"
            " ports do not reach them. Restarting the pod puts them together again.",
            ("Their network namespace has another inode than the infra container's.",),
            Verb.RESTART,
        )


def failed_start(case: Case) -> Operation | None:
    """Return the last try to start, if it failed and the pod does not run since."""
    tried = next((one for one in case.operations if one.verb in STARTING and not one.is_open), None)
    failed = tried is not None and tried.state == OperationState.FAILED
    return tried if failed and case.pod.state != "Running" else None


def _port_taken(case: Case) -> Iterator[Finding]:
    tried = failed_start(case)
    if tried is None:
        return
    said = " ".join([tried.engine, *(part.message for part in tried.parts)])
    if not PORT_TAKEN.search(said):
        return
    named = PORT.search(said)
    port = int(named[1] or named[2]) if named else None
    resources = case.pod.host.resources
    holder = next((one.by for one in resources.ports if one.port == port), "") if resources and port else ""
    yield Finding(
        "port_taken",
        DANGER,
        f"Port {port} is taken" if port else "A port is taken",
        "Something else on the host listens on it, so the pod could not start. End that, or make the pod again with"
        " another port.",
        ((tried.engine or said)[:500], *((f"It is held by {holder}.",) if holder else ())),
        RECREATE,
        at=tried.ended_at,
    )


def _limits(case: Case) -> Iterator[Finding]:
    pod = case.pod
    info = pod.host.info
    spec, source = asked_spec(pod)
    for one in limit_accessors(pod, Asked(spec, source)):
        kind = one.name.removeprefix("ResourceLim.").partition(".")[0]
        if not one.differs or kind not in LIMITS:
            continue
        cause, fix = why_not(LIMITS[kind], info.cgroup_version if info else "", None, info, one.reason)
        yield Finding(
            "limit_not_in_force",
            WARNING,
            f"A limit is not in force: {one.name.removeprefix('ResourceLim.')}",
            f"{cause} {fix}".strip(),
            (f"Asked for: {one.asked} ({one.asked_source}). In force: {one.in_force} ({one.source}).",),
            RECREATE,
        )


def _systemd(case: Case) -> Iterator[Finding]:
    unit = case.pod.systemd_unit
    if unit:
        yield Finding(
            "systemd",
            INFO,
            f"systemd manages this pod: {unit}",
            "It starts and stops the pod by its unit, and acts back when somebody else does. Use systemctl for that.",
            ("The label PODMAN_SYSTEMD_UNIT names the unit.",),
        )


Rule = Callable[[Case], Iterable[Finding]]
RULES: tuple[Rule, ...] = (
    _infra_missing,
    _infra_down,
    _stale_network,
    _port_taken,
    out_of_memory,
    restart_loop,
    init_failed,
    exited,
    throttled,
    unhealthy,
    _cgroup_gone,
    _infra_image,
    _limits,
    exit_policy,
    _systemd,
)
