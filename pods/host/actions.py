"""What each verb does to a pod: re-read, decide, act. Called with the pod's turn taken."""

from collections.abc import Callable
from typing import Any

from pods.engine import containers, pods
from pods.engine.errors import NotFoundError
from pods.engine.state import PAUSED, RUNNING, pod_state
from pods.host.call import Call, Refusal
from pods.host.creating import add_container, create
from pods.host.infra import look_up_cgroup, start_infra
from pods.messages.facts import ContainerFacts
from pods.messages.names import Verb

LIVE = {RUNNING, PAUSED}


def start(call: Call) -> None:
    """Start what does not run. A degraded pod's rest is started; a paused pod must be resumed first."""
    members = call.members()
    state = pod_state(member.state for member in members)
    if any(member.state == PAUSED for member in members):
        raise Refusal("wrong_state", "The pod is paused.", "Unpause it instead.")
    if state == "Running":
        call.note = "It was running already."
        return
    call.step("start the pod")
    pods.start(call.engine, call.request.pod_id, timeout=call.left())


def stop(call: Call) -> None:
    """Stop every container, also of a degraded or paused pod, which the engine's own stop leaves as they are."""
    grace = call.request.arguments.get("timeout")
    members = call.members()
    if not _live(members):
        call.note = "It was stopped already."
        return
    _unpause(call, members)
    if all(member.state in LIVE for member in members):
        call.step("stop the pod")
        pods.stop(call.engine, call.request.pod_id, grace=grace, timeout=call.left())
        members = call.members()
    # The payload first, so that it still has its network while it ends.
    for member in sorted(_live(members), key=lambda member: member.is_infra):
        call.step(f"stop {member.name}")
        containers.stop(call.engine, member.id, grace=grace, timeout=call.left())


def restart(call: Call) -> None:
    """Restart each container; each has its own stop timeout."""
    if any(member.state == PAUSED for member in call.members()):
        raise Refusal("wrong_state", "The pod is paused.", "Unpause it first.")
    call.step("restart the pod")
    pods.restart(call.engine, call.request.pod_id, timeout=call.left())


def pause(call: Call) -> None:
    """Freeze the running containers."""
    members = call.members()
    if not any(member.state == RUNNING for member in members):
        if any(member.state == PAUSED for member in members):
            call.note = "It was paused already."
            return
        raise Refusal("wrong_state", "Nothing in the pod runs.", "Start it first.")
    call.step("pause the pod")
    pods.pause(call.engine, call.request.pod_id, timeout=call.left())


def unpause(call: Call) -> None:
    """Let every frozen container run on, also where the engine does not call the whole pod paused."""
    members = call.members()
    if not any(member.state == PAUSED for member in members):
        raise Refusal("wrong_state", "Nothing in the pod is paused.")
    _unpause(call, members)


def _unpause(call: Call, members: list[ContainerFacts]) -> None:
    for member in members:
        if member.state == PAUSED:
            call.step(f"unpause {member.name}")
            containers.unpause(call.engine, member.id, timeout=call.left())


def kill(call: Call) -> None:
    """Send a signal to every running container, infra included."""
    signal = str(call.request.arguments.get("signal", "SIGKILL"))
    if not _live(call.members()):
        raise Refusal("wrong_state", "Nothing in the pod runs.")
    call.step(f"send {signal} to the pod")
    pods.kill(call.engine, call.request.pod_id, signal=signal, timeout=call.left())


def remove(call: Call) -> None:
    """Remove the pod with its containers; one that is gone already is what was asked for."""
    arguments = call.request.arguments
    force = bool(arguments.get("force", False))
    live = _live(call.members())
    if live and not force:
        names = ", ".join(member.name for member in live)
        raise Refusal("wrong_state", f"Still running: {names}.", "Stop the pod first, or remove it by force.")
    call.step("remove the pod" + (" by force" if force else ""))
    try:
        pods.remove(
            call.engine,
            call.request.pod_id,
            force=force,
            grace=int(arguments.get("timeout", 10)),
            timeout=call.left(),
        )
    except NotFoundError:
        call.note = "It was gone already."


def _live(members: list[ContainerFacts]) -> list[ContainerFacts]:
    return [member for member in members if member.state in LIVE]


ACTIONS: dict[Verb, Callable[[Call], dict[str, Any] | None]] = {
    Verb.CREATE: create,
    Verb.ADD_CONTAINER: add_container,
    Verb.START: start,
    Verb.STOP: stop,
    Verb.RESTART: restart,
    Verb.PAUSE: pause,
    Verb.UNPAUSE: unpause,
    Verb.KILL: kill,
    Verb.REMOVE: remove,
    Verb.START_INFRA: start_infra,
    Verb.LOOK_UP_CGROUP: look_up_cgroup,
}
