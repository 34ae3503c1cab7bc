"""libpod's rule for the state of a pod, from the states of its containers (libpod/pod_status.go)."""

from collections.abc import Iterable

RUNNING, PAUSED = "running", "paused"
ENDED = frozenset({"exited", "stopped"})


def pod_state(states: Iterable[str]) -> str:
    """Return Created, Running, Degraded, Paused, Exited, Stopped or Error.

    ``states`` are those of all containers, infra included, init containers left out where known.
    """
    known = list(states)
    total = len(known)
    running = known.count(RUNNING)
    paused = known.count(PAUSED)
    ended = sum(state in ENDED for state in known)
    if total == 0:
        return "Created"
    if running == total:
        return "Running"
    if running:
        return "Degraded"
    if paused == total:
        return "Paused"
    if ended == total:
        return "Exited"
    if ended:
        return "Stopped"
    if any(state not in {"created", "configured", "initialized"} for state in known):
        return "Error"
    return "Created"
