"""The same pod in other words: kube YAML and Quadlet files, read as those who take them read them."""

from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from msgspec.structs import replace

from pods.domain.specs.command import argv, parse_argv, quoted, sayable
from pods.domain.specs.kube import kube_yaml
from pods.domain.specs.preview import container_previews, previews
from pods.domain.specs.quadlet import CONTAINER_KEYS, POD_KEYS, container_quadlet, quadlet
from pods.messages.facts import PortMapping
from pods.messages.specs import ContainerSpec, HealthCheck, Mount, PodSpec, Resources
from pods.models import Host, Pod
from tests.builders import bring_online, pod
from tests.specs import container_specs, pod_specs

RELAXED = settings(deadline=None)


def entries(text: str, section: str) -> list[tuple[str, str]]:
    """Return a unit file's keys and values as Quadlet and systemd leave them to the command."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and line and not line.startswith("#"):
            lines.append(line)
    split = [line.partition("=") for line in lines]
    return [(key, value.replace("%%", "%").replace("$$", "$")) for key, _, value in split]


def words(text: str) -> Iterator[str]:
    """Split as systemd does: double quotes, C escapes within them."""
    rest = iter(text)
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    for first in rest:
        if first == " ":
            continue
        word, quoted_word = "", first == '"'
        one = next(rest, "") if quoted_word else first
        while one and one != ('"' if quoted_word else " "):
            if one == "\\":
                one = next(rest)
                one = escapes.get(one, one)
            word += one
            one = next(rest, "")
        yield word


FLAGS = {key: flag for flag, (key, _) in POD_KEYS.items()}


@RELAXED
@given(spec=pod_specs(version=(5, 8)))
@pytest.mark.parametrize("version", ["5.0.0", "5.3.1", "5.8.2"])
def test_quadlets_reading_of_its_file_makes_the_same_pod(version: str, spec: PodSpec) -> None:
    made = ["podman", "pod", "create"]
    for key, value in entries(quadlet(spec, version), "Pod"):
        if key == "PodmanArgs":
            made += words(value)
        else:
            assert POD_KEYS[FLAGS[key]][1] <= tuple(int(one) for one in version.split(".")[:2])
            made += [FLAGS[key], *(words(value) if key == "Label" else [value])]
    # Quadlet would stop the pod with its last container, and cannot do without an infra container.
    asked = replace(spec, exit_policy=spec.exit_policy or "continue", infra=True, infra_conmon_pid_file="")
    assert parse_argv(made) == sayable(asked)


@RELAXED
@given(spec=container_specs(health=True, uts=False))
def test_a_containers_file_holds_its_words(spec: ContainerSpec) -> None:
    found = entries(container_quadlet(spec, "web"), "Container")
    keys = dict(found)
    assert (keys["Image"], keys["Pod"]) == (spec.image, "web.pod")
    assert tuple(words(keys.get("Exec", ""))) == spec.command
    env = [next(words(value)) for key, value in found if key == "Environment"]
    assert env == [f"{name}={value}" for name, value in spec.env.items()]
    known = {*CONTAINER_KEYS.values(), "Image", "Pod", "Exec", "PodmanArgs"}
    assert {key for key, _ in found} <= known


def test_a_quadlet_file_as_it_is_shown() -> None:
    spec = PodSpec(
        name="web",
        labels={"note": 'say "50 %"'},
        ports=(PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),),
        resources=Resources(memory=64 << 20),
        infra_conmon_pid_file="/run/web.pid",
    )
    assert quadlet(spec, "5.8.2") == (
        "# The monitor's pid file is Quadlet's own, by which systemd follows the pod.\n\n"
        "[Unit]\nDescription=Pod web\n\n"
        "[Pod]\nPodName=web\n"
        'Label="note=say \\"50 %%\\""\n'
        "ExitPolicy=continue\nPublishPort=8080:80\n"
        "PodmanArgs=--memory 64m\n\n"
        "[Install]\nWantedBy=default.target\n"
    )
    assert quadlet(spec, "4.3.1").startswith("# Podman 5.0 brings pods to Quadlet; this engine is 4.3.1.\n")


@RELAXED
@given(spec=pod_specs())
def test_the_yaml_says_what_kube_can_say_and_names_the_rest(spec: PodSpec) -> None:
    text = kube_yaml(spec, [ContainerSpec(image="example/image:1")])
    read = yaml.safe_load(text)
    assert read["metadata"].get("labels", {}) == spec.labels
    assert read["metadata"]["name"] == spec.name
    assert read["spec"].get("hostname", "") == spec.hostname
    assert read["spec"].get("hostNetwork", False) == (spec.network_mode == "host")
    assert len(read["spec"]["containers"][0].get("ports", [])) == sum(one.range for one in spec.ports)
    assert len(read["spec"]["containers"][0].get("volumeMounts", [])) == len(spec.mounts)
    for field in ("infra_command", "security_opts", "devices", "cgroup_parent", "shm_size", "uid_maps"):
        assert (f": {field}" in text) == bool(getattr(spec, field))


@RELAXED
@given(spec=container_specs(health=True))
def test_a_containers_yaml_holds_its_words(spec: ContainerSpec) -> None:
    read = yaml.safe_load(kube_yaml(PodSpec(name="web"), [spec, ContainerSpec(image="example/image:1")]))["spec"]
    one = read["initContainers" if spec.init else "containers"][0]
    assert one.get("args", []) == list(spec.command)
    assert {env["name"]: env["value"] for env in one.get("env", [])} == spec.env
    assert one.get("securityContext", {}).get("runAsUser") == (0 if spec.user else None)
    assert ("livenessProbe" in one) == (spec.health is not None)


def test_a_yaml_as_it_is_shown() -> None:
    container = ContainerSpec(
        image="example/image:1",
        command=("serve", "yes"),
        env={"ON": "no"},
        user="1000:100",
        resources=Resources(memory=64 << 20, cpu_quota=50_000),
        mounts=(Mount(type="bind", source="/srv", destination="/srv", options=("ro",)),),
        health=HealthCheck(command=("true",)),
    )
    assert kube_yaml(PodSpec(name="web", restart_policy="always", share_parent=False), [container]) == (
        "# Not in the YAML: share_parent.\n"
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  restartPolicy: Always\n"
        "  volumes:\n  - name: srv-srv-bind\n    hostPath:\n      path: /srv\n"
        "  containers:\n  - name: container1\n    image: example/image:1\n    imagePullPolicy: IfNotPresent\n"
        "    args:\n    - serve\n    - 'yes'\n    env:\n    - name: 'ON'\n      value: 'no'\n"
        "    resources:\n      limits:\n        memory: 64Mi\n        cpu: 500m\n"
        "    securityContext:\n      runAsUser: 1000\n      runAsGroup: 100\n"
        "    volumeMounts:\n    - name: srv-srv-bind\n      mountPath: /srv\n      readOnly: true\n"
        "    livenessProbe:\n      exec:\n        command:\n        - /bin/sh\n        - -c\n        - 'true'\n"
        "      periodSeconds: 30\n      timeoutSeconds: 30\n      initialDelaySeconds: 0\n      failureThreshold: 3\n"
    )


@pytest.mark.django_db
def test_beside_the_form_stand_all_three_and_what_the_engine_lacks(host: Host) -> None:
    bring_online("alpha", pod("web", labels={"app": "web"}))
    row = Pod.objects.select_related("host").get()
    spec = PodSpec(name="fresh", ipc="private")
    found = previews(spec, row.host)
    assert found.command == quoted(argv(spec))
    assert "PodName=fresh" in found.quadlet
    assert yaml.safe_load(found.kube)["metadata"]["name"] == "fresh"
    assert found.unsupported["ipc"] == "4.5"
    assert set(found.unsaid) == {"ipc"}
    added = container_previews(ContainerSpec(image="example/image:1"), row)
    assert added.command == "podman create --pod web example/image:1"
    assert yaml.safe_load(added.kube)["metadata"] == {"name": "web", "labels": {"app": "web"}}
    assert "Pod=web.pod" in added.quadlet
