"""Specs against a real engine: the command makes what the spec says, and the rules refuse what the engine refuses."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pods.control.hosts import engine_status, host_online
from pods.control.snapshots import apply_snapshot
from pods.domain.accessors import Accessor, accessors
from pods.domain.specs.clone import spec_of
from pods.domain.specs.command import argv, container_argv, parse_argv, sayable, unsaid
from pods.domain.specs.kube import kube_yaml
from pods.domain.specs.parse import normal, parse_pod_spec
from pods.host.connection import Connection
from pods.host.in_force import Kernel
from pods.host.worker import HostWorker, new_identity
from pods.messages import plain
from pods.messages.hosts import HostOnline
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Pod
from tests.builders import status
from tests.hosts import Box
from tests.specs import container_specs, pod_specs

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
DRAWN = settings(
    deadline=None,
    max_examples=12,
    # Each example is a real pod: what fails is shown as drawn.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Watched:
    """A box whose pods are rows."""

    box: Box
    worker: HostWorker
    host: Host

    def look(self) -> None:
        """Let the rows be as the engine is now."""
        apply_snapshot(self.worker.observer.observe_all(self.worker.connection.engine()))

    def remove(self, name: str) -> None:
        """Remove the pod with its row."""
        self.box.podman("pod", "rm", "-f", name, check=False)
        self.look()

    @contextmanager
    def passing(self, name: str) -> Iterator[None]:
        """Remove the pod afterwards, also when the example fails: it is run again to be shown."""
        try:
            yield
        finally:
            self.remove(name)

    def see(self, name: str) -> Pod:
        """Return the row of the pod as it is now."""
        self.look()
        return Pod.objects.select_related("host").get(host=self.host, name=name, removed_at=None)


@pytest.fixture
def watched(clean_engine: Box, host: Host) -> Iterator[Watched]:
    connection = Connection(str(clean_engine.socket), None)
    connection.connect()
    # Process ids are the box's, so its own /proc tells of them.
    kernel = Kernel(proc_root=Path(f"/proc/{clean_engine.pid}/root/proc"))
    worker = HostWorker(new_identity("alpha"), connection, lambda *_: None, kernel=kernel)
    identity = worker.identity
    host_online(HostOnline(host="alpha", boot=identity.boot, epoch=identity.epoch, at=time.time()))
    engine_status(status(boot=identity.boot, epoch=identity.epoch))
    host.refresh_from_db()
    yield Watched(clean_engine, worker, host)
    worker.streams.stop()
    connection.close()


numbers = itertools.count()


@DRAWN
@given(spec=pod_specs())
def test_the_command_makes_what_the_spec_says(watched: Watched, spec: PodSpec) -> None:
    spec = replace(spec, name=f"{spec.name}{next(numbers)}", infra_name="", infra_conmon_pid_file="")
    assert parse_pod_spec(plain(spec), watched.host) == normal(spec)
    with watched.passing(spec.name):
        watched.box.podman(*argv(spec)[1:])
        row = watched.see(spec.name)
        # The engine keeps the command, and it reads back as the spec.
        assert parse_argv(row.create_command) == sayable(spec)
        nothing_differs(row, spec)
        if spec.infra:
            watched.box.podman("pod", "start", spec.name)
            running = nothing_differs(watched.see(spec.name), spec)
            if spec.resources.memory is not None:
                assert running["ResourceLim.Memory.Limit"].source == "kernel"
            if any(one.static_ips for one in spec.networks):
                assert running["StaticIP"].source == "infra inspect"
        # Another like it can be asked for.
        clone = spec_of(row)
        assert replace(clone, name=spec.name) == sayable(spec)
        parse_pod_spec(plain(replace(clone, networks=(), ports=())), watched.host)


def nothing_differs(row: Pod, spec: PodSpec) -> dict[str, Accessor]:
    """Assert that what is in force is what was asked for, but for what is told to be otherwise."""
    found = {one.name: one for one in accessors(row, reveal=True)}
    # Without an infra container 4.3.1's command, unlike its API, drops the cgroup parent: the two columns tell.
    told = {"Hostname"} if spec.infra else {"Hostname", "CgroupParent"}
    if "resources.cpuset_cpus" in unsaid(spec):
        told.add("ResourceLim.CPU.Cpus")
    assert [one for one in found.values() if one.differs and one.name not in told] == []
    return found


@DRAWN
@given(spec=container_specs())
def test_the_containers_command_makes_it(watched: Watched, spec: ContainerSpec) -> None:
    pod = f"pod{next(numbers)}"
    with watched.passing(pod):
        watched.box.podman("pod", "create", "--name", pod)
        made = watched.box.podman(*container_argv(spec, pod)[1:]).stdout.strip()
        assert watched.see(pod).containers.filter(engine_id=made).exists()


@DRAWN
@given(spec=pod_specs(static=False), containers=st.lists(container_specs(init=False), min_size=1, max_size=2))
def test_kube_play_takes_the_yaml(watched: Watched, spec: PodSpec, containers: list[ContainerSpec]) -> None:
    spec = replace(spec, name=f"{spec.name}{next(numbers)}", infra_name="")
    # Two containers that are drawn alike would have one name, and a volume two options.
    named = [replace(one, name=f"c{number}", mounts=()) for number, one in enumerate(containers)]
    file = watched.box.directory / "pod.yaml"
    file.write_text(kube_yaml(spec, named))
    with watched.passing(spec.name):
        watched.box.podman("kube", "play", "--start=false", str(file))
        assert watched.see(spec.name).containers.count() == len(named) + 1
