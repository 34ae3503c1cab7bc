"""Which verbs make sense when, what they take, and how long they may last."""

from collections.abc import Collection, Mapping
from typing import Any

from pods.domain.errors import Conflict, Invalid, Missing, Problem
from pods.messages.names import Verb
from pods.models import Pod

# The order in which pages offer them. CREATE makes a pod, so it is never asked of one.
ON_PODS = (
    Verb.START,
    Verb.STOP,
    Verb.RESTART,
    Verb.PAUSE,
    Verb.UNPAUSE,
    Verb.KILL,
    Verb.REMOVE,
    Verb.START_INFRA,
    Verb.LOOK_UP_CGROUP,
)
# Seconds from asking until the operation must have ended.
DEADLINES = {
    Verb.CREATE: 120,
    Verb.ADD_CONTAINER: 600,  # it may pull an image
    Verb.START: 120,
    Verb.STOP: 180,
    Verb.RESTART: 240,
    Verb.PAUSE: 60,
    Verb.UNPAUSE: 60,
    Verb.KILL: 60,
    Verb.REMOVE: 240,
    Verb.START_INFRA: 60,
    Verb.LOOK_UP_CGROUP: 30,
    Verb.TERMINAL: 60,  # put off again and again while it is open
}
SIGNALS = (
    *("SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGTERM"),
    *("SIGCONT", "SIGSTOP", "SIGTSTP", "SIGWINCH"),
)
LONGEST_GRACE = 3600  # seconds


def refusal(pod: Pod, verb: Verb, states: Collection[str]) -> Problem | None:
    """Return why ``verb`` makes no sense for the pod as last observed; None when it does.

    ``states`` are its containers' states: a pod's own word hides a paused container beside a running or ended one.
    """
    if pod.removed_at is not None:
        return Conflict("removed", "The pod was removed.", hint="What it was stays readable.")
    if verb is Verb.START_INFRA and not pod.infra_container_id:
        return Conflict("no_infra_container", "The pod has no infra container.")
    running, paused = "running" in states, "paused" in states
    rules: dict[Verb, tuple[tuple[bool, str, str], ...]] = {
        Verb.START: (
            (paused, "The pod is paused.", "Unpause it."),
            (pod.state == "Running", "The pod runs already.", ""),
        ),
        Verb.STOP: ((not running and not paused, "Nothing in the pod runs.", ""),),
        Verb.RESTART: ((paused, "The pod is paused.", "Unpause it."),),
        Verb.PAUSE: (
            (paused and not running, "The pod is paused already.", ""),
            (not running, "Nothing in the pod runs.", "Start it first."),
        ),
        Verb.UNPAUSE: ((not paused, "Nothing in the pod is paused.", ""),),
        Verb.KILL: ((not running and not paused, "Nothing in the pod runs.", ""),),
    }
    for holds, reason, hint in rules.get(verb, ()):
        if holds:
            return Conflict("wrong_state", reason, hint=hint or None)
    return None


def available_verbs(pod: Pod, states: Collection[str]) -> list[Verb]:
    """Return the verbs that make sense for the pod as last observed, in the order in which pages offer them."""
    return [verb for verb in ON_PODS if refusal(pod, verb, states) is None]


def states_of(pod: Pod) -> list[str]:
    """Return the states of the pod's existing containers, from the rows (one query)."""
    return list(pod.containers.filter(removed_at=None).values_list("state", flat=True))


def parse_verb(word: str) -> Verb:
    """Return the verb that may be asked of a pod; raises Missing."""
    try:
        verb = Verb(word)
    except ValueError:
        verb = Verb.CREATE
    if verb not in ON_PODS:
        raise Missing("not_found", f"Pods know no action {word[:40]!r}.", hint=f"They know: {', '.join(ON_PODS)}.")
    return verb


def check_arguments(verb: Verb, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``verb``, checked; raises Invalid naming the field."""
    known = {
        Verb.STOP: {"timeout"},
        Verb.KILL: {"signal"},
        Verb.REMOVE: {"force", "timeout"},
    }.get(verb, set())
    for name in arguments:
        if name not in known:
            takes = f"It takes: {', '.join(sorted(known))}." if known else "It takes none."
            raise Invalid("unknown_field", f"{verb} has no {str(name)[:40]!r}.", field=str(name)[:40], hint=takes)
    checked = dict(arguments)
    grace = checked.get("timeout")
    if grace is not None and (isinstance(grace, bool) or not isinstance(grace, int) or not 1 <= grace <= LONGEST_GRACE):
        message = f"timeout must be a whole number of seconds from 1 to {LONGEST_GRACE}."
        raise Invalid("invalid", message, field="timeout")
    if "force" in checked and not isinstance(checked["force"], bool):
        raise Invalid("invalid", "force must be true or false.", field="force")
    if "signal" in checked and checked["signal"] not in SIGNALS:
        raise Invalid("invalid", "No such signal.", field="signal", hint=f"One of {', '.join(SIGNALS)}.")
    return checked


def deadline_seconds(verb: Verb, arguments: Mapping[str, Any]) -> int:
    """Return how long the operation may last; a longer grace or an image to be pulled makes it longer."""
    grace = arguments.get("timeout") or 0
    spec = arguments.get("spec") or {}
    pull = DEADLINES[Verb.ADD_CONTAINER] if verb is Verb.CREATE and spec.get("infra_image") else 0
    return max(DEADLINES[verb] + int(grace), pull)


def warning(pod: Pod, verb: Verb) -> str | None:
    """Return what else will happen: systemd acts on its own on a pod that one of its units manages. None: nothing."""
    if not pod.systemd_unit:
        return None
    unit = pod.systemd_unit
    if verb in {Verb.STOP, Verb.KILL, Verb.REMOVE}:
        return f"systemd will act back: {unit} manages this pod and may start it again. Stop the unit instead."
    if verb in {Verb.START, Verb.RESTART, Verb.START_INFRA}:
        return (
            f"systemd will act back: {unit} manages this pod and may not notice that it runs. Start the unit instead."
        )
    if verb in {Verb.PAUSE, Verb.ADD_CONTAINER}:
        return f"systemd will act back: {unit} manages this pod, and its next start undoes this."
    return None
