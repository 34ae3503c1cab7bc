"""What the host worker notices on a real engine, and how it tells of it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pods.cgroups.kernel_log import Kill
from pods.cgroups.layout import container_path, detect, pod_path
from pods.cgroups.own_limits import Limits
from pods.domain.event_words import words
from pods.engine.system import Event as EngineEvent
from pods.host.inventory import Inventory, Known
from pods.host.kernel_log import KernelLogFollower
from pods.host.noticer import KEPT_A_MINUTE, Noticer
from pods.host.observer import Identity
from pods.host.sampler import Sampler
from pods.host.watcher import Watcher
from pods.messages.events import Event, Kind
from pods.messages.live import Detail, LiveTick
from pods.messages.names import EVENTS
from tests.builders import container, engine_id, members, pod
from tests.host.conftest import Desk, Reported
from tests.hosts.cgroups import CGROUP

HUNGRY = ("--memory", "24m", "localhost/busybox:test", "sh", "-c", "sleep 1; exec tail /dev/zero")


def told(reported: Reported) -> list[Event]:
    return [event for message in reported.of(EVENTS) for event in message.events]


def wait_for(reported: Reported, accept: Callable[[Event], bool], timeout: float = 40) -> Event:
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        for event in told(reported):
            if accept(event):
                return event
        time.sleep(0.05)
    raise AssertionError([(event.kind, event.container, event.details) for event in told(reported)])


@pytest.fixture
def noticer() -> tuple[Noticer, Reported, Known]:
    """A noticer that knows one pod."""
    inventory, reported = Inventory(), Reported()
    known = Known(pod("web", labels={"PODMAN_SYSTEMD_UNIT": "web.service"}), members("web", "app"))
    inventory.replace({known.pod.id: known}, set())
    return Noticer(Identity("alpha", "boot", 1), inventory, reported), reported, known


@pytest.fixture
def ticks() -> list[LiveTick]:
    """What the sampler of ``at_work`` has published."""
    return []


@pytest.fixture
def at_work(desk: Desk, ticks: list[LiveTick]) -> Iterator[Desk]:
    """A desk whose watcher, sampler and follower of the kernel's log run."""
    worker = desk.worker
    noticer = Noticer(worker.identity, worker.inventory, desk.reported)
    watcher = Watcher(worker.connection, worker.observer, desk.reported, noticer=noticer)
    proc = Path(f"/proc/{desk.box.pid}/root/proc")
    sampler = Sampler("alpha", worker.inventory, ticks.append, noticer=noticer, cgroup_root=CGROUP, proc_root=proc)
    follower = KernelLogFollower(noticer)
    parts: list[KernelLogFollower | Watcher | Sampler] = [follower, watcher, sampler]
    for part in parts:
        part.start()
    yield desk
    for part in parts:
        part.stop()


@pytest.mark.engine
def test_a_container_killed_for_want_of_memory_is_told_of_though_the_engine_forgets_it(at_work: Desk) -> None:
    at_work.make("web", "app")
    at_work.box.podman("run", "-d", "--pod", "web", "--name", "hungry", *HUNGRY)
    event = wait_for(at_work.reported, lambda one: one.kind == Kind.OOM)
    assert (event.pod_name, event.container) == ("web", "hungry")
    assert abs(event.at - time.time()) < 60
    if event.source == "kernel log":
        assert event.details["process"] == "tail"
        assert event.details["limit"] == "container"
        assert event.details["bytes"] == 24 << 20
    died = wait_for(at_work.reported, lambda one: one.details.get("action") == "died" and one.container == "hungry")
    assert died.details["exit_code"] == 137
    started = wait_for(at_work.reported, lambda one: one.details.get("action") == "start" and one.container == "app")
    assert (started.kind, started.source, started.pod_name) == (Kind.ENGINE, "engine", "web")


@pytest.mark.engine
def test_every_kill_in_a_restart_loop_is_told_of(at_work: Desk) -> None:
    at_work.make("web", "app")
    at_work.box.podman("run", "-d", "--pod", "web", "--name", "loop", "--restart", "always", *HUNGRY)
    until = time.monotonic() + 60
    while sum(event.kind == Kind.OOM for event in told(at_work.reported)) < 3:
        assert time.monotonic() < until, told(at_work.reported)
        time.sleep(0.1)
    kills = [event for event in told(at_work.reported) if event.kind == Kind.OOM]
    assert {event.container for event in kills} == {"loop"}
    assert len({event.key for event in kills}) == len(kills)


@pytest.mark.engine
def test_a_throttled_container_is_told_of_once(at_work: Desk) -> None:
    burn = ("sh", "-c", "while :; do :; done")
    at_work.box.podman("pod", "create", "--name", "web")
    at_work.box.podman("run", "-d", "--pod", "web", "--name", "slow", "--cpus", "0.1", at_work.box.image, *burn)
    event = wait_for(at_work.reported, lambda one: one.kind == Kind.THROTTLED and one.container == "slow")
    assert event.details["share"] > 50


def wait_until(true: Callable[[], bool], timeout: float = 40) -> None:
    until = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def detail(kills: int = 0, hits: int = 0, throttled: float = 0.0) -> Detail:
    return Detail(seconds=10, periods=10, throttled_periods=throttled, events={"oom_kill": kills, "max": hits})


def test_counters_tell_of_kills_where_the_kernels_log_cannot_be_read(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    app = engine_id("web/app")
    for kills in (4, 4, 6):
        one.sampled(known, app, detail(kills), "cgroup v1")
        one.sampled(known, "", detail(0), "cgroup v1")
    one.flush()
    (event,) = told(reported)
    assert (event.kind, event.container, event.details, event.unit) == (Kind.OOM, "app", {"count": 2}, "web.service")


def test_on_v2_the_pods_counter_tells_of_a_container_that_is_gone(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    app = engine_id("web/app")
    for members_kills, pods_kills in ((0, 0), (1, 1), (1, 2)):
        one.sampled(known, app, detail(members_kills), "cgroup v2")
        one.sampled(known, "", detail(pods_kills), "cgroup v2")
    one.flush()
    assert [(event.container, event.details) for event in told(reported)] == [("app", {"count": 1}), ("", {"count": 1})]


def test_with_the_kernels_log_the_counters_say_nothing_twice(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    one.has_kernel_log = True
    app = engine_id("web/app")
    path = f"/libpod_parent/{known.pod.id}/libpod-{app}"
    one.killed(Kill(7, "tail", 12, app, path, f"/libpod_parent/{known.pod.id}"))
    for kills in (0, 1):
        one.sampled(known, app, detail(kills), "cgroup v1")
    one.flush()
    (event,) = told(reported)
    assert event.details == {"process": "tail", "pid": 12, "limit": "pod"}


def test_a_kill_in_a_pod_that_the_watcher_does_not_know_yet_waits_for_it(
    noticer: tuple[Noticer, Reported, Known],
) -> None:
    one, reported, _ = noticer
    other = engine_id("db/app")
    one.killed(Kill(8, "sh", 1, other, f"/x/libpod-{other}", f"/x/libpod-{other}"))
    one.flush()
    assert told(reported) == []
    known = Known(pod("db"), members("db", "app"))
    one.inventory.replace({known.pod.id: known}, set())
    one.flush()
    (event,) = told(reported)
    assert (event.pod_name, event.container, event.details["limit"]) == ("db", "app", "container")


def test_a_changed_limit_is_told_of(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    seen: list[Limits] = [
        {"memory": -1, "cpu": 0.5},
        {"memory": -1, "cpu": 0.5},
        {"memory": 64 << 20, "cpu": 1.5},
        {"cpu": 1.5},
        {"memory": 64 << 20, "cpu": 1.5},
    ]
    for limits in seen:
        one.limits(known, engine_id("web/app"), limits, "cgroup v1")
    one.flush()
    (event,) = told(reported)
    assert (event.kind, event.container) == (Kind.LIMITS, "app")
    assert event.details == {"memory": [-1, 64 << 20], "cpu": [0.5, 1.5]}
    assert words(event.kind, event.details) == (
        "limits changed: memory no limit → 64.0 MiB; CPU 0.5 processors → 1.5 processors",
        "info",
    )


@pytest.mark.engine
def test_limits_changed_by_podman_update_and_by_hand_are_told_of(at_work: Desk, ticks: list[LiveTick]) -> None:
    at_work.make("web", "app")
    app = at_work.members("web")["app"]
    own = container_path(app.pid or 0, at_work.worker.kernel.proc_root)
    assert own is not None
    whole = pod_path(own, at_work.inspect("web")["Id"])
    assert whole is not None
    layout = detect()
    file = "memory.max" if layout.version == "v2" else "memory.limit_in_bytes"
    directory = layout.directory("memory", whole)
    assert directory is not None
    wait_until(lambda: any(app.id in one["pods"].get(app.pod_id, "") for one in tuple(ticks)))
    at_work.box.podman("update", "--cpus", "0.5", "--memory", "64m", "app")

    def changed() -> dict[str, Any]:
        found = [one for one in told(at_work.reported) if one.kind == Kind.LIMITS and one.container == "app"]
        # The engine writes one file after the other, and a look may come between.
        return {name: pair for one in found for name, pair in one.details.items()}

    wait_until(lambda: {"cpu", "memory"} <= set(changed()))
    assert (changed()["cpu"], changed()["memory"]) == ([-1, 0.5], [-1, 64 << 20])
    (directory / file).write_text(str(128 << 20))
    by_hand = wait_for(at_work.reported, lambda one: one.kind == Kind.LIMITS and one.container == "")
    assert (by_hand.pod_name, by_hand.details) == ("web", {"memory": [-1, 128 << 20]})


def test_throttling_and_the_memory_limit_are_told_of_when_they_begin(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    app = engine_id("web/app")
    for hits, throttled in ((0, 0.0), (3, 5.0), (9, 5.0), (9, 0.0), (12, 5.0)):
        one.sampled(known, app, detail(hits=hits, throttled=throttled), "cgroup v1")
    one.flush()
    assert [event.kind for event in told(reported)] == [Kind.MEMORY_LIMIT, Kind.THROTTLED, Kind.UNTHROTTLED]


def engine_event(action: str, number: int = 1, **values: Any) -> EngineEvent:
    facts: dict[str, Any] = {"type": "container", "id": engine_id("web/app"), "pod_id": "", "name": "app"}
    return EngineEvent(action=action, time_nano=number * 1000, **(facts | values))


def test_health_is_told_of_only_when_it_changes(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    infra = known.containers[0]
    for health in ("starting", "healthy", "healthy", "unhealthy", "", "starting", "healthy"):
        app = container("web", "app", health=health)
        one.inventory.replace({known.pod.id: Known(known.pod, (infra, app))}, set())
        one.flush()
    assert [(event.kind, event.container, event.source) for event in told(reported)] == [
        (Kind.HEALTH, "app", "engine")
    ] * 3
    details = [event.details for event in told(reported)]
    assert details == [
        {"status": "healthy", "before": "starting"},
        {"status": "unhealthy", "before": "healthy"},
        {"status": "healthy", "before": "starting"},
    ]


def test_what_is_seen_first_is_no_change_of_health(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, known = noticer
    app = container("web", "app", health="unhealthy")
    one.inventory.replace({known.pod.id: Known(known.pod, (app,))}, set())
    one.flush()
    # What a check's event says is from before the check.
    one.engine(engine_event("health_status"))
    one.flush()
    assert told(reported) == []


CHECKED = ("--health-cmd", "test -e /ok", "--health-interval", "disable", "--health-retries", "2")


@pytest.mark.engine
def test_a_health_checks_result_is_told_of_when_it_changes(at_work: Desk) -> None:
    box = at_work.box
    at_work.make("web")
    box.podman("run", "-d", "--pod", "web", "--name", "app", *CHECKED, box.image, "sleep", "1000")

    def health() -> list[str]:
        return [one.details["status"] for one in told(at_work.reported) if one.kind == Kind.HEALTH]

    wait_until(lambda: at_work.members("web")["app"].health == "starting")
    box.podman("healthcheck", "run", "app", check=False)
    box.podman("healthcheck", "run", "app", check=False)  # its second failure counts
    event = wait_for(at_work.reported, lambda one: one.kind == Kind.HEALTH)
    assert (event.pod_name, event.container, event.details["status"]) == ("web", "app", "unhealthy")
    box.podman("exec", "app", "sh", "-c", "echo > /ok")
    box.podman("healthcheck", "run", "app")
    wait_until(lambda: health() == ["unhealthy", "healthy"])
    assert at_work.members("web")["app"].health == "healthy"
    box.podman("stop", "--time", "1", "app")
    # The engine says on that it is healthy; it says nothing.
    assert at_work.members("web")["app"].health == ""


def test_what_comes_with_every_terminal_is_no_news(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, _ = noticer
    for action in ("exec", "exec_died", "mount", "died"):
        one.engine(engine_event(action, exit_code=1))
    one.flush()
    (event,) = told(reported)
    # This engine leaves the pod out of a container's death; podweb knows it.
    assert (event.pod_name, event.container, event.details) == ("web", "app", {"action": "died", "exit_code": 1})


def test_a_first_start_is_no_restart(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, _ = noticer
    for number, action in enumerate(("restart", "start", "died", "restart", "start")):
        one.engine(engine_event(action, number))
    one.flush()
    assert [event.details["action"] for event in told(reported)] == ["start", "died", "restart", "start"]


def test_a_restart_loop_does_not_fill_the_database(noticer: tuple[Noticer, Reported, Known]) -> None:
    one, reported, _ = noticer
    for number in range(KEPT_A_MINUTE + 40):
        one.engine(engine_event("start", number))
    one.engine(engine_event("start", 10**9))
    one.flush()
    kinds = [event.kind for event in told(reported)]
    assert kinds.count(Kind.ENGINE) == KEPT_A_MINUTE + 1
    (left,) = (event for event in told(reported) if event.kind == Kind.LEFT_OUT)
    assert left.details == {"count": 40}
    assert msgspec.json.encode(left)
