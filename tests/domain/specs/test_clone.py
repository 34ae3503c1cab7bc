"""A spec for another pod like one that is there."""

from typing import Any

import pytest

from pods.domain.errors import InvalidSpec
from pods.domain.specs.clone import free_name, merged, spec_of
from pods.domain.specs.parse import parse_pod_spec
from pods.messages import plain
from pods.messages.facts import InfraFacts, KernelLimits, PortMapping, ResourceLimits
from pods.messages.specs import Mount, NetworkAttachment, PodSpec, Resources
from pods.models import Host, Pod
from tests.builders import bring_online, engine_id, pod

pytestmark = pytest.mark.django_db
PORT = PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp")


def seen(**values: Any) -> Pod:
    bring_online("alpha", pod("web", **values))
    return Pod.objects.select_related("host").get()


def test_what_podweb_asked_for_is_asked_for_again_under_a_free_name(host: Host) -> None:
    row = seen()
    asked = PodSpec(name="web", infra_name="web-inf", infra_conmon_pid_file="/run/x", ipc="private", ports=(PORT,))
    row.spec_json = plain(asked)
    assert spec_of(row) == PodSpec(name="web-copy", ipc="private", ports=(PORT,))


def test_what_is_taken_is_said_by_the_checks(host: Host) -> None:
    facts = InfraFacts(container_id="i", name="i", image="pause:1", port_bindings=(PORT,), network_mode="bridge")
    row = seen(infra=facts)
    row.spec_json = plain(PodSpec(name="web", ports=(PORT,), networks=(NetworkAttachment(static_ips=("10.88.0.9",)),)))
    row.save()
    with pytest.raises(InvalidSpec) as caught:
        parse_pod_spec(plain(spec_of(row)), row.host)
    assert {one.code for one in caught.value.problems} == {"port_taken", "ip_taken"}
    assert caught.value.status == 409


def test_a_pod_of_the_command_line_is_cloned_by_its_command_and_what_is_in_force(host: Host) -> None:
    command = ("podman", "pod", "create", "--ip", "10.88.0.9", "--label-file", "/etc/labels", "-p", "8080:80", "web")
    labels = {"from": "file", "PODMAN_SYSTEMD_UNIT": "web-pod.service", "io.podweb.operation": "1"}
    found = spec_of(seen(create_command=command, labels=labels))
    assert found == PodSpec(
        name="web-copy",
        labels={"from": "file"},
        network_mode="bridge",
        networks=(NetworkAttachment(static_ips=("10.88.0.9",)),),
        ports=(PORT,),
    )


def test_a_pod_of_unknown_making_is_cloned_by_what_the_engine_reports(host: Host) -> None:
    facts = InfraFacts(
        container_id=engine_id("web/infra"),
        name="web-infra",
        image="localhost/podman-pause:4.3.1-0",
        network_mode="bridge",
        networks=("front", "podman"),
        pid_ns="host",
        port_bindings=(PORT, PortMapping(host_ip="0.0.0.0", host_port=8081, container_port=81, protocol="tcp")),
        extra_hosts=("db:10.0.0.7",),
    )
    found = spec_of(
        seen(
            infra=facts,
            shared_namespaces=("net",),
            exit_policy="stop",
            mounts=("/srv:/srv", "/var/lib/containers/storage/volumes/data/_data:/data"),
            devices=("/dev/fuse:/dev/fuse:rwm", "nonsense"),
            resource_limits=ResourceLimits(cpu_period=100_000, cpu_quota=50_000),
            kernel_limits=KernelLimits(path="/x", memory=64 << 20, cpuset_cpus="0-1"),
        )
    )
    assert found == PodSpec(
        name="web-copy",
        exit_policy="stop",
        share=("net",),
        pid="host",
        network_mode="bridge",
        networks=(NetworkAttachment(), NetworkAttachment(name="front")),
        ports=(PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp", range=2),),
        extra_hosts=("db:10.0.0.7",),
        mounts=(
            Mount(type="bind", source="/srv", destination="/srv"),
            Mount(type="volume", source="data", destination="/data"),
        ),
        devices=("/dev/fuse:/dev/fuse:rwm",),
        resources=Resources(cpu_period=100_000, cpu_quota=50_000, memory=64 << 20),
    )


def test_a_pod_without_infra_container_is_cloned_without(host: Host) -> None:
    found = spec_of(seen(infra=None, infra_container_id="", has_infra_container=False, shared_namespaces=()))
    assert found == PodSpec(name="web-copy", infra=False)


def test_every_clone_of_an_ordinary_pod_can_be_made(host: Host) -> None:
    row = seen()
    assert parse_pod_spec(plain(spec_of(row)), row.host).name == "web-copy"


def test_a_free_name_counts_on(host: Host) -> None:
    bring_online("alpha", pod("web"), pod("web-copy"), pod("web-copy2"))
    assert free_name(host, "web") == "web-copy3"
    assert free_name(host, "web-copy2") == "web-copy3"
    assert len(free_name(host, "w" * 63)) <= 63


def test_single_ports_become_ranges_again() -> None:
    ports = [PortMapping(host_ip="", host_port=one, container_port=one, protocol="tcp") for one in (5, 3, 4, 9)]
    assert [(one.host_port, one.range) for one in merged(ports)] == [(3, 3), (9, 1)]
