"""Against a real engine: our counters are the kernel's, the engine's, and the truth."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from pods.cgroups.layout import container_path, detect, pod_path
from pods.cgroups.network import NetworkReader, host_inodes, namespace_inode
from pods.cgroups.reader import CgroupGoneError, CgroupReader
from pods.cgroups.usage import usage
from tests.hosts import Box
from tests.hosts.cgroups import memory_used

pytestmark = pytest.mark.engine
BURN = "while :; do :; done"
SENT = 5_000_000


def proc_of(box: Box) -> Path:
    """Return the box's /proc: its own process numbers, cgroup paths as this process sees them."""
    return Path(f"/proc/{box.pid}/root/proc")


def run_container(box: Box, pod: str, *command: str) -> tuple[str, int]:
    """Start a container in a pod; return its id and its process."""
    container = box.podman("run", "-d", "--pod", pod, box.image, *command).stdout.strip()
    return container, pid_of(box, container)


def pid_of(box: Box, container: str) -> int:
    return int(box.podman("inspect", "--format", "{{.State.Pid}}", container).stdout)


def path_of(box: Box, pid: int) -> str:
    path = container_path(pid, proc_of(box))
    assert path is not None
    return path


def engine_stats(box: Box, container: str) -> dict[str, Any]:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(box.socket)), base_url="http://box", timeout=10) as client:
        answer = client.get(f"/v4.0.0/libpod/containers/stats?containers={container}&stream=false").json()
    stats: dict[str, Any] = answer["Stats"][0]
    return stats


def on_cpu(box: Box, pid: int) -> tuple[int, int]:
    """Return (now, time on the processor) of a process with one thread, in ns, as the scheduler counts it."""
    text = (proc_of(box) / str(pid) / "schedstat").read_text()
    return time.monotonic_ns(), int(text.split()[0])


def test_a_frozen_containers_counters_are_the_kernels_and_the_engines(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "p")
    container, pid = run_container(box, "p", "sh", "-c", f"head -c 300000 /dev/zero > /f; {BURN}")
    box.podman("pause", container)
    layout = detect()
    reader = CgroupReader(layout, path_of(box, pid))
    now, again, stats = reader.read(), reader.read(), engine_stats(box, container)
    assert (now.cpu, now.pids, now.read, now.write) == (again.cpu, again.pids, again.read, again.write)
    assert now.cpu == stats["CPUNano"]
    assert now.pids == stats["PIDs"]
    assert (now.read, now.write) == (stats["BlockInput"], stats["BlockOutput"])
    if layout.version == "v1":
        memory = layout.directory("memory", reader.path)
        assert memory is not None
        # The kernel still sorts the frozen one's pages for a moment: what counts is a reading between two equal ones.
        before, now, after = memory_used(memory), reader.read(), memory_used(memory)
        until = time.monotonic() + 20
        while before != after and time.monotonic() < until:
            time.sleep(0.1)
            before, now, after = memory_used(memory), reader.read(), memory_used(memory)
        assert before == now.memory == after
    reader.close()


def test_the_pods_own_cgroup_holds_its_containers_and_more(clean_engine: Box) -> None:
    box = clean_engine
    pod = box.podman("pod", "create", "--name", "p").stdout.strip()
    started = [run_container(box, "p", "sleep", "1000") for _ in range(2)]
    parent = pod_path(path_of(box, started[0][1]), pod)
    assert parent is not None
    infra = box.podman("pod", "inspect", "p", "--format", "{{.InfraContainerID}}").stdout.strip()
    readers = [CgroupReader(detect(), path_of(box, pid)) for pid in (pid_of(box, infra), *(p for _, p in started))]
    members = [reader.read() for reader in readers]
    reader = CgroupReader(detect(), parent)
    total = reader.read()
    for open_reader in (reader, *readers):
        open_reader.close()
    # Three conmons stand in the pod's cgroup beside the three containers.
    assert total.pids is not None
    assert total.pids >= sum(one.pids or 0 for one in members) + 3
    assert (total.memory or 0) > sum(one.memory or 0 for one in members)
    assert (total.cpu or 0) > sum(one.cpu or 0 for one in members)


def test_a_burner_burns_what_the_scheduler_says(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "p")
    _, pid = run_container(box, "p", "sh", "-c", BURN)
    reader = CgroupReader(detect(), path_of(box, pid))
    (before_at, before_cpu), before = on_cpu(box, pid), reader.read()
    time.sleep(1.2)
    (after_at, after_cpu), after = on_cpu(box, pid), reader.read()
    reader.close()
    truth = (after_cpu - before_cpu) / (after_at - before_at) * 100
    one = usage(before, after, missing=reader.missing, memory_total=1)
    assert truth > 10
    assert one.cpu == pytest.approx(truth, abs=2)


def test_a_pod_that_receives_has_received_once(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "p", "--infra-name", "p-infra")
    # Each end of nc leaves when the other has no more to say: the receiver keeps its own input open.
    _, pid = run_container(box, "p", "sh", "-c", "sleep 1000 | nc -l -p 9000 > /dev/null")
    infra_pid = pid_of(box, "p-infra")
    assert namespace_inode(pid, proc_root=proc_of(box)) == namespace_inode(infra_pid, proc_root=proc_of(box))
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = box.podman("inspect", "--format", template, "p-infra").stdout.strip()
    reader = NetworkReader(infra_pid, proc_of(box))
    before = reader.read()
    once = f"head -c {SENT} /dev/zero | busybox nc {address} 9000"
    send = f"for i in 1 2 3 4 5 6 7 8 9; do {once} && break; sleep 0.1; done"  # until it listens
    box.run("sh", "-c", send)
    until = time.monotonic() + 5
    while (now := reader.read())[0] - before[0] < SENT and time.monotonic() < until:
        time.sleep(0.02)
    reader.close()
    assert SENT <= now[0] - before[0] < SENT * 1.2
    assert now[1] - before[1] < SENT / 5


def test_the_hosts_network_is_told_from_a_pods(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "own", "--infra-name", "own-infra")
    box.podman("pod", "create", "--name", "hosts", "--network", "host", "--infra-name", "hosts-infra")
    box.podman("pod", "start", "own", "hosts")
    host = host_inodes(proc_of(box))
    assert namespace_inode(pid_of(box, "own-infra"), proc_root=proc_of(box)) not in host
    assert namespace_inode(pid_of(box, "hosts-infra"), proc_root=proc_of(box)) in host


def test_a_container_that_ended_is_gone(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "p")
    container, pid = run_container(box, "p", "sleep", "1000")
    path = path_of(box, pid)
    reader = CgroupReader(detect(), path)
    reader.read()
    box.podman("kill", container)
    box.podman("wait", container)
    try:
        with pytest.raises(CgroupGoneError):
            reader.read()
        with pytest.raises(CgroupGoneError):
            CgroupReader(detect(), path)
    finally:
        reader.close()
    assert container_path(pid, proc_of(box)) is None
