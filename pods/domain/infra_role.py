"""What a pod's infra container is and why it is there, in words for somebody who has never heard of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pods.messages.facts import PortMapping
from pods.models import Container, Pod

# What each namespace is to those who share it.
HELD = {
    "net": "the network with its addresses and ports",
    "ipc": "shared memory and semaphores (IPC)",
    "uts": "the hostname (UTS)",
    "pid": "the numbering of processes (PID)",
    "user": "the numbering of users",
    "mount": "the mounts",
    "cgroup": "the view of the cgroups",
}
WAITS = "An ordinary container in which nothing of yours runs: its command only waits. The engine starts it first."


@dataclass(frozen=True)
class Role:
    """``text`` says what it is and why it is there; ``container`` is its row, None where there is none.

    ``ports`` are those that are published, all of them through it.
    """

    text: str
    container: Container | None = None
    ports: tuple[PortMapping, ...] = ()


def role_of(pod: Pod, containers: Sequence[Container]) -> Role:
    """Return what the infra container is to this pod. ``containers`` are its existing ones."""
    infra = next((one for one in containers if one.is_infra), None)
    held = [words for name, words in HELD.items() if pod.shares(name)]
    if infra is None and held:
        return Role("The pod was made with one, which held what its containers share. It is not there.")
    if infra is None:
        return Role("There is none: the pod was made without, and its containers share no namespace. Each has its own.")
    ports = tuple(pod.infra.port_bindings) if pod.infra else ()
    if not held:
        return Role(f"{WAITS} It would hold what the pod's containers share, but they share nothing.", infra, ports)
    why = f"It holds what the pod's containers share: {_listed(held)}. So any of them can end and start again, and the"
    why += " others keep it. When the infra container ends, it goes, and a new one makes it anew."
    return Role(f"{WAITS} {why}", infra, ports)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
