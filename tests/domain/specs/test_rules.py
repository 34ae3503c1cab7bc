"""What is refused at the edge, each with the field named: values, combinations, and what the host has and holds."""

import time
from typing import Any

import pytest

from pods.control.hosts import engine_status
from pods.domain.errors import FieldProblem, InvalidSpec
from pods.domain.specs.parse import parse_container_spec, parse_pod_spec
from pods.messages import plain
from pods.messages.facts import Address, InfraFacts, PortMapping
from pods.messages.hosts import EngineInfo
from pods.messages.resources import HostResources, Network, PortInUse
from pods.messages.specs import (
    DeviceRate,
    IdMap,
    Mount,
    NetworkAttachment,
    PodSpec,
    Resources,
)
from pods.models import Host, Pod
from tests.builders import bring_online, engine_id, members, pod, status

pytestmark = pytest.mark.django_db


def problems(host: Host, **raw: Any) -> list[FieldProblem]:
    """Return what is wrong with a pod named fresh and ``raw``."""
    try:
        parse_pod_spec({"name": "fresh", **raw}, host)
    except InvalidSpec as problem:
        return list(problem.problems)
    return []


def said(host: Host, **raw: Any) -> set[tuple[str, str]]:
    """Return (field, code) of everything that is wrong."""
    return {(one.field, one.code) for one in problems(host, **raw)}


def engine(host: Host, version: str = "4.3.1", **values: Any) -> Host:
    """Let the host's engine be of this version, and such as ``values``."""
    bring_online("alpha")
    info = plain(status().info) | {"version": version} | values
    engine_status(status(info=EngineInfo(**info)))
    host.refresh_from_db()
    return host


@pytest.fixture
def known(host: Host) -> Host:
    """A host whose networks, ports, processors and devices are known."""
    resources = HostResources(
        host="alpha",
        boot="b",
        epoch=1,
        sequence=1,
        at=time.time(),
        networks=(
            Network(name="front", driver="bridge", subnets=("10.89.0.0/24", "fd00:89::/64")),
            Network(name="podman", driver="bridge", subnets=("10.88.0.0/16",), default=True),
        ),
        ports=(
            PortInUse(host_ip="127.0.0.1", port=5432, protocol="tcp", by=""),
            PortInUse(host_ip="", port=8080, protocol="tcp", by="front-proxy"),
        ),
        cpus="0-3",
        memory_nodes="0",
        devices=("/dev/sda", "/dev/sdb"),
    )
    host.resources_json = plain(resources)
    host.save()
    return host


def test_short_texts_are_what_people_write(host: Host) -> None:
    found = parse_pod_spec(
        {
            "name": "fresh",
            "labels": ["app=web", "note=a=b"],
            "share": "+pid",
            "ports": ["8080:80/tcp", "127.0.0.1:8000-8010:80-90", "[::1]:53:53/udp", 443, ":9000"][:4],
            "mounts": ["/host:/ctr:ro,z", "vol:/data", "/anonymous"],
            "networks": ["front:ip=10.89.0.7,ip6=fd00::7,mac=92-D0-C6-0A-29-33,alias=web,interface_name=eth7"],
            "uid_maps": ["0:100000:65536"],
            "extra_hosts": ["db:10.0.0.7", "six:[fd00::7]"],
            "infra_command": "/pause --flag 'two words'",
            "shm_size": "64m",
            "security_opts": ["label:disable"],
            "resources": {
                "cpus": "1.5",
                "memory": "1.5g",
                "memory_swap": "-1",
                "cpuset_cpus": "3,0-1,1",
                "cpu_shares": "512",
                "device_read_bps": ["/dev/sda:1mb"],
                "device_write_iops": ["/dev/sda:1000"],
            },
            "sysctls": ["net.ipv4.ip_forward=1"],
        },
        host,
    )
    assert found == PodSpec(
        name="fresh",
        labels={"app": "web", "note": "a=b"},
        share=("ipc", "net", "pid", "uts"),
        ports=(
            PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),
            PortMapping(host_ip="127.0.0.1", host_port=8000, container_port=80, protocol="tcp", range=11),
            PortMapping(host_ip="::1", host_port=53, container_port=53, protocol="udp"),
            PortMapping(host_ip="", host_port=0, container_port=443, protocol="tcp"),
        ),
        mounts=(
            Mount(type="bind", source="/host", destination="/ctr", options=("ro", "z")),
            Mount(type="volume", source="vol", destination="/data"),
            Mount(type="volume", destination="/anonymous"),
        ),
        network_mode="bridge",
        networks=(
            NetworkAttachment(
                name="front",
                static_ips=("10.89.0.7", "fd00::7"),
                static_mac="92:d0:c6:0a:29:33",
                aliases=("web",),
                interface_name="eth7",
            ),
        ),
        uid_maps=(IdMap(container_id=0, host_id=100_000, size=65_536),),
        extra_hosts=("db:10.0.0.7", "six:fd00::7"),
        infra_command=("/pause", "--flag", "two words"),
        shm_size=64 << 20,
        security_opts=("label=disable",),
        resources=Resources(
            cpu_period=100_000,
            cpu_quota=150_000,
            memory=3 << 29,
            memory_swap=-1,
            cpuset_cpus="0-1,3",
            cpu_shares=512,
            device_read_bps=(DeviceRate(path="/dev/sda", rate=1 << 20),),
            device_write_iops=(DeviceRate(path="/dev/sda", rate=1000),),
        ),
        sysctls={"net.ipv4.ip_forward": "1"},
    )


def test_everything_that_is_wrong_is_said_at_once(host: Host) -> None:
    found = said(host, name="a b", hostname="-", ports=["0:80", "80:80", "80:81"], colour="red", infra="yes")
    assert found == {
        ("name", "invalid"),
        ("hostname", "invalid"),
        ("ports[0]", "out_of_range"),
        ("colour", "unknown_field"),
        ("infra", "invalid"),
    }
    assert said(host, ports=["80:80", "80:81"]) == {("ports[1].host_port", "duplicate")}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "-a"}, "name"),
        ({"name": "ü"}, "name"),
        ({"name": "a" * 64}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"hostname": "a b"}, "hostname"),
        ({"hostname": "a..b"}, "hostname"),
        ({"labels": {"": "x"}}, "labels['']"),
        ({"labels": {"io.podweb.operation": "x"}}, "labels['io.podweb.operation']"),
        ({"labels": {"a": 5}}, "labels['a']"),
        ({"labels": {"a": "\0"}}, "labels['a']"),
        ({"labels": ["a"]}, "labels[0]"),
        ({"labels": ["a=1", "a=2"]}, "labels"),
        ({"exit_policy": "never"}, "exit_policy"),
        ({"restart_tries": -1}, "restart_tries"),
        ({"restart_tries": 1.5}, "restart_tries"),
        ({"restart_tries": True}, "restart_tries"),
        ({"infra": 1}, "infra"),
        ({"infra_command": "'open"}, "infra_command"),
        ({"infra_image": "a b"}, "infra_image"),
        ({"infra_conmon_pid_file": "web.pid"}, "infra_conmon_pid_file"),
        ({"share": ["mnt"]}, "share"),
        ({"share": "user"}, "share"),
        ({"share": ["time"]}, "share"),
        ({"share": {"net": True}}, "share"),
        ({"pid": "container:web"}, "pid"),
        ({"pid": "ns:relative"}, "pid"),
        ({"userns": "keep"}, "userns"),
        ({"uid_maps": ["0:1"]}, ""),
        ({"uid_maps": ["0:1:0"]}, "uid_maps[0]"),
        ({"uid_maps": ["0:4294967295:1"]}, "uid_maps[0]"),
        ({"uid_maps": [{"container_id": 0, "host_id": 1}]}, "uid_maps[0].size"),
        ({"network_mode": "front"}, "network_mode"),
        ({"network_mode": "container:x"}, "network_mode"),
        ({"networks": ["host"]}, "networks[0]"),
        ({"networks": ["front:ip=300.1.1.1"]}, "networks[0]"),
        ({"networks": ["front:ip=10.89.0.7,ip=10.89.0.8"]}, "networks[0]"),
        ({"networks": ["front:mac=93:00:00:00:00:01"]}, "networks[0]"),
        ({"networks": ["front:speed=1"]}, "networks[0]"),
        ({"networks": [{"name": "front", "static_ips": ["x"]}]}, "networks[0].static_ips[0]"),
        ({"networks": [{"name": "front", "static_mac": "x"}]}, "networks[0].static_mac"),
        ({"networks": [{"name": "front", "interface_name": "lo"}]}, "networks[0].interface_name"),
        ({"networks": [{"name": "front", "colour": "red"}]}, "networks[0].colour"),
        ({"networks": "front"}, "networks"),
        ({"ports": ["80:80/icmp"]}, "ports[0]"),
        ({"ports": ["65536:80"]}, "ports[0]"),
        ({"ports": ["65530-65540:80-90"]}, "ports[0]"),
        ({"ports": ["8000-8010:80-89"]}, "ports[0]"),
        ({"ports": ["90-80:90-80"]}, "ports[0]"),
        ({"ports": ["a:80"]}, "ports[0]"),
        ({"ports": ["[::1:80:80"]}, "ports[0]"),
        ({"ports": ["1.2.3:80:80"]}, "ports[0]"),
        ({"ports": [{"host_port": 80}]}, "ports[0].container_port"),
        ({"ports": [{"container_port": 70000}]}, "ports[0].container_port"),
        ({"ports": [{"container_port": 65535, "range": 2}]}, "ports[0]"),
        ({"ports": [{"container_port": 80, "protocol": "TCP"}]}, "ports[0].protocol"),
        ({"ports": [True]}, "ports[0]"),
        ({"dns_servers": ["dns.example"]}, "dns_servers[0]"),
        ({"dns_servers": ["fe80::1%eth0"]}, "dns_servers[0]"),
        ({"dns_searches": ["exa mple"]}, "dns_searches[0]"),
        ({"dns_options": ["ndots=2"]}, "dns_options[0]"),
        ({"extra_hosts": ["db"]}, "extra_hosts[0]"),
        ({"extra_hosts": ["db:nowhere"]}, "extra_hosts[0]"),
        ({"hosts_file": "hosts"}, "hosts_file"),
        ({"resources": "all"}, "resources"),
        ({"resources": {"cpus": "0"}}, "resources.cpus"),
        ({"resources": {"cpus": "many"}}, "resources.cpus"),
        ({"resources": {"cpus": 1, "cpu_quota": 5000}}, "resources.cpus"),
        ({"resources": {"cpu_period": 999}}, "resources.cpu_period"),
        ({"resources": {"cpu_quota": 999}}, "resources.cpu_quota"),
        ({"resources": {"cpu_quota": -2}}, "resources.cpu_quota"),
        ({"resources": {"cpu_shares": 1}}, "resources.cpu_shares"),
        ({"resources": {"cpu_shares": 262145}}, "resources.cpu_shares"),
        ({"resources": {"cpuset_cpus": "3-1"}}, "resources.cpuset_cpus"),
        ({"resources": {"cpuset_cpus": "a"}}, "resources.cpuset_cpus"),
        ({"resources": {"memory": "64x"}}, "resources.memory"),
        ({"resources": {"memory": "5m"}}, "resources.memory"),
        ({"resources": {"memory": -1}}, "resources.memory"),
        ({"resources": {"memory": "99999999p"}}, "resources.memory"),
        ({"resources": {"blkio_weight": 9}}, "resources.blkio_weight"),
        ({"resources": {"blkio_weight_devices": ["/dev/sda:1001"]}}, "resources.blkio_weight_devices[0]"),
        ({"resources": {"device_read_bps": ["/dev/sda"]}}, "resources.device_read_bps[0]"),
        ({"resources": {"device_read_bps": ["/srv/x:1m"]}}, "resources.device_read_bps[0]"),
        ({"resources": {"colour": "red"}}, "resources.colour"),
        ({"shm_size": 0}, "shm_size"),
        ({"mounts": ["relative:/x:ro:z"]}, "mounts[0]"),
        ({"mounts": ["a b:/x"]}, "mounts[0]"),
        ({"mounts": ["vol:relative"]}, "mounts[0]"),
        ({"mounts": ["vol:/"]}, "mounts[0]"),
        ({"mounts": ["vol:/a/../b"]}, "mounts[0]"),
        ({"mounts": ["vol:/x:ro,rw"]}, "mounts[0]"),
        ({"mounts": ["vol:/x:z,Z"]}, "mounts[0]"),
        ({"mounts": ["vol:/x:fast"]}, "mounts[0]"),
        ({"mounts": ["vol:/x:size=1m"]}, "mounts[0]"),
        ({"mounts": ["/a:/x:O,ro"]}, "mounts[0]"),
        ({"mounts": ["/a:/x:upperdir=/u"]}, "mounts[0]"),
        ({"mounts": [{"type": "tmpfs", "source": "x", "destination": "/x"}]}, "mounts[0]"),
        ({"mounts": [{"type": "bind", "source": "x", "destination": "/x"}]}, "mounts[0]"),
        ({"mounts": [{"type": "volume"}]}, "mounts[0].destination"),
        ({"volumes_from": ["web:fast"]}, "volumes_from[0]"),
        ({"devices": ["/etc/passwd"]}, "devices[0]"),
        ({"devices": ["/dev/a:/dev/b:x"]}, "devices[0]"),
        ({"security_opts": ["colour=red"]}, "security_opts[0]"),
        ({"security_opts": ["seccomp=profile.json"]}, "security_opts[0]"),
        ({"security_opts": ["label=colour:red"]}, "security_opts[0]"),
        ({"sysctls": {"kernel.panic": "1"}}, "sysctls['kernel.panic']"),
        ({"sysctls": {"net.ipv4.ip_forward": " 1"}}, "sysctls['net.ipv4.ip_forward']"),
        ({"cgroup_parent": "/a/../b"}, "cgroup_parent"),
        ({"infra_name": "\ud800"}, "infra_name"),
        ({"ports": ["80:80"] * 300}, "ports"),
        ({"hostname": "a" * 5000}, "hostname"),
    ],
    ids=repr,
)
def test_a_value_that_cannot_be_is_named(host: Host, raw: dict[str, Any], field: str) -> None:
    found = problems(host, **raw)
    assert [one.field for one in found] == ([field] if field else [])
    assert all(one.message and one.status == 400 for one in found)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"restart_tries": 3}, "restart_tries"),
        ({"hostname": "box", "uts": "host"}, "hostname"),
        ({"infra": False, "ports": ["80:80"]}, "ports"),
        ({"infra": False, "share": "net"}, "share"),
        ({"infra": False, "dns_servers": ["10.0.0.53"]}, "dns_servers"),
        ({"infra": False, "network_mode": "host"}, "network_mode"),
        ({"infra": False, "infra_image": "x"}, "infra_image"),
        ({"infra": False, "infra_command": "x"}, "infra_command"),
        ({"infra": False, "no_manage_hosts": True}, "no_manage_hosts"),
        ({"infra": False, "mounts": ["vol:/x"]}, "mounts"),
        ({"infra": False, "extra_hosts": ["db:10.0.0.7"]}, "extra_hosts"),
        ({"share": "net,cgroup"}, "share"),
        ({"ipc": "host", "shm_size": "1m"}, "shm_size"),
        ({"userns": "auto", "uid_maps": ["0:100000:65536"]}, "uid_maps"),
        ({"uid_maps": ["0:100000:65536"], "subuid_name": "containers"}, "uid_maps"),
        ({"uid_maps": ["1:100000:65536"]}, "uid_maps"),
        ({"network_mode": "host", "ports": ["80:80"]}, "ports"),
        ({"network_mode": "none", "ports": ["80:80"]}, "ports"),
        ({"network_mode": "host", "networks": ["front"]}, "networks"),
        ({"network_mode": "none", "networks": [":ip=10.88.0.7"]}, "networks"),
        ({"network_mode": "slirp4netns", "networks": [":ip=10.88.0.7"]}, "networks"),
        ({"network_options": ["mtu=1500"]}, "network_options"),
        ({"network_mode": "none", "dns_servers": ["10.0.0.53"]}, "dns_servers"),
        ({"no_manage_resolv_conf": True, "dns_servers": ["10.0.0.53"]}, "dns_servers"),
        ({"no_manage_resolv_conf": True, "dns_options": ["ndots:2"]}, "dns_options"),
        ({"no_manage_hosts": True, "extra_hosts": ["db:10.0.0.7"]}, "extra_hosts"),
        ({"dns_searches": [".", "example.com"]}, "dns_searches"),
        ({"share_parent": False, "resources": {"memory": "64m"}}, "resources"),
        ({"resources": {"memory_swap": "64m"}}, "resources.memory_swap"),
        ({"resources": {"memory": "64m", "memory_swap": "32m"}}, "resources.memory_swap"),
        ({"resources": {"pids_limit": 5}}, "resources.pids_limit"),
        ({"resources": {"memory_reservation": "32m"}}, "resources.memory_reservation"),
        ({"network_mode": "host", "sysctls": {"net.ipv4.ip_forward": "1"}}, "sysctls"),
        ({"ipc": "host", "sysctls": {"kernel.shmmax": "1"}}, "sysctls"),
    ],
    ids=repr,
)
def test_what_does_not_go_together_is_named(host: Host, raw: dict[str, Any], field: str) -> None:
    found = problems(host, **raw)
    assert [(one.field, one.code) for one in found] == [(field, "conflict")]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"networks": ["front", "front"]}, "networks"),
        ({"networks": ["a:mac=92:00:00:00:00:01", "b:mac=92:00:00:00:00:01"]}, "networks"),
        ({"mounts": ["a:/x", "b:/x/"]}, "mounts"),
        ({"uid_maps": ["0:1000:10", "5:2000:10"]}, "uid_maps"),
        ({"uid_maps": ["0:1000:10", "10:1009:10"]}, "uid_maps"),
        ({"ports": ["8000-8010:80-90", "8005:5"]}, "ports[1].host_port"),
        ({"ports": ["127.0.0.1:80:80", "80:81"]}, "ports[1].host_port"),
        ({"ports": ["0.0.0.0:80:80", "127.0.0.1:80:81"]}, "ports[1].host_port"),
        ({"infra_name": "fresh"}, "infra_name"),
        ({"resources": {"device_read_bps": ["/dev/sda:1m", "/dev/sda:2m"]}}, "resources.device_read_bps"),
    ],
    ids=repr,
)
def test_what_is_there_twice_is_named(host: Host, raw: dict[str, Any], field: str) -> None:
    assert said(host, **raw) == {(field, "duplicate")}


def test_ports_of_other_addresses_and_protocols_go_together(host: Host) -> None:
    ports = ["127.0.0.1:80:80", "127.0.0.2:80:80", "127.0.0.1:80:80/udp", "81:80", "80", "80"]
    assert said(host, ports=ports) == set()


def test_what_a_version_would_ignore_is_refused_with_the_version_that_brings_it(host: Host) -> None:
    raw: dict[str, Any] = {
        "restart_policy": "always",
        "ipc": "private",
        "hosts_file": "image",
        "extra_hosts": ["up:host-gateway"],
        "network_mode": "pasta",
    }
    old = engine(host)
    found = {one.field: one for one in problems(old, **raw)}
    assert set(found) == set(raw)
    assert {one.code for one in found.values()} == {"unsupported"}
    assert "4.6" in found["restart_policy"].message
    assert "4.3.1" in found["restart_policy"].hint
    assert problems(engine(host, "5.8.2"), **raw) == []


def test_without_infra_container_only_newer_engines_have_a_cgroup_to_limit(host: Host) -> None:
    raw: dict[str, Any] = {"infra": False, "resources": {"memory": "64m"}}
    assert said(engine(host), **raw) == {("resources", "unsupported")}
    assert said(engine(host, "4.7.0"), **raw) == set()


def test_what_the_engine_is_decides_what_it_takes(host: Host) -> None:
    rootful = engine(host)
    assert said(rootful, userns="keep-id") == {("userns", "unsupported")}
    assert said(rootful, cgroup_parent="/a.slice") == {("cgroup_parent", "invalid")}
    assert said(rootful, resources={"cpus": 3}) == {("resources.cpu_quota", "out_of_range")}
    rootless = engine(host, rootless=True, cgroup_manager="systemd")
    assert said(rootless, userns="keep-id:uid=1000") == set()
    assert said(rootless, cgroup_parent="/a") == {("cgroup_parent", "invalid")}
    assert said(rootless, cgroup_parent="a.slice") == set()
    assert said(rootless, resources={"memory": "64m"}) == {("resources", "unsupported")}
    assert said(engine(host, rootless=True, cgroup_version="v2"), resources={"memory": "64m"}) == set()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"resources": {"cpuset_cpus": "0-4"}}, {("resources.cpuset_cpus", "out_of_range")}),
        ({"resources": {"cpuset_cpus": "0-3"}}, set()),
        ({"resources": {"cpuset_mems": "1"}}, {("resources.cpuset_mems", "out_of_range")}),
        (
            {"resources": {"device_read_bps": ["/dev/sda:1m", "/dev/sdz:1m"]}},
            {("resources.device_read_bps[1].path", "unknown_device")},
        ),
        ({"networks": ["back"]}, {("networks[0].name", "unknown_network")}),
        ({"networks": ["front:ip=10.89.0.7,ip6=fd00:89::7"]}, set()),
        ({"networks": ["front:ip=10.90.0.7"]}, {("networks[0].static_ips[0]", "out_of_range")}),
        ({"networks": ["front:ip=10.89.0.255"]}, {("networks[0].static_ips[0]", "out_of_range")}),
        ({"networks": [":ip=10.88.0.7"]}, set()),
        ({"networks": [":ip=10.89.0.7"]}, {("networks[0].static_ips[0]", "out_of_range")}),
        ({"networks": ["bridge", "podman"]}, {("networks", "duplicate")}),
    ],
    ids=repr,
)
def test_what_the_host_does_not_have_is_named(known: Host, raw: dict[str, Any], expected: set[Any]) -> None:
    assert said(known, **raw) == expected


def test_a_port_that_something_holds_is_taken(known: Host) -> None:
    (found,) = problems(known, ports=["80:80", "8080:80"])
    assert (found.field, found.code, found.status) == ("ports[1].host_port", "port_taken", 409)
    assert "front-proxy" in found.message
    assert said(known, ports=["5432:5432"]) == {("ports[0].host_port", "port_taken")}
    assert said(known, ports=["127.0.0.2:5432:5432", "5432:5432/udp", "8079:1", "8081:1"]) == set()


def test_what_another_pod_holds_is_taken_while_it_runs(known: Host) -> None:
    port = PortMapping(host_ip="0.0.0.0", host_port=9000, container_port=80, protocol="tcp")
    facts = InfraFacts(
        container_id=engine_id("web/infra"),
        name="web-infra",
        image="pause:1",
        port_bindings=(port,),
        addresses=(Address(network="podman", ip="10.88.0.9"),),
    )
    bring_online("alpha", pod("web", infra=facts), containers=members("web", "app"))
    raw: dict[str, Any] = {"ports": ["8999-9001:80-82"], "networks": ["bridge:ip=10.88.0.9"]}
    assert said(known, **raw) == {("ports[0].host_port", "port_taken"), ("networks[0].static_ips[0]", "ip_taken")}
    Pod.objects.update(state="Exited")
    assert said(known, **raw) == set()
    # What podweb asked for stays the pod's own.
    Pod.objects.update(spec_json=plain(PodSpec(name="web", networks=(NetworkAttachment(static_ips=("10.88.0.9",)),))))
    assert said(known, **raw) == {("networks[0].static_ips[0]", "ip_taken")}


def test_names_of_pods_and_containers_are_one_set(host: Host) -> None:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    assert said(host, name="web") == {("name", "name_taken")}
    assert said(host, name="app") == {("name", "name_taken")}
    assert said(host, infra_name="app") == {("infra_name", "name_taken")}
    bring_online("alpha")
    assert said(host, name="web", infra_name="app") == set()


def test_what_is_only_taken_is_a_conflict_and_what_is_wrong_as_well_is_not(host: Host) -> None:
    bring_online("alpha", pod("web"))
    with pytest.raises(InvalidSpec) as taken:
        parse_pod_spec({"name": "web"}, host)
    with pytest.raises(InvalidSpec) as both:
        parse_pod_spec({"name": "web", "hostname": "-"}, host)
    assert (taken.value.status, both.value.status) == (409, 400)
    assert taken.value.as_dict() == {
        "code": "name_taken",
        "message": "A pod named web exists on Alpha already.",
        "field": "name",
        "hint": "Choose another name.",
    }


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"image": ""}, "image"),
        ({"name": "web"}, "name"),
        ({"hostname": "box"}, "hostname"),
        ({"pull": "often"}, "pull"),
        ({"env": {"A B": "x"}}, "env['A B']"),
        ({"env": ["A"]}, "env[0]"),
        ({"workdir": "srv"}, "workdir"),
        ({"user": "a b"}, "user"),
        ({"command": 5}, "command"),
        ({"entrypoint": "'open"}, "entrypoint"),
        ({"stop_signal": "please"}, "stop_signal"),
        ({"stop_timeout": -1}, "stop_timeout"),
        ({"health": {"interval": 30}}, "health.command"),
        ({"health": {"command": "true", "interval": "often"}}, "health.interval"),
        ({"health": {"command": "true", "colour": "red"}}, "health.colour"),
        ({"health": 5}, "health"),
        ({"init": "twice"}, "init"),
        ({"init": "once"}, "init"),
        ({"cap_add": ["net admin"]}, "cap_add[0]"),
        ({"cap_add": ["NET_ADMIN"], "cap_drop": ["CAP_NET_ADMIN"]}, "cap_drop"),
        ({"resources": {"memory": "64m", "memory_reservation": "128m"}}, "resources.memory_reservation"),
        ({"resources": {"cpuset_cpus": "9"}}, "resources.cpuset_cpus"),
        ({"resources": {"pids_limit": 0}}, "resources.pids_limit"),
        ({"privileged": "yes"}, "privileged"),
        ({"ports": ["80:80"]}, "ports"),
    ],
    ids=repr,
)
def test_a_container_that_cannot_be_is_named(known: Host, raw: dict[str, Any], field: str) -> None:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    row = Pod.objects.select_related("host").get()
    with pytest.raises(InvalidSpec) as caught:
        parse_container_spec({"image": "example/image:1", **raw}, row)
    assert [one.field for one in caught.value.problems] == [field]


def test_an_init_container_has_to_end(known: Host) -> None:
    row = Pod(host=known, name="web", state="Exited")
    raw: dict[str, Any] = {"image": "example/image:1", "init": "once"}
    assert parse_container_spec(raw, row).init == "once"
    with pytest.raises(InvalidSpec) as caught:
        parse_container_spec({**raw, "restart_policy": "always", "health": "true"}, row)
    assert [one.field for one in caught.value.problems] == ["restart_policy", "health"]


@pytest.mark.parametrize("raw", [None, [], "x", 5, True])
def test_anything_but_an_object_is_no_spec(host: Host, raw: object) -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_pod_spec(raw, host)
    assert caught.value.field is None
