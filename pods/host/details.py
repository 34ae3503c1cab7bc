"""What no list says of a container: who made it how, its environment, whether it is an init container.

Each container is inspected once, in the background, and earlier only where the state of its pod depends on it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from pods.engine import containers, pods
from pods.engine.containers import Inspect
from pods.engine.errors import EngineError, NotFoundError, RefusedError, TimedOutError
from pods.engine.init import INIT_LABEL, init_names, init_of_command, is_named
from pods.engine.state import ENDED, PAUSED, RUNNING
from pods.engine.transport import Engine
from pods.host.inventory import Known
from pods.messages.facts import ContainerFacts, PodFacts
from pods.messages.names import OPERATION_LABEL

INSPECT_TIMEOUT = 1.0  # seconds
KUBE_TIMEOUT = 0.3  # it waits for a pod that is just stopping; the state is then told without it
ASK_AGAIN = 10.0
# Of a container that is just being removed the engine may say 404, or 500, or nothing until that is over.
UNREADABLE = (NotFoundError, RefusedError, TimedOutError)
_NOT_STARTED = {"created", "configured", "initialized"}


@dataclass(frozen=True)
class Detail:
    """What one inspect says that does not change."""

    create_command: tuple[str, ...]
    env: tuple[str, ...]
    joins_network: bool  # it was made to join another container's network namespace


@dataclass
class Details:
    """By container id. Used by the watcher's thread and by operations; each entry is written once."""

    _read: dict[str, Detail] = field(default_factory=dict)
    _init: dict[str, str] = field(default_factory=dict)  # by what generate kube said
    _not_before: dict[str, float] = field(default_factory=dict)  # id that did not answer -> when to ask again

    def read(self, engine: Engine, container_id: str) -> Detail | None:
        """Return a container's details, inspecting it at most once; None when it is gone or does not answer."""
        if container_id not in self._read and self._may_ask(container_id):
            try:
                self.keep(containers.inspect(engine, container_id, timeout=INSPECT_TIMEOUT))
            except UNREADABLE:
                self._wait(container_id)
        return self._read.get(container_id)

    def keep(self, found: Inspect) -> None:
        """Take in an inspect that somebody has made already."""
        self._read[found.Id] = Detail(
            create_command=tuple(found.Config.CreateCommand or ()),
            env=tuple(found.Config.Env or ()),
            joins_network=found.HostConfig.NetworkMode.startswith("container:"),
        )

    def read_some(self, engine: Engine, known: dict[str, Known], seconds: float) -> set[str]:
        """Read what is not read yet for ``seconds`` at most; returns the pods of which something new is known."""
        until = time.monotonic() + seconds
        changed: set[str] = set()
        for pod_id, one in known.items():
            for member in one.containers:
                if member.id in self._read:
                    continue
                if time.monotonic() >= until:
                    return changed
                if self.read(engine, member.id) is not None:
                    changed.add(pod_id)
        return changed

    def enrich(self, engine: Engine, pod: PodFacts, members: tuple[ContainerFacts, ...]) -> tuple[ContainerFacts, ...]:
        """Return the members with what is known of them; asks the engine only where the pod's state depends on it."""
        known = tuple(map(self._with_details, members))
        unclear = [member.id for member in known if member.init is None and _matters(member, known)]
        if not unclear:
            return known
        for container_id in unclear:
            self.read(engine, container_id)
        known = tuple(map(self._with_details, members))
        unclear_members = [member for member in known if member.init is None and member.id in unclear]
        if unclear_members and self._ask_kube(engine, pod, unclear_members):
            known = tuple(map(self._with_details, members))
        return known

    def keep_only(self, container_ids: Iterable[str]) -> None:
        """Forget the containers that are gone."""
        present = set(container_ids)
        now = time.monotonic()
        for container_id in [one for one in self._read if one not in present]:
            self._read.pop(container_id, None)
        for container_id in [one for one in self._init if one not in present]:
            self._init.pop(container_id, None)
        for asked in [one for one, at in self._not_before.items() if at < now]:
            self._not_before.pop(asked, None)

    def _may_ask(self, identity: str) -> bool:
        return time.monotonic() >= self._not_before.get(identity, 0)

    def _wait(self, identity: str) -> None:
        self._not_before[identity] = time.monotonic() + ASK_AGAIN

    def _with_details(self, member: ContainerFacts) -> ContainerFacts:
        found = self._read.get(member.id)
        init = self._init_of(member, found)
        if found is None:
            return member if init is None else msgspec.structs.replace(member, init=init)
        return msgspec.structs.replace(member, init=init, create_command=found.create_command, env=found.env)

    def _init_of(self, member: ContainerFacts, found: Detail | None) -> str | None:
        if member.is_infra:
            return ""
        if (word := member.labels.get(INIT_LABEL)) in {"once", "always"}:
            return word
        if OPERATION_LABEL in member.labels:
            return ""  # made by podweb, which labels its init containers
        said = None if found is None else init_of_command(found.create_command)
        return self._init.get(member.id) if said is None else said

    def _ask_kube(self, engine: Engine, pod: PodFacts, members: list[ContainerFacts]) -> bool:
        """Find out of containers that were made neither by podweb nor by ``podman create``: by kube play, say."""
        if not self._may_ask(pod.id):
            return False
        try:
            names = init_names(pods.kube(engine, pod.id, timeout=KUBE_TIMEOUT))
        except EngineError:
            self._wait(pod.id)
            return False
        for member in members:
            # One that is run once is removed when it has ended.
            kind = "always" if member.state in ENDED else "once"
            self._init[member.id] = kind if is_named(member.name, pod.name, names) else ""
        return True


def _matters(member: ContainerFacts, members: Iterable[ContainerFacts]) -> bool:
    """Return whether the pod's state is another if the member is an init container: others run, and it does not."""
    still = member.state in ENDED or member.state in _NOT_STARTED
    return still and any(other.state in {RUNNING, PAUSED} for other in members)
