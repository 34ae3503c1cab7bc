"""What was asked for and what is in force, each with where it is known from; unknown is None with the reason."""

from typing import Any

import msgspec
import pytest

from pods.domain.accessors import Accessor, accessors
from pods.domain.secrets import MASK
from pods.messages import plain
from pods.messages.facts import Address, InfraFacts, KernelLimits, PortMapping, ResourceLimits
from pods.messages.specs import Mount, NetworkAttachment, PodSpec, Resources
from pods.models import Host, Pod
from tests.builders import bring_online, engine_id, members, pod

pytestmark = pytest.mark.django_db


def infra(name: str = "web", **values: Any) -> InfraFacts:
    facts: dict[str, Any] = {"container_id": engine_id(f"{name}/infra"), "name": f"{name}-infra", "image": "pause:1"}
    return InfraFacts(**(facts | values))


def seen(*, spec: PodSpec | None = None, **values: Any) -> Pod:
    """Return the row of a pod named web, as it is after the engine reported ``values``."""
    bring_online("alpha", pod("web", **values), containers=members("web", "app"))
    if spec is not None:
        Pod.objects.update(spec_json=plain(spec))
    return Pod.objects.select_related("host").get()


def answers(row: Pod, *, reveal: bool = True) -> dict[str, Accessor]:
    found = accessors(row, reveal=reveal)
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def test_every_accessor_of_the_contract_is_answered(host: Host) -> None:
    names = answers(seen())
    assert {
        *(
            "ID",
            "Name",
            "Namespace",
            "Labels",
            "CreatedTime",
            "CreateCommand",
            "CgroupParent",
            "Hostname",
            "CgroupPath",
        ),
        *("SharesPID", "SharesIPC", "SharesNet", "SharesMount", "SharesUser", "SharesUTS", "SharesCgroup"),
        *("SharesCgroupNS", "SharesNamespaces", "HasContainer", "AllContainers", "AllContainersByID", "LockID"),
        *("HasInfraContainer", "InfraContainerID", "CPUPeriod", "CPUQuota", "PidMode", "ProcessLabel"),
        *("ResourceLim.CPU.Cpus", "ResourceLim.Memory.Limit", "ResourceLim.BlockIO.Weight", "ConmonPidFile"),
        *("NoNetwork", "HostNetwork", "PortBindings", "StaticIP", "StaticMAC", "UseImageResolvConf", "DNSServer"),
        *(
            "DNSSearch",
            "DNSOption",
            "UseImageHosts",
            "HostAdd",
            "Networks",
            "ExitCommand",
            "InfraImage",
            "InfraCommand",
        ),
        *("InfraName", "Slirp4netns", "NetworkOptions"),
    } <= set(names)


def test_unknown_is_null_with_a_reason_and_known_has_a_source(host: Host) -> None:
    for row in (seen(), seen(infra=None, infra_container_id="", has_infra_container=False, shares_cgroup=False)):
        for one in answers(row).values():
            assert (one.in_force is None) == (one.source == "") == (one.reason != ""), one
            assert (one.asked is None) == (one.asked_source == ""), one
            msgspec.json.encode(one)


def test_a_default_pod_has_a_cgroup_and_shares_no_cgroup_namespace(host: Host) -> None:
    found = answers(seen())
    assert (found["SharesCgroup"].in_force, found["SharesCgroupNS"].in_force) == (True, False)
    assert found["SharesNamespaces"].in_force is True


def test_nothing_differs_where_the_engine_did_as_it_was_asked(host: Host) -> None:
    spec = PodSpec(
        name="web",
        hostname="box",
        labels={"app": "web"},
        share=("ipc", "net", "uts"),
        pid="host",
        network_mode="bridge",
        networks=(NetworkAttachment(name="front", static_ips=("10.89.0.7",), static_mac="92:d0:c6:0a:29:33"),),
        ports=(PortMapping(host_ip="", host_port=8000, container_port=80, protocol="tcp", range=2),),
        dns_servers=("10.0.0.53",),
        resources=Resources(cpu_period=100_000, cpu_quota=50_000, cpuset_cpus="0-1", memory=64 << 20),
        mounts=(Mount(type="volume", source="data", destination="/data"),),
    )
    ports = tuple(
        PortMapping(host_ip="0.0.0.0", host_port=8000 + one, container_port=80 + one, protocol="tcp") for one in (0, 1)
    )
    row = seen(
        spec=spec,
        hostname="box",
        labels={"app": "web", "io.podweb.operation": "1"},
        infra=infra(
            network_mode="bridge",
            pid_ns="host",
            networks=("front",),
            port_bindings=ports,
            dns_servers=("10.0.0.53",),
            addresses=(Address(network="front", ip="10.89.0.7", mac="92:D0:C6:0A:29:33"),),
        ),
        resource_limits=ResourceLimits(cpu_period=100_000, cpu_quota=50_000, cpuset_cpus="0,1"),
        kernel_limits=KernelLimits(
            path="/x", cpu_period=100_000, cpu_quota=50_000, cpuset_cpus="0-1", memory=64 << 20, memory_swap=-1
        ),
    )
    found = answers(row)
    assert [one for one in found.values() if one.differs] == []
    assert found["StaticIP"].asked_source == "podweb's request"
    assert found["StaticIP"].source == "infra inspect"
    assert found["ResourceLim.Memory.Limit"].source == "kernel"


def test_a_limit_of_memory_alone_is_read_from_the_kernel(host: Host) -> None:
    spec = PodSpec(name="web", resources=Resources(memory=64 << 20))
    held = answers(seen(spec=spec, kernel_limits=KernelLimits(path="/x", memory=64 << 20)))["ResourceLim.Memory.Limit"]
    assert (held.asked, held.in_force, held.source, held.differs) == (64 << 20, 64 << 20, "kernel", False)
    loose = answers(seen(spec=spec, kernel_limits=KernelLimits(path="/x", memory=-1)))["ResourceLim.Memory.Limit"]
    assert (loose.in_force, loose.differs) == (-1, True)
    unread = answers(seen(spec=spec))["ResourceLim.Memory.Limit"]
    assert (unread.in_force, unread.differs) == (None, False)
    assert "kernel" in unread.reason


def test_an_empty_hostname_is_told_beside_the_one_in_force(host: Host) -> None:
    found = answers(seen(spec=PodSpec(name="web")))["Hostname"]
    assert (found.asked, found.in_force, found.source, found.differs) == ("", "web", "derived", False)
    other = answers(seen(spec=PodSpec(name="web", hostname="shop")))["Hostname"]
    assert (other.asked, other.in_force, other.differs) == ("shop", "web", True)
    alone = answers(seen(spec=PodSpec(name="web", share=("net",)), shared_namespaces=("net",)))["Hostname"]
    assert alone.in_force is None
    assert "UTS" in alone.reason


def test_an_infra_container_that_was_asked_for_and_is_missing_differs(host: Host) -> None:
    values: dict[str, Any] = {"infra": None, "infra_container_id": "", "has_infra_container": False}
    found = answers(seen(spec=PodSpec(name="web"), **values))["HasInfraContainer"]
    assert (found.asked, found.in_force, found.differs) == (True, False, True)
    # Nobody's request is known, but namespaces are shared, which only an infra container could hold.
    Pod.objects.update(spec_json=None)
    half = answers(Pod.objects.get())["HasInfraContainer"]
    assert (half.asked, half.asked_source, half.differs) == (True, "derived", True)


def test_a_pod_of_the_command_line_is_answered_from_its_command(host: Host) -> None:
    command = ("podman", "pod", "create", "--name", "web", "--pid", "host", "--ip", "10.88.0.9", "--network", "bridge")
    found = answers(seen(create_command=command, infra=infra(network_mode="bridge", pid_ns="private")))
    assert (found["PidMode"].asked, found["PidMode"].in_force, found["PidMode"].differs) == ("host", "private", True)
    assert found["PidMode"].asked_source == "create command"
    assert (found["StaticIP"].asked, found["StaticIP"].in_force) == (["10.88.0.9"], None)
    assert "runs" in found["StaticIP"].reason


def test_a_static_address_that_was_not_given_differs(host: Host) -> None:
    spec = PodSpec(name="web", network_mode="bridge", networks=(NetworkAttachment(static_ips=("10.88.0.9",)),))
    facts = infra(network_mode="bridge", addresses=(Address(network="podman", ip="10.88.0.2"),))
    assert answers(seen(spec=spec, infra=facts))["StaticIP"].differs


def test_where_the_cgroup_is_needs_no_start(host: Host) -> None:
    assert answers(seen())["CgroupPath"].source == "engine inspect"
    cgroup = f"/libpod_parent/{engine_id('web')}"
    told = answers(seen(cgroup_path=None, infra=infra(cgroup_parent=cgroup)))["CgroupPath"]
    assert (told.in_force, told.source) == (cgroup, "infra inspect")
    derived = answers(seen(cgroup_path=None))["CgroupPath"]
    assert (derived.in_force, derived.source) == (cgroup, "derived")
    sliced = answers(seen(cgroup_path=None, cgroup_parent="/machine.slice"))["CgroupPath"]
    assert sliced.in_force == f"/machine.slice/machine-libpod_pod_{engine_id('web')}.slice"
    none = answers(seen(cgroup_path=None, shares_cgroup=False))["CgroupPath"]
    assert (none.in_force, none.reason) == (None, "The pod was made without a cgroup of its own.")


def test_secrets_are_hidden_unless_the_reader_may_see_them(host: Host) -> None:
    command = ("podman", "pod", "create", "--label", "api-token=hunter2hunter2", "web")
    row = seen(
        labels={"api-token": "hunter2hunter2"},
        create_command=command,
        infra=infra(
            command=("/pause", "--password", "hunter2hunter2"), exit_command=("x", "--secret", "hunter2hunter2")
        ),
    )
    assert "hunter2hunter2" not in str([plain(one) for one in accessors(row, reveal=False)])
    assert answers(row, reveal=False)["Labels"].in_force == {"api-token": MASK}
    assert answers(row)["CreateCommand"].in_force == list(command)


def test_answers_are_copies(host: Host) -> None:
    row = seen(labels={"a": "b"})
    answers(row)["Labels"].in_force["a"] = "changed"
    answers(row)["AllContainersByID"].in_force.clear()
    assert row.labels == {"a": "b"}
    assert len(answers(row)["AllContainersByID"].in_force) == 2
