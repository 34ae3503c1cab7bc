"""What is in force beside what the engine says: the kernel's limits, namespaces, and what conmon runs at its end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pods.cgroups.layout import PROC_ROOT, Layout, container_path, detect, pod_path
from pods.cgroups.limits import read_limits
from pods.cgroups.network import namespace_inode
from pods.cgroups.reader import CgroupGoneError
from pods.engine.state import RUNNING
from pods.host.infra import derive
from pods.messages.facts import ContainerFacts, KernelLimits, PodFacts

_EXIT = b"--exit-command"


@dataclass(frozen=True)
class Kernel:
    """The files of the kernel that the engine runs on."""

    layout: Layout = field(default_factory=detect)
    proc_root: Path = PROC_ROOT

    def limits(self, pod: PodFacts, members: Iterable[ContainerFacts]) -> KernelLimits | None:
        """Return the limits of the pod's cgroup; None where it has none or it cannot be found."""
        if not pod.shares_cgroup:
            return None
        for path in self._paths(pod, members):
            try:
                return read_limits(self.layout, path)
            except CgroupGoneError:
                continue
        return None

    def _paths(self, pod: PodFacts, members: Iterable[ContainerFacts]) -> Iterable[str]:
        """Yield where the cgroup may be: above a container that runs, as the engine says, by libpod's rule."""
        for member in members:
            if member.pid is None:
                continue
            own = container_path(member.pid, self.proc_root, container_id=member.id)
            if own is not None and (path := pod_path(own, pod.id)):
                yield path
        if pod.cgroup_path:
            yield pod.cgroup_path
        elif pod.cgroup_parent:
            yield derive(pod)

    def stale_network(
        self, pod: PodFacts, members: Iterable[ContainerFacts], joined: Callable[[str], bool]
    ) -> tuple[str, ...]:
        """Return the containers that sit in another network namespace than the infra container they joined.

        Killing the infra container and starting the pod again makes such. ``joined`` tells whether a container was
        made to join; it is asked only about those whose namespace differs.
        """
        running = {member.id: member for member in members if member.state == RUNNING and member.pid is not None}
        infra = running.pop(pod.infra_container_id, None)
        if infra is None or "net" not in pod.shared_namespaces:
            return ()
        own = self._network(infra)
        if own is None:
            return ()
        others = {one.id: self._network(one) for one in running.values()}
        return tuple(sorted(one for one, inode in others.items() if inode not in (None, own) and joined(one)))

    def _network(self, member: ContainerFacts) -> int | None:
        return None if member.pid is None else namespace_inode(member.pid, proc_root=self.proc_root)

    def exit_command(self, conmon_pid: int) -> tuple[str, ...] | None:
        """Return what conmon runs when its container ends; None when conmon does not run or may not be read."""
        if conmon_pid <= 0:
            return None
        try:
            words = (self.proc_root / str(conmon_pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return None
        if not words[0].rpartition(b"/")[2].startswith(b"conmon"):
            return None  # the number is another process's by now
        return tuple(_exit_words(words))


def _exit_words(words: list[bytes]) -> Iterable[str]:
    for number, word in enumerate(words[:-1]):
        following = words[number + 1].decode(errors="replace")
        if word in (_EXIT, _EXIT + b"-arg"):
            yield following
