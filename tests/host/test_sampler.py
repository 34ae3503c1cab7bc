"""The sampler on a real engine, seen from inside and outside its box by the test's own kernel files."""

import json
import time
from pathlib import Path

import pytest

from pods.host.sampler import Sampler
from pods.messages.live import LiveTick
from tests.host.conftest import Desk
from tests.hosts.cgroups import CGROUP

pytestmark = pytest.mark.engine


@pytest.fixture
def sampler(desk: Desk) -> Sampler:
    # The engine's pids are those of its box; the paths in /proc/PID/cgroup are seen from the outer cgroup namespace.
    proc = Path(f"/proc/{desk.box.pid}/root/proc")
    return Sampler("alpha", desk.worker.inventory, lambda tick: None, cgroup_root=CGROUP, proc_root=proc)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def pods(tick: LiveTick) -> list[dict[str, object]]:
    return [json.loads(text) for text in tick["pods"].values()]


def test_running_pods_are_sampled_and_others_are_not(desk: Desk, sampler: Sampler) -> None:
    desk.make("web", "app")
    desk.box.podman("pod", "create", "--name", "idle")
    desk.worker.observer.observe_all(desk.worker.connection.engine())
    first = sampler.sample_once()
    assert len(first["pods"]) == 1
    time.sleep(0.1)
    (usage,) = pods(sampler.sample_once())
    assert usage["source"] == "cgroup v1"
    total = usage["total"]
    assert isinstance(total, dict)
    assert {"cpu", "memory", "memory_limit", "pids", "received", "sent", "read", "write"} <= set(total)
    containers = usage["containers"]
    assert isinstance(containers, dict)
    assert len(containers) == 2
    # conmon of each container is in the pod's cgroup and in no container's.
    assert total["pids"] > sum(one["pids"] for one in containers.values())
    assert all("received" not in one for one in containers.values())
    sampler.stop()


def test_the_first_sample_knows_no_rates_and_says_why(desk: Desk, sampler: Sampler) -> None:
    desk.make("web", "app")
    desk.worker.observer.observe_all(desk.worker.connection.engine())
    (usage,) = pods(sampler.sample_once())
    total = usage["total"]
    assert isinstance(total, dict)
    assert "cpu" not in total
    assert "first sample" in total["missing"]["cpu"]
    assert total["memory"] > 0
    sampler.stop()


def test_files_are_opened_once_and_closed_when_a_pod_is_gone(desk: Desk, sampler: Sampler) -> None:
    desk.make("web", "app")
    engine = desk.worker.connection.engine()
    desk.worker.observer.observe_all(engine)
    before = open_files()
    sampler.sample_once()
    opened = open_files()
    for _ in range(5):
        sampler.sample_once()
    assert open_files() == opened > before
    desk.box.podman("pod", "rm", "-f", "--time", "0", "web")
    # Before the watcher knows: a vanished cgroup costs nobody else's numbers.
    sampler.sample_once()
    desk.worker.observer.observe_all(engine)
    assert sampler.sample_once()["pods"] == {}
    assert open_files() == before
    sampler.stop()


def test_a_pod_on_the_hosts_network_has_no_network_numbers(desk: Desk, sampler: Sampler) -> None:
    desk.make("web", "app", pod=("--network", "host"))
    desk.worker.observer.observe_all(desk.worker.connection.engine())
    sampler.sample_once()
    (usage,) = pods(sampler.sample_once())
    total = usage["total"]
    assert isinstance(total, dict)
    assert "received" not in total
    assert "host network" in total["missing"]["received"]
    sampler.stop()
