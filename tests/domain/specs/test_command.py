"""The command that would make the same pod, and reading such commands."""

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pods.domain.specs.command import argv, container_argv, parse_argv, quoted, sayable, size_text, unsaid
from pods.domain.specs.command_line import read_argv
from pods.domain.specs.numbers import size
from pods.messages.facts import PortMapping
from pods.messages.specs import ContainerSpec, DeviceRate, Mount, NetworkAttachment, PodSpec, Resources
from tests.specs import container_specs, pod_specs

RELAXED = settings(deadline=None)


@RELAXED
@given(spec=pod_specs(version=(5, 8)))
def test_the_command_says_the_whole_spec(spec: PodSpec) -> None:
    assert parse_argv(argv(spec)) == sayable(spec)


@RELAXED
@given(spec=pod_specs())
def test_a_shell_splits_the_line_into_the_same_words(spec: PodSpec) -> None:
    assert shlex.split(quoted(argv(spec))) == argv(spec)


@RELAXED
@given(
    words=st.lists(
        st.sampled_from(["--share", "-p", "--network", "=", "--", "web", "--infra", "-", "x:y:z", "--ip"]) | st.text()
    )
)
def test_no_command_line_breaks_the_reader(words: list[str]) -> None:
    parse_argv(["podman", "pod", "create", *words])
    parse_argv(words)


@RELAXED
@given(number=st.integers(1, 2**63 - 1))
def test_a_size_reads_back_to_the_byte(number: int) -> None:
    assert size(size_text(number)) == number


def test_what_a_person_types_is_read() -> None:
    line = (
        "/usr/bin/podman --log-level=debug pod create --replace -p 8080:80 --publish=127.0.0.1:53:53/udp,443:443 "
        "-l app=web --label 'note=a, b' --net n1:ip=10.89.1.5,alias=web --share +pid --dns-opt ndots:2 -h box "
        "--memory 64m --cpus=1.5 --no-hosts --infra-conmon-pidfile=/run/x.pid --volume /srv:/srv:ro,z web"
    )
    found = parse_argv(shlex.split(line))
    assert found == PodSpec(
        name="web",
        hostname="box",
        labels={"app": "web", "note": "a, b"},
        infra_conmon_pid_file="/run/x.pid",
        share=("ipc", "net", "pid", "uts"),
        network_mode="bridge",
        networks=(NetworkAttachment(name="n1", static_ips=("10.89.1.5",), aliases=("web",)),),
        ports=(
            PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),
            PortMapping(host_ip="127.0.0.1", host_port=53, container_port=53, protocol="udp"),
            PortMapping(host_ip="", host_port=443, container_port=443, protocol="tcp"),
        ),
        dns_options=("ndots:2",),
        no_manage_hosts=True,
        resources=Resources(memory=64 << 20, cpu_period=100_000, cpu_quota=150_000),
        mounts=(Mount(type="bind", source="/srv", destination="/srv", options=("ro", "z")),),
    )


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--share", ""], PodSpec(name="web", infra=False)),
        (["--share", "none"], PodSpec(name="web", infra=False)),
        (["--infra", "--share", ""], PodSpec(name="web", share=())),
        (["--infra=false"], PodSpec(name="web", infra=False)),
        (["--share-parent=false"], PodSpec(name="web", share_parent=False)),
        (["--dns", "none"], PodSpec(name="web", no_manage_resolv_conf=True)),
        (["--network", "slirp4netns:mtu=1500,cidr=10.0.0.0/24"],
         PodSpec(name="web", network_mode="slirp4netns", network_options=("mtu=1500", "cidr=10.0.0.0/24"))),
        (["--ip", "10.88.0.9", "--mac-address", "92-D0-C6-0A-29-33"],
         PodSpec(name="web", network_mode="bridge",
                 networks=(NetworkAttachment(static_ips=("10.88.0.9",), static_mac="92:d0:c6:0a:29:33"),))),
        (["--network", "a,b"],
         PodSpec(name="web", network_mode="bridge",
                 networks=(NetworkAttachment(name="a"), NetworkAttachment(name="b")))),
        (["--network", "bridge", "--network", "a"],
         PodSpec(name="web", network_mode="bridge", networks=(NetworkAttachment(), NetworkAttachment(name="a")))),
        (["--network", "bridge"], PodSpec(name="web", network_mode="bridge")),
        (["--restart", "on-failure:3"], PodSpec(name="web", restart_policy="on-failure", restart_tries=3)),
        (["--sysctl", '"net.ipv4.ip_local_reserved_ports=1,2"'],
         PodSpec(name="web", sysctls={"net.ipv4.ip_local_reserved_ports": "1,2"})),
    ],
)  # fmt: skip
def test_podmans_own_reading_of_its_flags_is_followed(flags: list[str], expected: PodSpec) -> None:
    assert parse_argv(["podman", "pod", "create", *flags, "--name", "web"]) == expected
    assert parse_argv(["podman", "pod", "create", *flags, "web"]) == expected


def test_what_cannot_be_read_is_told() -> None:
    found = read_argv(
        ["podman", "pod", "create", "--gpus", "all", "--future", "--memory", "lots", "--label", "a=b", "web"]
    )
    assert found == (PodSpec(name="web", labels={"a": "b"}), ("--gpus=all", "--future=true", "--memory=lots"))


@pytest.mark.parametrize(
    "words", [[], ["podweb", "operation", "1"], ["podman", "kube", "play", "x"], ["pod", "create"]]
)
def test_another_command_is_none(words: list[str]) -> None:
    assert parse_argv(words) is None


def test_what_the_command_cannot_say_is_named() -> None:
    spec = PodSpec(
        name="web",
        ipc="private",
        infra_command=("sh", "-c", "sleep 1"),
        resources=Resources(
            cpu_period=50_000, cpu_quota=25_000, device_read_iops=(DeviceRate(path="/dev/sda", rate=5),)
        ),
    )
    assert set(unsaid(spec)) == {"ipc", "infra_command", "resources.cpu_period", "resources.device_read_iops"}
    assert argv(spec) == ["podman", "pod", "create", "--name", "web", "--cpus", "0.5"]
    assert unsaid(replace(spec, ipc="", infra_command=(), resources=Resources(memory=1 << 30))) == {}
    cut = Resources(cpu_period=100_000, cpu_quota=50_000, cpuset_cpus="0-1")
    assert set(unsaid(PodSpec(name="web", resources=cut))) == {"resources.cpuset_cpus"}
    assert unsaid(PodSpec(name="web", resources=replace(cut, cpu_quota=150_000))) == {}


def test_a_container_in_words() -> None:
    spec = ContainerSpec(
        image="example/image:1",
        entrypoint=("sh", "-c"),
        command=("echo $HOME",),
        env={"GREETING": "hello, world"},
        init="once",
        mounts=(Mount(type="tmpfs", destination="/tmp", options=("size=64m",)),),
    )
    assert quoted(container_argv(spec, "web")) == (
        "podman create --pod web --init-ctr once --entrypoint '[\"sh\", \"-c\"]' --env 'GREETING=hello, world' "
        "--tmpfs /tmp:size=64m example/image:1 'echo $HOME'"
    )


@RELAXED
@given(spec=container_specs(health=True, uts=False))
def test_every_containers_command_ends_with_its_image_and_words(spec: ContainerSpec) -> None:
    words = container_argv(spec, "web")
    assert words[-1 - len(spec.command) :] == [spec.image, *spec.command]
    if spec.entrypoint is not None and len(spec.entrypoint) > 1:
        assert json.dumps(spec.entrypoint) in words
