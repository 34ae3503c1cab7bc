"""The sampler on a real engine, seen from inside and outside its box by the test's own kernel files."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pods.host.looks import Looks
from pods.host.sampler import DETAIL_EVERY, Sampler
from pods.host.samples import Collector
from pods.messages.live import LiveTick
from pods.messages.samples import METRICS
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


def test_details_come_each_second_for_the_pod_that_somebody_looks_at_alone(desk: Desk, sampler: Sampler) -> None:
    desk.make("web", "app")
    desk.make("db", "store")
    desk.worker.observer.observe_all(desk.worker.connection.engine())
    web = desk.box.podman("pod", "inspect", "web", "--format", "{{.ID}}").stdout.strip()
    for _ in range(DETAIL_EVERY):
        assert "detail" not in str(sampler.sample_once()["pods"])
    sampler.looks.look(web, 5)
    sampler.sample_once()
    time.sleep(0.1)
    tick = sampler.sample_once()
    looked = json.loads(tick["pods"].pop(web))
    for one in (looked["total"], *looked["containers"].values()):
        detail = one["detail"]
        assert 0.05 < detail["seconds"] < 5
        assert {"cpu_user", "cpu_system", "throttled", "memory_anon", "memory_kernel", "events"} <= set(detail)
        assert set(detail["pressure"]) >= {"cpu_some", "io_full"} or "cpu_pressure" in detail["missing"]
    assert looked["total"]["detail"]["memory_kernel"] > 0
    assert "detail" not in str(tick["pods"])
    sampler.stop()


def test_a_look_ends_by_itself() -> None:
    looks = Looks()
    looks.look("a", 0.05)
    assert looks.at("a")
    assert not looks.at("b")
    time.sleep(0.1)
    assert not looks.at("a")


def test_every_ten_seconds_go_to_history_as_average_and_maximum(
    desk: Desk, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.make("web", "app", pod=("--label", "PODMAN_SYSTEMD_UNIT=web.service"))
    desk.worker.observer.observe_all(desk.worker.connection.engine())
    sent: list[Any] = []
    sampler.collector = Collector(desk.worker.identity, lambda name, message: sent.append((name, message)))
    for at in [100.4, *range(101, 110), 110.3, 111.4]:
        monkeypatch.setattr(time, "time", partial(float, at))
        sampler.sample_once()
        time.sleep(0.02)
    sampler.stop()
    # The sample at 100.4 tells of the second before it, and that at 110.3 of the period's last.
    assert [(name, one.at) for name, one in sent] == [("pods.control.samples", 90), ("pods.control.samples", 100)]
    (pod,) = sent[1][1].pods
    assert (pod.name, pod.unit, pod.total.ticks) == ("web", "web.service", 10)
    assert set(pod.containers) == {"app", *(name for name in pod.containers if name.endswith("-infra"))}
    averages = dict(zip(METRICS, pod.total.averages, strict=True))
    maxima = dict(zip(METRICS, pod.total.maxima, strict=True))
    assert averages["pids"] == maxima["pids"]
    assert averages["pids"] is not None
    assert averages["pids"] >= 4
    for name in METRICS:
        average, top = averages[name], maxima[name]
        assert average is not None, name
        assert top is not None
        assert average <= top
    app = dict(zip(METRICS, pod.containers["app"].averages, strict=True))
    assert app["received"] is None
    assert app["pids"] == 1
