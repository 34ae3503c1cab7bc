"""The doctor's rules about single containers: how they ended, why they end again and again, how they are."""

from collections.abc import Iterator
from datetime import timedelta

from pods.domain.endings import AROUND, ended_badly, exit_words, stopped_by
from pods.domain.event_words import amount, words
from pods.domain.findings import DANGER, ENDED, INFO, KILLED_LATELY, RECREATE, WARNING, Case, Finding, Told
from pods.messages.events import Kind
from pods.messages.names import Verb
from pods.models import Container

OFTEN = 3  # restarts
LATELY = timedelta(minutes=10)
KILLED = 137  # by SIGKILL


def exit_policy(case: Case) -> Iterator[Finding]:
    """The engine ended the pod when its last container had ended."""
    payload, infra = case.payload, case.infra
    if case.pod.exit_policy != "stop" or infra is None or infra.state not in ENDED or not payload:
        return
    if any(one.state not in ENDED for one in payload) or stopped_by(infra, case.operations):
        return
    last = max((one.exited_at for one in payload if one.exited_at), default=None)
    yield Finding(
        "exit_policy",
        INFO,
        "The pod stopped by itself",
        "Its exit policy is stop: the engine ended it when its last container had ended.",
        tuple(f"{one.name}: exited {one.exit_code}." for one in payload if one.exit_code is not None),
        Verb.START,
        at=last,
    )


def restarts_again_and_again(case: Case, container: Container) -> bool:
    """Return whether the engine restarted it often, and lately."""
    last = max((at for at in (container.started_at, container.exited_at) if at), default=None)
    return (container.restarts or 0) >= OFTEN and last is not None and case.now - last < LATELY


def restart_loop(case: Case) -> Iterator[Finding]:
    """The engine starts a container again and again."""
    for one in case.containers:
        if restarts_again_and_again(case, one):
            yield Finding(
                "restart_loop",
                DANGER,
                f"{one.name} restarts again and again",
                "It ends soon after each start, and its restart policy starts it again. Its log says how it ended.",
                (f"The engine restarted it {one.restarts} times.",),
                container=one.name,
                at=one.started_at,
            )


def killed_lately(case: Case, name: str) -> Told | None:
    """Return the last kill for want of memory in the container within a day."""
    kill = case.kills.get(name)
    return kill if kill is not None and case.now - kill.at < KILLED_LATELY else None


def ended_by_kill(case: Case, container: Container) -> bool:
    """Return whether the container ended because the kernel killed it for want of memory."""
    kill = killed_lately(case, container.name)
    if kill is None or not ended_badly(container):
        return False
    at = container.exited_at
    return container.exit_code == KILLED if at is None else abs(at - kill.at) < AROUND


# Whose limit it was: the cause, and what helps.
_WHOSE = {
    "container": "It reached its own memory limit{limit}, and the kernel killed a process in it.",
    "pod": "The pod's containers reached the pod's memory limit{limit}, and the kernel killed a process in this one.",
    "parent": "A cgroup above the pod reached its memory limit{limit}, and the kernel killed a process in it.",
    "host": "The machine itself had no memory left, and the kernel killed a process in it. No limit was reached.",
    "": "It, the pod, or the host reached its memory limit, and the kernel killed a process in it.",
}
_HELPS = "Make the pod again with a higher limit, or let it use less."
_HELPS_MACHINE = "Let less run on the machine, or give it more memory."


def out_of_memory(case: Case) -> Iterator[Finding]:
    """The kernel killed something for want of memory."""
    containers = {one.name: one for one in case.containers}
    for name in case.kills:
        kill = killed_lately(case, name)
        if kill is None:
            continue
        whose, size = str(kill.details.get("limit", "")), kill.details.get("bytes")
        limit = f" of {amount(size)}" if size else ""
        on_machine = whose == "host"
        evidence = [f"{(kill.source or 'the kernel').capitalize()}: {words(Kind.OOM, kill.details)[0]}."]
        one = containers.get(name)
        if one is not None and ended_badly(one):
            evidence.append(f"{name}: {one.state}, exit code {one.exit_code}.")
        evidence.append("Podman itself forgets it at the next start.")
        yield Finding(
            "out_of_memory",
            DANGER,
            f"{name or 'The pod'} ran out of memory",
            f"{_WHOSE.get(whose, _WHOSE['']).format(limit=limit)} {_HELPS_MACHINE if on_machine else _HELPS}",
            tuple(evidence),
            RECREATE if not on_machine else None,
            name,
            kill.at,
        )


def throttled(case: Case) -> Iterator[Finding]:
    """The kernel holds a container back, or the pod, for its CPU limit."""
    containers = {one.name: one for one in case.containers}
    for name, told in case.throttled.items():
        one = containers.get(name)
        ended = name and (one is None or one.state != "running")
        if ended or (one is not None and one.started_at is not None and told.at < one.started_at):
            continue
        yield Finding(
            "throttled",
            WARNING,
            f"{name or 'The pod'} is throttled",
            "It wants more CPU time than its limit allows, and the kernel holds it back: it is slow, whatever else the"
            " machine does. Make the pod again with a higher limit, or let it do less.",
            (f"{told.source.capitalize()}: {words(Kind.THROTTLED, told.details)[0]}.",),
            RECREATE,
            name,
            told.at,
        )


def unhealthy(case: Case) -> Iterator[Finding]:
    """A container runs, and its health check says that it does not work."""
    for one in case.payload:
        if one.health == "unhealthy":
            yield Finding(
                "unhealthy",
                WARNING,
                f"{one.name} is unhealthy",
                "It runs, but its health check failed as often in a row as makes it unhealthy. What the check said"
                " stands on the container's page.",
                ("The engine's word for its health: unhealthy.",),
                Verb.RESTART,
                one.name,
            )


def exited(case: Case) -> Iterator[Finding]:
    """A container ended, and not well."""
    for one in case.payload:
        if not ended_badly(one) or one.exit_code is None or ended_by_kill(case, one):
            continue
        by = stopped_by(one, case.operations)
        cause, severity = exit_words(one.exit_code), WARNING
        if by is not None:
            severity = INFO
            cause = f"{by.asked_by_name} asked for {by.verb} at that time, and it did not end by itself."
        ended = case.pod.state != "Running" and severity == WARNING
        yield Finding(
            "exited",
            severity,
            f"{one.name} exited {one.exit_code}",
            cause,
            (f"State {one.state}, exit code {one.exit_code}.",),
            Verb.START if ended else None,
            one.name,
            one.exited_at,
        )


def init_failed(case: Case) -> Iterator[Finding]:
    """An init container ended, and not well."""
    for one in case.containers:
        if one.init and ended_badly(one) and one.exit_code is not None:
            yield Finding(
                "init_failed",
                DANGER,
                f"The init container {one.name} failed",
                f"The others start only once it has ended well. {exit_words(one.exit_code)}",
                (f"Exit code {one.exit_code}.",),
                Verb.START,
                one.name,
                one.exited_at,
            )
