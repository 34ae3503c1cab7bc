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
    strange = any(state not in {"created", "configured", "initialized", PAUSED} for state in known)
    rules = (
        (total == 0, "Created"),
        (running == total, "Running"),
        (running > 0, "Degraded"),
        (paused == total, "Paused"),
        (ended == total, "Exited"),
        (ended > 0, "Stopped"),
        (strange, "Error"),
    )
    return next((state for holds, state in rules if holds), "Created")
