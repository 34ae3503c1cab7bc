"""What the doctor finds in pods of a real engine, and that its repairs mend them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User

from pods.control.snapshots import apply_snapshot
from pods.domain.doctor import findings
from pods.domain.findings import Case, Finding
from pods.domain.reasons import reason
from pods.messages import plain
from pods.messages.facts import PortMapping
from pods.messages.names import Verb
from pods.messages.operations import OperationEnded
from pods.messages.specs import PodSpec
from pods.models import Host, Operation, Pod
from tests.control.operations import make_operation
from tests.host.conftest import Desk

pytestmark = [pytest.mark.engine, pytest.mark.django_db]


def case_of(desk: Desk, name: str) -> Case:
    """Return the pod as its rows are after a reading of the engine."""
    apply_snapshot(desk.worker.observer.observe(desk.worker.connection.engine(), [desk.inspect(name)["Id"]]))
    pod = Pod.objects.select_related("host").get(name=name)
    return Case(pod, list(pod.containers.filter(removed_at=None)), list(Operation.objects.filter(pod=pod)))


def by_code(case: Case) -> dict[str, Finding]:
    return {one.code: one for one in findings(case)}


def keep(user: User, pod: Pod, ended: OperationEnded) -> None:
    """Keep the outcome of an operation as the control worker does."""
    words = {"code": ended.code, "message": ended.message, "engine": ended.engine, "parts_json": plain(ended.parts)}
    make_operation(user, pod, verb="start", state=ended.outcome, **words)


def test_a_killed_infra_container_is_found_and_a_restart_mends_it(desk: Desk, host: Host) -> None:
    desk.make("web", "app")
    assert findings(case_of(desk, "web")) == []
    infra = desk.inspect("web")["InfraContainerID"]
    desk.box.podman("kill", infra)
    desk.box.podman("wait", infra)
    case = case_of(desk, "web")
    finding = by_code(case)["infra_down"]
    assert finding.repair == "restart"
    assert finding.evidence[0].endswith("exited 137.")
    said = reason(case)
    assert said is not None
    assert said.text == "the infra container does not run"
    # Started alone, it makes a network in which the other is not.
    assert desk.do(Verb.START_INFRA, "web").outcome == "done"
    assert by_code(case_of(desk, "web"))["stale_network"].repair == "restart"
    assert desk.do(Verb.RESTART, "web").outcome == "done"
    assert findings(case_of(desk, "web")) == []


@contextmanager
def listening(desk: Desk, port: int) -> Iterator[None]:
    desk.box.podman("run", "-d", "--network", "host", "--name", "holder", desk.box.image, "nc", "-l", "-p", str(port))
    yield
    desk.box.podman("rm", "-f", "-t", "0", "holder")


def test_a_port_that_is_taken_is_named(desk: Desk, host: Host, alice: User) -> None:
    ports = (PortMapping(host_ip="", host_port=18093, container_port=80, protocol="tcp"),)
    with listening(desk, 18093):
        desk.create(PodSpec(name="web", ports=ports))
        ended = desk.do(Verb.START, "web")
        assert ended.outcome == "failed"
        keep(alice, case_of(desk, "web").pod, ended)
        finding = by_code(case_of(desk, "web"))["port_taken"]
    assert finding.title == "Port 18093 is taken"
    ended = desk.do(Verb.START, "web")
    assert ended.outcome == "done"
    keep(alice, case_of(desk, "web").pod, ended)
    assert "port_taken" not in by_code(case_of(desk, "web"))


def test_a_container_that_was_killed_is_the_reason_of_the_state(desk: Desk, host: Host) -> None:
    desk.make("web", "app", "db")
    desk.box.podman("kill", "db")
    desk.box.podman("wait", "db")
    case = case_of(desk, "web")
    assert case.pod.state == "Degraded"
    assert by_code(case)["exited"].title == "db exited 137"
    said = reason(case)
    assert said is not None
    assert said.text == "db exited 137"
    assert said.at is not None


def test_half_a_pod_is_found(desk: Desk, host: Host) -> None:
    desk.box.podman("pod", "create", "--name", "other", "--infra-name", "same")
    desk.box.podman("pod", "create", "--name", "web", "--infra-name", "same", check=False)
    if desk.box.podman("pod", "exists", "web", check=False).returncode != 0:
        pytest.skip("this engine leaves no half pod behind")
    assert by_code(case_of(desk, "web"))["infra_missing"].severity == "danger"


def test_an_exit_policy_that_stopped_the_pod_is_told(desk: Desk, host: Host) -> None:
    desk.box.podman("pod", "create", "--name", "web", "--exit-policy", "stop")
    desk.box.podman("run", "-d", "--pod", "web", "--name", "app", desk.box.image, "true")
    desk.box.podman("wait", "app")
    infra = desk.inspect("web")["InfraContainerID"]
    desk.box.podman("wait", infra)
    case = case_of(desk, "web")
    assert by_code(case)["exit_policy"].repair == "start"
    said = reason(case)
    assert said is not None
    assert said.text == "ended"
