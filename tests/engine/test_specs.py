"""Specs in the words of engines that cannot be had here, and what is refused before anything is sent."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from pods.engine.container_specs import container_body, signal_number
from pods.engine.errors import UnsupportedError
from pods.engine.limits import linux_resources
from pods.engine.specs import pod_body
from pods.engine.userns import subordinate
from pods.messages.facts import PortMapping
from pods.messages.hosts import EngineInfo
from pods.messages.specs import (
    ContainerSpec,
    DeviceRate,
    DeviceWeight,
    HealthCheck,
    IdMap,
    NetworkAttachment,
    PodSpec,
    Resources,
)
from tests.builders import status
from tests.specs import container_specs, pod_specs


def info(version: str = "5.8.2", **values: Any) -> EngineInfo:
    known = status().info
    assert known is not None
    return msgspec.structs.replace(known, version=version, **values)


def pod(engine: EngineInfo | None = None, **values: Any) -> dict[str, Any]:
    body = pod_body(PodSpec(name="p", **values), engine or info(), labels={}, command=["me"])
    return {key: value for key, value in body.items() if key not in {"name", "labels", "pod_create_command"}}


def container(engine: EngineInfo | None = None, **values: Any) -> dict[str, Any]:
    spec = ContainerSpec(image="i", **values)
    return container_body(spec, engine or info(), pod_id="p", labels={"a": "b"}, command=["me"])


def test_what_is_not_asked_for_is_not_sent() -> None:
    assert pod() == {}
    assert pod(share=()) == {"shared_namespaces": []}
    assert pod(infra=False) == {"no_infra": True}
    assert set(container()) == {"image", "raw_image_name", "pod", "labels", "containerCreateCommand"}


@given(pod_specs(version=(5, 8)), container_specs(health=True))
def test_every_drawn_spec_has_a_body_of_plain_json(spec: PodSpec, added: ContainerSpec) -> None:
    body = pod_body(spec, info(), labels={"io.podweb.operation": "1"}, command=["me"])
    assert msgspec.json.decode(msgspec.json.encode(body))["labels"] == spec.labels | {"io.podweb.operation": "1"}
    msgspec.json.encode(container_body(added, info(), pod_id="p", labels={}, command=[]))


def test_the_keys_that_newer_engines_brought() -> None:
    assert pod(
        restart_policy="on-failure",
        restart_tries=0,
        ipc="host",
        uts="ns:/proc/1/ns/uts",
        network_mode="pasta",
        network_options=("--map-gw",),
        shm_size_systemd=1,
        no_manage_hostname=True,
        hosts_file="none",
    ) == {
        "restart_policy": "on-failure",
        "restart_tries": 0,
        "ipcns": {"nsmode": "host"},
        "utsns": {"nsmode": "path", "value": "/proc/1/ns/uts"},
        "netns": {"nsmode": "pasta"},
        "network_options": {"pasta": ["--map-gw"]},
        "shm_size_systemd": 1,
        "no_manage_hostname": True,
        "hostsFile": "none",
    }


def test_networks_and_ports() -> None:
    networks = (NetworkAttachment(static_ips=("10.88.0.9",)), NetworkAttachment(name="back", interface_name="net1"))
    ports = (PortMapping(host_ip="", host_port=0, container_port=80, protocol="tcp"),)
    assert pod(networks=networks, ports=ports) == {
        "netns": {"nsmode": "bridge"},
        "Networks": {"default": {"static_ips": ["10.88.0.9"]}, "back": {"interface_name": "net1"}},
        "portmappings": [{"container_port": 80, "protocol": "tcp", "range": 1}],
    }


def test_user_namespaces() -> None:
    one = {"container_id": 0, "host_id": 7, "size": 9}
    maps = (IdMap(container_id=0, host_id=7, size=9),)
    private = pod(gid_maps=maps)
    assert private["userns"] == {"nsmode": "private"}
    assert private["idmappings"]["UIDMap"] == private["idmappings"]["GIDMap"] == [one]
    auto = pod(userns="auto:size=9,uidmapping=0:7:9")
    assert auto["userns"] == {"nsmode": "auto", "value": "size=9,uidmapping=0:7:9"}
    assert auto["idmappings"]["AutoUserNsOpts"] == {"Size": 9, "AdditionalUIDMappings": [one]}
    assert pod(userns="keep-id:uid=5")["userns"] == {"nsmode": "keep-id", "value": "uid=5"}
    assert pod(userns="nomap")["userns"] == {"nsmode": "no-map"}
    assert pod(userns="host") == {"userns": {"nsmode": "host"}}
    assert pod(userns="ns:/proc/1/ns/user") == {"userns": {"nsmode": "path", "value": "/proc/1/ns/user"}}
    with pytest.raises(UnsupportedError, match="sizes"):
        pod(userns="auto:sizes=9")


def test_subordinate_ids_are_laid_one_behind_the_other(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_text("other:1:2\nme:100:10\nme:500:5\nnonsense\n")
    assert subordinate(file, "me") == [
        {"container_id": 0, "host_id": 100, "size": 10},
        {"container_id": 10, "host_id": 500, "size": 5},
    ]
    with pytest.raises(UnsupportedError, match="nobody"):
        subordinate(file, "nobody")


def test_limits() -> None:
    assert linux_resources(Resources()) == {}
    assert linux_resources(Resources(cpu_quota=-1, cpu_shares=0)) == {"cpu": {"shares": 0}}
    assert pod(resources=Resources(memory=10, memory_swap=-1)) == {
        "resource_limits": {"memory": {"limit": 10}, "cpu": {}}
    }
    asked = Resources(memory=10, memory_swap=-1)
    assert container(resources=asked)["resource_limits"]["memory"]["swap"] > 1 << 62


@pytest.mark.parametrize("path", ["/dev/nosuch", "/dev/null"])
def test_a_limit_on_what_is_no_block_device_is_refused(path: str) -> None:
    with pytest.raises(UnsupportedError, match=path):
        linux_resources(Resources(blkio_weight_devices=(DeviceWeight(path=path, weight=10),)))


@pytest.mark.parametrize(
    ("engine", "values"),
    [
        (info(rootless=True, cgroup_version="v1"), {"resources": Resources(memory=1)}),
        (info(rootless=True, cgroup_version="v2", cgroup_manager="cgroupfs"), {"resources": Resources(memory=1)}),
        (info(), {"resources": Resources(pids_limit=1)}),
        (info(), {"network_mode": "pasta", "networks": (NetworkAttachment(),)}),
        (info("5.3.0"), {"hosts_file": "none"}),
        (info("nonsense"), {"ipc": "host"}),
    ],
)
def test_what_would_have_no_effect_is_refused(engine: EngineInfo, values: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError):
        pod(engine, **values)


def test_a_systemd_engine_without_root_limits_pods() -> None:
    engine = info(rootless=True, cgroup_version="v2", cgroup_manager="systemd")
    assert pod(engine, resources=Resources(cpu_shares=5)) == {"resource_limits": {"cpu": {"shares": 5}}}


def test_containers() -> None:
    body = container(
        entrypoint=(),
        init="always",
        restart_policy="always",
        devices=("/dev/null:/dev/x:r",),
        read_only=True,
        security_opts=("label=type:t", "label=level:s0", "unmask=ALL", "apparmor:p", "no-new-privileges=false"),
        health=HealthCheck(command=("a", "b"), on_failure="stop"),
    )
    assert (body["entrypoint"], body["init_container_type"], body["restart_policy"]) == ([""], "always", "no")
    assert body["devices"] == [{"path": "/dev/null:/dev/x:r"}]
    assert body["read_write_tmpfs"]
    assert body["selinux_opts"] == ["type:t", "level:s0"]
    assert body["annotations"]["io.podman.annotations.label"] == "type:t,label=level:s0"
    assert (body["unmask"], body["apparmor_profile"], body["no_new_privileges"]) == (["ALL"], "p", False)
    assert body["healthconfig"]["Test"] == ["CMD", "a", "b"]
    assert body["healthconfig"]["Interval"] == 30_000_000_000
    assert body["health_check_on_failure_action"] == 4
    assert container(health=HealthCheck(command=("true",)))["healthconfig"]["Test"] == ["CMD-SHELL", "true"]
    assert container(health=HealthCheck(command=("none",)))["healthconfig"]["Test"] == ["NONE"]


@pytest.mark.parametrize(("name", "number"), [("SIGTERM", 15), ("term", 15), ("9", 9), ("RTMIN+3", 37)])
def test_signals(name: str, number: int) -> None:
    assert signal_number(name) == number


@pytest.mark.parametrize("name", ["", "SIGNONSENSE", "0", "99", "TERM+x"])
def test_what_is_no_signal(name: str) -> None:
    with pytest.raises(UnsupportedError):
        signal_number(name)


def test_device_rates_are_kept_apart() -> None:
    block = next((str(path) for path in Path("/dev").iterdir() if path.is_block_device()), None)
    if block is None:
        pytest.skip("this machine has no block device")
    rates = (DeviceRate(path=block, rate=5),)
    found = linux_resources(Resources(device_read_bps=rates, device_write_iops=rates))["blockIO"]
    assert set(found) == {"throttleReadBpsDevice", "throttleWriteIOPSDevice"}
    known = Path(block).stat().st_rdev
    assert found["throttleReadBpsDevice"] == [{"major": os.major(known), "minor": os.minor(known), "rate": 5}]
