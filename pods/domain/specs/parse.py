"""From plain JSON to a spec, for the form and the API alike. Everything that is wrong is said at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from pods.domain.errors import FieldProblem, InvalidSpec
from pods.domain.specs import limits, shapes, values
from pods.domain.specs.container_rules import container_checks, container_rules
from pods.domain.specs.host_checks import host_checks
from pods.domain.specs.numbers import size
from pods.domain.specs.reading import LONGEST_VALUE, Fault, Reader, shown, sound
from pods.domain.specs.rules import DEFAULT_SHARE, SHARED, pod_rules
from pods.messages.specs import ContainerSpec, NetworkAttachment, PodSpec
from pods.models import Host, Pod

MOST_PROBLEMS = 50
RESTART = ("no", "always", "on-failure", "unless-stopped")
PID = values.namespace("host", "private")
IPC = values.namespace("host", "private", "shareable", "none")
USERNS = values.Mode(("host", "auto", "keep-id", "nomap"), options=("auto", "keep-id"))
NETWORK = values.Mode(("none", "host", "bridge", "slirp4netns", "pasta", "private"))


def parse_pod_spec(raw: object, host: Host) -> PodSpec:
    """Return the pod that ``raw`` (JSON as the API takes it) asks for, in its normal form. Raises InvalidSpec.

    Every field may be in the spec's own shape or in the short text that people write; see ``shapes``.
    """
    reader = _reader(raw)
    spec = normal(_pod(reader))
    reader.done()
    _raise(reader.problems, [*pod_rules(spec), *host_checks(spec, host)])
    return spec


def parse_container_spec(raw: object, pod: Pod) -> ContainerSpec:
    """Return the container that ``raw`` asks for, to be added to ``pod``. Raises InvalidSpec."""
    reader = _reader(raw)
    spec = _container(reader)
    reader.done()
    _raise(reader.problems, [*container_rules(spec), *container_checks(spec, pod)])
    return spec


def normal(spec: PodSpec) -> PodSpec:
    """Return the spec in the one form that equal specs share: sets sorted, modes said that others imply."""
    mode = spec.network_mode
    if spec.networks and not mode:
        mode = "bridge"
    share = None if spec.share is None else tuple(sorted(set(spec.share)))
    if mode == "private" and not spec.networks:
        mode = ""
    # The default network comes first, as the command has to say it.
    networks = tuple(sorted(spec.networks, key=lambda one: one.name != ""))
    if networks == (NetworkAttachment(),):
        # The mode bridge alone joins the default network.
        networks = ()
    return replace(spec, network_mode=mode, share=share, networks=networks)


def _reader(raw: object) -> Reader:
    if not isinstance(raw, Mapping):
        raise InvalidSpec([FieldProblem("", "invalid", "This must be a JSON object.")])
    return Reader(raw, [])


def _raise(read: list[FieldProblem], checked: Iterable[FieldProblem]) -> None:
    # A field that could not be read is at its default, so what the checks say of it would mislead.
    unread = {problem.field.partition("[")[0].partition(".")[0] for problem in read}
    problems = [*read, *(one for one in checked if one.field.partition("[")[0].partition(".")[0] not in unread)]
    if problems:
        raise InvalidSpec(problems[:MOST_PROBLEMS])


def _pod(reader: Reader) -> PodSpec:
    no_mode: tuple[str, tuple[str, ...]] = ("", ())
    mode, options = reader.value("network_mode", _mode, no_mode)
    asked = reader.texts("network_options")
    return PodSpec(
        name=_needed(reader, "name", values.pod_name),
        hostname=reader.text("hostname", values.hostname),
        labels=reader.mapping("labels", values.label_key),
        exit_policy=reader.choice("exit_policy", ("", "continue", "stop")),
        restart_policy=reader.choice("restart_policy", ("", *RESTART)),
        restart_tries=reader.number("restart_tries", 0, 10**6),
        infra=reader.flag("infra", default=True),
        infra_image=reader.text("infra_image", values.image),
        infra_command=reader.value("infra_command", values.command, ()),
        infra_name=reader.text("infra_name", values.pod_name),
        infra_conmon_pid_file=reader.text("infra_conmon_pid_file", values.path),
        share=reader.value("share", _share, None),
        pid=reader.text("pid", PID),
        ipc=reader.text("ipc", IPC),
        uts=reader.text("uts", PID),
        userns=reader.text("userns", USERNS),
        uid_maps=reader.items("uid_maps", shapes.id_map),
        gid_maps=reader.items("gid_maps", shapes.id_map),
        subuid_name=reader.text("subuid_name", values.user),
        subgid_name=reader.text("subgid_name", values.user),
        network_mode=mode,
        network_options=(*options, *asked),
        networks=reader.items("networks", shapes.network),
        ports=reader.items("ports", shapes.port),
        dns_servers=reader.texts("dns_servers", values.address),
        dns_searches=reader.texts("dns_searches", values.search_domain),
        dns_options=reader.texts("dns_options", values.dns_option),
        extra_hosts=reader.texts("extra_hosts", values.extra_host),
        no_manage_resolv_conf=reader.flag("no_manage_resolv_conf"),
        no_manage_hosts=reader.flag("no_manage_hosts"),
        no_manage_hostname=reader.flag("no_manage_hostname"),
        hosts_file=reader.text("hosts_file", lambda text: text if text in {"image", "none"} else values.path(text)),
        resources=limits.resources(reader.within("resources")),
        shm_size=reader.value("shm_size", size, None),
        shm_size_systemd=reader.value("shm_size_systemd", size, None),
        mounts=reader.items("mounts", shapes.mount),
        volumes_from=reader.texts("volumes_from", values.volumes_from),
        devices=reader.texts("devices", values.device),
        security_opts=reader.texts("security_opts", values.security_opt),
        sysctls=reader.mapping("sysctls", values.sysctl, values.sysctl_value),
        cgroup_parent=reader.text("cgroup_parent", values.cgroup_parent),
        share_parent=reader.flag("share_parent", default=True),
    )


def _container(reader: Reader) -> ContainerSpec:
    return ContainerSpec(
        image=_needed(reader, "image", values.image),
        name=reader.text("name", values.pod_name),
        pull=reader.choice("pull", ("missing", "always", "newer", "never")) or "missing",
        command=reader.value("command", values.command, ()),
        entrypoint=reader.value("entrypoint", values.command, None),
        env=reader.mapping("env", values.variable, longest=LONGEST_VALUE),
        workdir=reader.text("workdir", values.path),
        user=reader.text("user", values.user),
        labels=reader.mapping("labels", values.label_key),
        terminal=reader.flag("terminal"),
        stdin=reader.flag("stdin"),
        hostname=reader.text("hostname", values.hostname),
        mounts=reader.items("mounts", shapes.mount),
        volumes_from=reader.texts("volumes_from", values.volumes_from),
        devices=reader.texts("devices", values.device),
        resources=limits.resources(reader.within("resources")),
        restart_policy=reader.choice("restart_policy", ("", *RESTART)),
        restart_tries=reader.number("restart_tries", 0, 10**6),
        stop_signal=reader.text("stop_signal", values.signal),
        stop_timeout=reader.number("stop_timeout", 0, 10**6),
        health=reader.value("health", lambda value: reader.one("health", value, limits.health), None),
        init=reader.choice("init", ("", "once", "always")),
        cap_add=reader.texts("cap_add", values.capability),
        cap_drop=reader.texts("cap_drop", values.capability),
        security_opts=reader.texts("security_opts", values.security_opt),
        privileged=reader.flag("privileged"),
        read_only=reader.flag("read_only"),
    )


def _needed(reader: Reader, name: str, read: Any) -> str:
    found = reader.text(name, read)
    if not found and not reader.problems:
        reader.add(name, Fault("This is needed.", code="required"))
    return found


def _mode(value: object) -> tuple[str, tuple[str, ...]]:
    """Read a network mode; slirp4netns and pasta may bring their options behind a colon."""
    text = sound(value)
    word, _, rest = text.partition(":")
    if word in {"slirp4netns", "pasta"} and rest:
        return word, tuple(rest.split(","))
    return NETWORK(text), ()


def _share(value: object) -> tuple[str, ...]:
    """Read the namespaces to share: a list, or a text as --share takes it, where + adds to the default ones."""
    words: list[str] = []
    if isinstance(value, str):
        text = sound(value)
        words = [*DEFAULT_SHARE] if text.startswith("+") else []
        value = [] if text == "none" else text.removeprefix("+").split(",")
    if not isinstance(value, list | tuple) or len(value) > 20:
        raise Fault("This must be a list of namespaces.", f"Among {', '.join(SHARED)}.")
    for word in value:
        if word in ("mnt", "mount", "user"):
            raise Fault(f"A pod cannot share {word}.", "Mounts are shared by volumes; user by userns.")
        if word not in SHARED:
            raise Fault(f"There is no namespace {shown(word)}.", f"Among {', '.join(SHARED)}.")
        words.append(word)
    return tuple(dict.fromkeys(words))
