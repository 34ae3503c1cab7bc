"""Who shares which namespace with whom, as groups that can be drawn, and what is otherwise than it was made to be."""

from dataclasses import dataclass

from pods.messages.insight import NAMESPACES, Member, Namespaces

WORDS = {
    "net": "Network",
    "ipc": "IPC",
    "uts": "Hostname (UTS)",
    "pid": "Processes (PID)",
    "user": "Users",
    "cgroup": "Cgroup",
    "mnt": "Files (mount)",
}
EXPLAINED = {
    "net": "Interfaces, addresses, ports, routes. In one: localhost reaches the others.",
    "ipc": "Shared memory, semaphores, message queues.",
    "uts": "The name of the machine.",
    "pid": "Process numbers. In one: they see and may signal each other.",
    "user": "Who root is outside.",
    "cgroup": "Where /sys/fs/cgroup begins.",
    "mnt": "What is mounted where. Podman never shares it.",
}
# All are in the host's, or in that of a rootless engine's user, unless it is asked for otherwise: that is no news.
ORDINARY = {"user", "cgroup"}


@dataclass(frozen=True)
class Group:
    """Those in one namespace. ``whose``: host | pod (with the infra container) | some (without it) | own (alone)."""

    whose: str
    inode: int
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Mismatch:
    """One container that is not where it should be. ``serious``: something does not work because of it."""

    kind: str
    container: str  # engine id
    name: str
    code: str  # stale | own | host | joined
    message: str
    hint: str = ""
    serious: bool = False


@dataclass(frozen=True)
class Lane:
    """One kind of namespace."""

    kind: str
    title: str
    explained: str
    shared: bool  # the pod was made to share it
    groups: tuple[Group, ...]
    unknown: tuple[Member, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def wrong(self) -> set[str]:
        """The containers that are somewhere else than they were made to be."""
        return {one.container for one in self.mismatches}


def lanes(found: Namespaces) -> tuple[Lane, ...]:
    """Return each kind of namespace with its groups: the host's first, then the pod's, then the others by size."""
    return tuple(_lane(kind, found) for kind in NAMESPACES)


def mismatches(found: Namespaces) -> tuple[Mismatch, ...]:
    """Return all of them, serious ones first."""
    every = [one for lane in lanes(found) for one in lane.mismatches]
    return tuple(sorted(every, key=lambda one: not one.serious))


def _lane(kind: str, found: Namespaces) -> Lane:
    by_inode: dict[int, list[Member]] = {}
    for member in found.members:
        if kind in member.inodes:
            by_inode.setdefault(member.inodes[kind], []).append(member)
    infra = next((one for one in found.members if one.is_infra), None)
    own = None if infra is None else infra.inodes.get(kind)
    host = found.host.get(kind)

    def whose(inode: int, members: list[Member]) -> str:
        if inode == host:
            return "host"
        if len(members) == 1:
            return "own"
        return "pod" if inode == own else "some"

    groups = [Group(whose(inode, members), inode, tuple(members)) for inode, members in by_inode.items()]
    order = {"host": 0, "pod": 1, "some": 2, "own": 3}
    groups.sort(key=lambda one: (order[one.whose], -len(one.members), not one.members[0].is_infra, one.members[0].name))
    return Lane(
        kind=kind,
        title=WORDS[kind],
        explained=EXPLAINED[kind],
        shared=kind in found.shared,
        groups=tuple(groups),
        unknown=tuple(one for one in found.members if kind not in one.inodes),
        mismatches=tuple(_wrong(kind, found, infra)),
    )


def _wrong(kind: str, found: Namespaces, infra: Member | None) -> list[Mismatch]:
    wrong: list[Mismatch] = []
    host, shared = found.host.get(kind), kind in found.shared
    own = None if infra is None else infra.inodes.get(kind)
    if infra is not None and own is not None and own == host and kind not in ORDINARY:
        wrong.append(_host(kind, infra, "This pod uses the host's: nothing of it is the pod's own."))
    for member in found.members:
        inode = member.inodes.get(kind)
        if member.is_infra or inode is None or own is None:
            continue
        if shared and inode != own:
            wrong.append(_elsewhere(kind, member, infra, on_host=inode == host))
        elif not shared and inode == host and own != host and kind not in ORDINARY:
            wrong.append(_host(kind, member, "It uses the host's."))
        elif not shared and inode == own and own != host and kind not in ORDINARY:
            message = "It shares the pod's, although the pod was not made to share it."
            wrong.append(Mismatch(kind, member.container, member.name, "joined", message))
    return wrong


def _host(kind: str, member: Member, message: str) -> Mismatch:
    return Mismatch(kind, member.container, member.name, "host", message)


def _elsewhere(kind: str, member: Member, infra: Member | None, *, on_host: bool) -> Mismatch:
    """Return why a container is not in the namespace that the pod shares."""
    mode = member.modes.get(kind, "")
    named = (member.container, member.name)
    if infra is not None and (infra.container in mode or mode.startswith("container:")):
        message = "It joined the infra container's, but that was started again since: it is left in the old one."
        if kind == "net":
            message += " Published ports do not reach it."
        return Mismatch(kind, *named, "stale", message, "Restart the pod: all come together again.", serious=True)
    if on_host:
        return Mismatch(kind, *named, "host", "The pod shares its own, but this container was made to use the host's.")
    message = "The pod shares its own, but this container was made with another."
    hint = "localhost does not reach it from the others; make it again without --network." if kind == "net" else ""
    return Mismatch(kind, *named, "own", message, hint)
