"""Hypothesis strategies that draw specs which a real engine accepts: Podman 4.3.1, rootful, cgroup v1, in a box."""

from typing import Any

from hypothesis import strategies as st

from pods.messages.facts import PortMapping
from pods.messages.specs import (
    ContainerSpec,
    HealthCheck,
    IdMap,
    Mount,
    NetworkAttachment,
    PodSpec,
    Resources,
)

IMAGE = "localhost/busybox:test"
MIB = 1 << 20
Version = tuple[int, int]

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=12).map("p-{}".format)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8).map("w{}x".format)
# What people put in values: blanks, quotes, other scripts, shell and systemd syntax.
values = st.text(st.sampled_from("aZ09 .,:;=/-_'\"\\$%#&*{}[]()ü猫"), max_size=20)
labels = st.dictionaries(st.builds("io.{}.{}".format, words, words), values, max_size=3)


def sometimes(strategy: st.SearchStrategy[Any], default: Any) -> st.SearchStrategy[Any]:
    """Draw the default as often as anything else: most pods set few options."""
    return st.one_of(st.just(default), strategy)


@st.composite
def ports(draw: st.DrawFn) -> tuple[PortMapping, ...]:
    """Ports that do not overlap, some of them ranges."""
    starts = draw(st.lists(st.integers(1250, 1800), max_size=3, unique=True))
    return tuple(
        PortMapping(
            host_ip=draw(st.sampled_from(["", "127.0.0.1"])),
            host_port=start * 16,
            container_port=draw(st.integers(1, 60000)),
            protocol=draw(st.sampled_from(["tcp", "udp"])),
            range=draw(st.integers(1, 4)),
        )
        for start in starts
    )


@st.composite
def resources(draw: st.DrawFn, *, cpus: int = 2) -> Resources:
    """Limits of a pod's cgroup."""
    memory = draw(sometimes(st.integers(32, 256).map(lambda size: size * MIB), None))
    swap = None if memory is None else draw(sometimes(st.sampled_from([-1, memory * 2]), None))
    cpu = draw(sometimes(st.integers(10, cpus * 100), None))
    return Resources(
        cpu_period=None if cpu is None else 100_000,
        cpu_quota=None if cpu is None else cpu * 1000,
        cpu_shares=draw(sometimes(st.integers(2, 10_000), None)),
        cpuset_cpus=draw(sometimes(st.sampled_from(["0", f"0-{cpus - 1}"]), "")),
        cpuset_mems=draw(sometimes(st.just("0"), "")),
        memory=memory,
        memory_swap=swap,
        blkio_weight=draw(sometimes(st.integers(10, 1000), None)),
    )


@st.composite
def mounts(draw: st.DrawFn) -> tuple[Mount, ...]:
    """Directories and volumes, each at a place of its own."""
    made: list[Mount] = []
    for number in range(draw(st.integers(0, 2))):
        options = tuple(draw(st.lists(st.sampled_from(["ro", "noexec", "nosuid"]), max_size=2, unique=True)))
        where = f"/mnt/{number}"
        if draw(st.booleans()):
            made.append(
                Mount(type="bind", source=draw(st.sampled_from(["/etc", "/tmp"])), destination=where, options=options)
            )
        else:
            made.append(Mount(type="volume", source=f"v{draw(words)}", destination=where, options=options))
    return tuple(made)


@st.composite
def networking(draw: st.DrawFn, *, name: str, static: bool) -> dict[str, Any]:
    """How the pod is connected: the fields that go together."""
    mode = draw(st.sampled_from(["", "", "bridge", "none", "host"]))
    found: dict[str, Any] = {"network_mode": mode}
    if mode == "bridge":
        ip = f"10.88.{draw(st.integers(100, 250))}.{draw(st.integers(2, 250))}"
        attachment = NetworkAttachment(
            name=draw(st.sampled_from(["", "podman"])),
            static_ips=draw(sometimes(st.just((ip,)), ())) if static else (),
            static_mac=draw(
                sometimes(st.integers(0, 0xFFFF).map(lambda n: f"92:d0:c6:0a:{n >> 8:02x}:{n & 255:02x}"), "")
            ),
            interface_name=draw(sometimes(st.just("net7"), "")),
        )
        found["networks"] = (attachment,)
    if mode in {"", "bridge"}:
        found["ports"] = draw(ports())
    if mode != "none":
        if draw(st.booleans()):
            found["no_manage_resolv_conf"] = True
        else:
            found["dns_servers"] = draw(sometimes(st.just(("10.0.0.53", "fd00::53")), ()))
            found["dns_searches"] = draw(sometimes(st.just(("example.com",)), ()))
            found["dns_options"] = draw(sometimes(st.just(("ndots:2", "rotate")), ()))
    if draw(st.booleans()):
        found["no_manage_hosts"] = True
    else:
        found["extra_hosts"] = draw(
            sometimes(st.builds(lambda word: (f"{word}:10.0.0.7", f"{word}6:fd00::7"), words), ())
        )
    if mode not in {"host", "none"}:
        found["sysctls"] = draw(sometimes(st.just({"net.ipv4.ip_default_ttl": "60"}), {}))
    return found


@st.composite
def pod_specs(draw: st.DrawFn, *, version: Version = (4, 3), cpus: int = 2, static: bool = True) -> PodSpec:
    """Draw a pod that the engine can make. ``static``: with addresses of its own out of 10.88.0.0/16."""
    name = draw(names)
    found: dict[str, Any] = {
        "name": name,
        "labels": draw(labels),
        "exit_policy": draw(st.sampled_from(["", "continue", "stop"])),
        "cgroup_parent": draw(sometimes(st.just("/podweb-test"), "")),
    }
    if version >= (4, 6):
        found["restart_policy"] = draw(st.sampled_from(["", "no", "always", "on-failure"]))
        if found["restart_policy"] == "on-failure":
            found["restart_tries"] = draw(sometimes(st.integers(1, 9), None))
    if draw(st.integers(0, 5)) == 0:
        return PodSpec(**found, infra=False)
    found |= draw(networking(name=name, static=static))
    found["share"] = draw(
        sometimes(
            st.lists(st.sampled_from(["ipc", "net", "uts", "pid"]), unique=True).map(lambda one: tuple(sorted(one))),
            None,
        )
    )
    found["pid"] = draw(st.sampled_from(["", "private", "host"]))
    found["uts"] = draw(st.sampled_from(["", "private", "host"]))
    if found["uts"] != "host":
        found["hostname"] = draw(sometimes(words, ""))
    found["infra_name"] = draw(sometimes(st.just(f"{name}-inf"), ""))
    found["infra_command"] = draw(sometimes(st.just(("/catatonit", "-P")), ()))
    found["infra_conmon_pid_file"] = draw(sometimes(st.just(f"/tmp/{name}.pid"), ""))
    found["share_parent"] = draw(st.sampled_from([True, True, False]))
    if found["share_parent"]:
        found["resources"] = draw(sometimes(resources(cpus=cpus), Resources()))
    found["shm_size"] = draw(sometimes(st.integers(1, 64).map(lambda size: size * MIB), None))
    found["mounts"] = draw(mounts())
    found["devices"] = draw(sometimes(st.sampled_from([("/dev/null:/dev/nothing",), ("/dev/zero:/dev/nil:rw",)]), ()))
    found["security_opts"] = tuple(
        draw(st.lists(st.sampled_from(["no-new-privileges", "seccomp=unconfined", "label=disable"]), unique=True))
    )
    if found["network_mode"] in {"", "bridge"} and found["pid"] != "host" and draw(st.integers(0, 3)) == 0:
        found["uid_maps"] = (IdMap(container_id=0, host_id=100_000, size=65_536),)
        found["gid_maps"] = found["uid_maps"]
        found["devices"] = ()  # runc cannot make them in a user namespace
        found.pop("sysctls", None)
    return PodSpec(**found)


@st.composite
def container_specs(
    draw: st.DrawFn, *, image: str = IMAGE, cpus: int = 2, health: bool = False, init: bool = True, uts: bool = True
) -> ContainerSpec:
    """Draw a container that runs for ever, or an init container that ends at once. ``uts``: its pod shares UTS."""
    kind: Any = draw(st.sampled_from(["", "", "once", "always"])) if init else ""
    check = HealthCheck(command=("true",), interval=draw(st.integers(1, 60)), retries=draw(st.integers(1, 5)))
    memory = draw(sometimes(st.integers(32, 128).map(lambda size: size * MIB), None))
    limits = Resources(
        memory=memory,
        memory_reservation=None if memory is None else draw(sometimes(st.just(memory // 2), None)),
        cpu_shares=draw(sometimes(st.integers(2, 10_000), None)),
        cpuset_cpus=draw(sometimes(st.just("0"), "")),
        pids_limit=draw(sometimes(st.integers(50, 500), None)),
    )
    return ContainerSpec(
        image=image,
        name=draw(sometimes(names.map("c{}".format), "")),
        pull="missing",
        command=("true",) if kind else ("sleep", "1000"),
        entrypoint=draw(sometimes(st.just(()), None)),
        env=draw(st.dictionaries(words.map(lambda word: word.replace("-", "_").upper()), values, max_size=3)),
        workdir=draw(st.sampled_from(["", "/", "/bin"])),  # all that the image has
        user=draw(st.sampled_from(["", "0", "0:0"])),
        labels=draw(labels),
        terminal=draw(st.booleans()),
        stdin=draw(st.booleans()),
        hostname="" if uts else draw(sometimes(words, "")),
        mounts=draw(mounts()),
        resources=limits,
        restart_policy="" if kind else draw(st.sampled_from(["", "no", "on-failure", "always"])),
        stop_signal=draw(st.sampled_from(["", "SIGTERM", "SIGINT"])),
        stop_timeout=draw(sometimes(st.integers(0, 5), None)),
        health=check if health and not kind and draw(st.booleans()) else None,
        init=kind,
        cap_add=draw(sometimes(st.just(("NET_ADMIN",)), ())),
        cap_drop=draw(sometimes(st.just(("MKNOD",)), ())),
        security_opts=draw(sometimes(st.just(("no-new-privileges",)), ())),
        read_only=draw(st.booleans()),
    )
