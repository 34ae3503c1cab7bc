"""Details of real containers: throttled, pressed, and held to the kernel's own files."""

import time
from pathlib import Path

import pytest

from pods.cgroups.detail import DetailReader
from pods.cgroups.layout import detect
from pods.cgroups.reader import CgroupReader
from pods.cgroups.usage import detail, usage
from pods.messages.live import Detail
from tests.cgroups.test_real_engine import BURN, path_of, run_container
from tests.hosts import Box

pytestmark = pytest.mark.engine


def watch(path: str, seconds: float) -> Detail:
    reader = DetailReader(detect(), path)
    before = reader.read()
    time.sleep(seconds)
    now = reader.read()
    reader.close()
    return detail(before, now, missing=reader.missing)


def run_limited(box: Box, *options: str, command: str) -> str:
    container = box.podman("run", "-d", "--pod", "p", *options, box.image, "sh", "-c", command).stdout.strip()
    return path_of(box, int(box.podman("inspect", "--format", "{{.State.Pid}}", container).stdout))


def test_a_burner_with_a_twentieth_of_a_core_is_throttled(clean_engine: Box) -> None:
    clean_engine.podman("pod", "create", "--name", "p")
    path = run_limited(clean_engine, "--cpus", "0.05", command=BURN)
    reader = CgroupReader(detect(), path)
    before = reader.read()
    one = watch(path, 1.5)
    burnt = usage(before, reader.read(), missing=reader.missing, memory_total=1).cpu
    reader.close()
    assert one.periods is not None
    assert one.throttled_periods is not None
    assert one.throttled is not None
    # It wants to run in every period of 100 ms, and is stopped in most of them even where other work crowds it out.
    assert 7 < one.periods < 11
    assert one.throttled_periods > 0.5 * one.periods
    assert one.throttled > 30
    assert burnt is not None
    assert 1 < burnt < 8
    # Ticks of cgroup v1 may fall into most of its runs or few; the two make up the exact time all the same.
    assert one.cpu_user is not None
    assert one.cpu_system is not None
    assert 1 < one.cpu_user + one.cpu_system < 8


def test_a_container_without_a_limit_is_never_throttled(clean_engine: Box) -> None:
    clean_engine.podman("pod", "create", "--name", "p")
    one = watch(run_limited(clean_engine, command=BURN), 0.5)
    assert (one.periods, one.throttled_periods, one.throttled) == (0.0, 0.0, 0.0)


def test_who_hits_the_memory_limit_is_counted_and_pressed(clean_engine: Box) -> None:
    clean_engine.podman("pod", "create", "--name", "p")
    # Page cache of a file larger than the limit: it is taken back all the time, and nobody is killed. The file is made
    # once: what is cut off to be written anew has no cache for a moment.
    command = "head -c 60000000 /dev/zero > /f; while :; do cat /f > /dev/null; done"
    one = watch(run_limited(clean_engine, "--memory", "24m", command=command), 2)
    assert one.events["max"] > 0
    assert one.events["oom_kill"] == 0
    assert one.memory_file is not None
    assert one.memory_file > 5_000_000
    if "memory_pressure" not in one.missing:
        assert one.pressure["memory_some"] > 0


def test_a_frozen_containers_details_are_the_kernels(clean_engine: Box) -> None:
    box = clean_engine
    box.podman("pod", "create", "--name", "p")
    container, pid = run_container(box, "p", "sh", "-c", f"head -c 300000 /dev/zero > /f; {BURN}")
    box.podman("pause", container)
    layout, path = detect(), path_of(box, pid)
    if layout.version != "v1":
        pytest.skip("names the files of cgroup v1")
    reader = DetailReader(layout, path)
    now = reader.read()
    reader.close()

    def text(controller: str, file: str) -> str:
        directory = layout.directory(controller, path)
        assert directory is not None
        return (directory / file).read_text()

    stat = dict(line.split() for line in text("memory", "memory.stat").splitlines())
    assert (now.memory_anon, now.memory_file) == (int(stat["total_rss"]), int(stat["total_cache"]))
    assert now.memory_kernel == int(text("memory", "memory.kmem.usage_in_bytes"))
    assert now.cpu_user == int(text("cpuacct", "cpuacct.usage_user"))
    assert now.cpu_system == int(text("cpuacct", "cpuacct.usage_sys"))
    base = CgroupReader(layout, path)
    counters = base.read()
    base.close()
    assert now.devices is not None
    assert sum(read for read, _ in now.devices.values()) == counters.read
    unified = Path("/sys/fs/cgroup/unified") / path.lstrip("/")
    if "cpu_pressure" not in reader.missing:
        some = (unified / "cpu.pressure").read_text().splitlines()[0]
        assert now.pressure["cpu_some"] == int(some.rpartition("=")[2])
