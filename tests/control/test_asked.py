"""What podweb made keeps the spec that it was asked for, whichever message comes first."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from pods.control.operations import operation_ended
from pods.control.resources import host_resources
from pods.control.snapshots import apply_snapshot
from pods.messages import plain
from pods.messages.names import OPERATION_LABEL
from pods.messages.operations import OperationEnded
from pods.messages.resources import HostResources, PortInUse
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Container, Host, Operation, Pod
from tests.builders import BOOT, EPOCH, bring_online, container, engine_id, members, pod, snapshot
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
SPEC = PodSpec(name="web", hostname="inside")
APP = ContainerSpec(image="i", name="app")


@pytest.fixture
def other(host: Host, alice: User) -> Pod:
    bring_online("alpha", pod("other"), containers=members("other"))
    return Pod.objects.get(name="other")


def asked(user: User, near: Pod, verb: str, spec: Any, **values: Any) -> Operation:
    return make_operation(user, near, verb=verb, arguments={"spec": plain(spec), "start": True}, **values)


def seen(operation: Operation, name: str = "web") -> None:
    labels = {OPERATION_LABEL: str(operation.pk)}
    infra = container(name, "infra", is_infra=True, labels=labels)
    apply_snapshot(snapshot(pod(name, labels=labels), containers=(infra,), complete=False, pod_ids=(engine_id(name),)))


def ended(operation: Operation, **values: Any) -> None:
    message = OperationEnded(
        id=str(operation.pk),
        host="alpha",
        boot=BOOT,
        at=1_800_000_000.0,
        outcome="done",
        result={"pod_id": engine_id("web")},
        **values,
    )
    operation_ended(message)


@pytest.mark.parametrize("snapshot_first", [True, False])
def test_a_made_pod_keeps_its_spec(alice: User, other: Pod, snapshot_first: bool) -> None:
    operation = asked(alice, other, "create", SPEC, pod=None, pod_engine_id="", pod_name="web")
    steps = (seen, ended) if snapshot_first else (ended, seen)
    for step in steps:
        step(operation)
    made = Pod.objects.get(name="web")
    assert made.spec == SPEC
    seen(operation)
    assert Pod.objects.get(name="web").spec == SPEC
    # Its infra container carries the label too and was not asked for.
    assert Container.objects.get(pod=made).spec is None


def test_an_added_container_keeps_its_spec(alice: User, other: Pod) -> None:
    operation = asked(alice, other, "add_container", APP)
    labels = {OPERATION_LABEL: str(operation.pk)}
    added = container("other", "app", labels=labels)
    apply_snapshot(snapshot(pod("other"), containers=(*members("other"), added)))
    assert Container.objects.get(name="app").spec == APP


@pytest.mark.parametrize("label", ["nonsense", "", str(uuid.UUID(int=7))])
def test_a_label_that_names_no_operation_gives_nothing(other: Pod, label: str) -> None:
    apply_snapshot(snapshot(pod("web", labels={OPERATION_LABEL: label})))
    assert Pod.objects.get(name="web").spec is None


def test_a_label_that_somebody_copied_gives_nothing(alice: User, other: Pod) -> None:
    operation = asked(alice, other, "create", SPEC, pod=None, pod_engine_id="", pod_name="web")
    seen(operation, name="copy")
    assert Pod.objects.get(name="copy").spec is None
    added = asked(alice, other, "add_container", APP)
    copied = container("copy", "app", labels={OPERATION_LABEL: str(added.pk)})
    apply_snapshot(snapshot(pod("copy"), containers=(copied,), complete=False, pod_ids=(engine_id("copy"),)))
    assert Container.objects.get(name="app").spec is None


def resources(sequence: int, **values: Any) -> HostResources:
    return HostResources(host="alpha", boot=BOOT, epoch=EPOCH, sequence=sequence, at=1.0, **values)


def test_what_a_host_offers_is_kept_if_newer(other: Pod) -> None:
    taken = PortInUse(host_ip="", port=80, protocol="tcp", by="web")
    host_resources(resources(2, ports=(taken,), cpus="0-3"))
    host_resources(resources(1, cpus="0"))
    found = Host.objects.get(slug="alpha").resources
    assert found is not None
    assert (found.ports, found.cpus, found.sequence) == ((taken,), "0-3", 2)


def test_the_next_boot_counts_anew(other: Pod) -> None:
    host_resources(resources(7, cpus="0-3"))
    next_boot = str(uuid.uuid4())
    host_resources(HostResources(host="alpha", boot=next_boot, epoch=EPOCH + 1, sequence=1, at=2.0, cpus="0"))
    host_resources(resources(8, cpus="5"))
    found = Host.objects.get(slug="alpha").resources
    assert found is not None
    assert found.cpus == "0"
