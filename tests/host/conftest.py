"""A host worker on a real engine, with what it reports kept in a list instead of sent."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pods.host.connection import Connection
from pods.host.in_force import Kernel
from pods.host.worker import HostWorker, new_identity
from pods.messages import encode
from pods.messages.facts import ContainerFacts, PodFacts
from pods.messages.names import OPERATION_ENDED, Verb
from pods.messages.operations import OperationEnded, OperationRequest
from pods.messages.specs import ContainerSpec, PodSpec
from tests.hosts import Box


@dataclass
class Reported:
    """What a worker sent, in order. Thread-safe enough: only appended to."""

    messages: list[tuple[str, msgspec.Struct]] = field(default_factory=list)

    def __call__(self, name: str, message: msgspec.Struct) -> None:
        self.messages.append((name, message))

    def of(self, name: str) -> list[Any]:
        return [message for sent, message in tuple(self.messages) if sent == name]

    def wait(self, name: str, accept: Callable[[Any], bool], timeout: float = 20) -> Any:
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for message in reversed(self.of(name)):
                if accept(message):
                    return message
            time.sleep(0.01)
        raise AssertionError(f"no such {name} came: {self.of(name)[-3:]}")


@dataclass
class Desk:
    """A worker and a short way to ask it."""

    worker: HostWorker
    reported: Reported
    box: Box

    def request(self, verb: Verb, pod: str, *, timeout: float = 60, **arguments: Any) -> OperationRequest:
        known = self.box.podman("pod", "inspect", pod, "--format", "{{.ID}}", check=False).stdout.strip()
        identity = str(uuid.uuid4())
        return OperationRequest(
            id=identity, verb=verb, host="alpha", pod_id=known, pod_name=pod, timeout=timeout, arguments=arguments
        )

    def do(self, verb: Verb, pod: str, **arguments: Any) -> OperationEnded:
        request = self.request(verb, pod, **arguments)
        self.worker.perform(request)
        ended: OperationEnded = self.reported.wait(OPERATION_ENDED, lambda one: one.id == request.id)
        return ended

    def create(self, spec: PodSpec, *, start: bool = False) -> OperationEnded:
        return self.do(Verb.CREATE, spec.name, spec=encode(spec), start=start)

    def add(self, pod: str, spec: ContainerSpec, *, start: bool = True) -> OperationEnded:
        return self.do(Verb.ADD_CONTAINER, pod, spec=encode(spec), start=start)

    def inspect(self, pod: str) -> dict[str, Any]:
        """Return what the command says of the pod."""
        found: dict[str, Any] = json.loads(self.box.podman("pod", "inspect", pod).stdout)
        return found

    def inspect_container(self, container: str) -> dict[str, Any]:
        """Return what the command says of a container."""
        (found,) = json.loads(self.box.podman("container", "inspect", container).stdout)
        return dict(found)

    def observed(self, pod: str) -> PodFacts:
        """Return the pod as the worker sees it now."""
        snapshot = self.worker.observer.observe(self.worker.connection.engine(), [self.inspect(pod)["Id"]])
        (facts,) = snapshot.pods
        return facts

    def members(self, pod: str) -> dict[str, ContainerFacts]:
        """Return the pod's containers as the worker sees them now, by name."""
        snapshot = self.worker.observer.observe(self.worker.connection.engine(), [self.inspect(pod)["Id"]])
        return {one.name: one for one in snapshot.containers}

    def status(self, pod: str) -> str:
        return self.box.podman("pod", "inspect", pod, "--format", "{{.State}}").stdout.strip()

    def make(self, name: str, /, *containers: str, **options: Any) -> None:
        """Make a pod with containers that run for ever, started."""
        self.box.podman("pod", "create", "--name", name, *options.get("pod", ()))
        for one in containers:
            extra = options.get(one, ("sleep", "1000"))
            self.box.podman("run", "-d", "--stop-timeout", "1", "--pod", name, "--name", one, self.box.image, *extra)


@pytest.fixture
def desk(clean_engine: Box) -> Iterator[Desk]:
    connection = Connection(str(clean_engine.socket), None)
    connection.connect()
    reported = Reported()
    # The engine's pids are those of its box; the paths in /proc/PID/cgroup are seen from the outer cgroup namespace.
    kernel = Kernel(proc_root=Path(f"/proc/{clean_engine.pid}/root/proc"))
    worker = HostWorker(new_identity("alpha"), connection, reported, kernel=kernel)
    yield Desk(worker, reported, clean_engine)
    worker.streams.stop()
    connection.close()


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread
