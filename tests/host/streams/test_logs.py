"""The log of a pod on a real engine: order, outputs, starts and ends, and that nobody gets more than was granted."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pods.host.kernel_log import KernelLogFollower
from pods.host.noticer import Noticer
from pods.host.sampler import Sampler
from pods.host.watcher import Watcher
from pods.messages.streams import WINDOW, Position
from tests.host.conftest import Desk
from tests.host.streams.conftest import Reader
from tests.hosts.cgroups import CGROUP

pytestmark = [pytest.mark.engine, pytest.mark.services]
Open = Callable[..., Reader]


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def test_lines_of_all_containers_come_with_their_output_told_apart(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", "db", app=shell("echo one; echo wrong >&2; sleep 1000"), db=shell("echo two; sleep 1000"))
    reader = open_log("web")
    reader.wait(lambda r: len([one for one in r.lines if one[1] != "m"]) == 3)
    assert sorted(one for one in reader.lines if one[1] != "m") == [
        ("app", "e", "wrong"),
        ("app", "o", "one"),
        ("db", "o", "two"),
    ]
    assert "started" in reader.texts("app", "m")


def test_what_is_written_while_following_comes_and_a_line_without_its_end_too(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=shell("sleep 2; echo late; printf 'no end'"))
    reader = open_log("web")
    reader.wait(lambda r: r.texts("app") == ["late", "no end"])
    reader.wait(lambda r: "ended with exit code 0" in r.texts("app", "m"))


def test_a_container_that_starts_again_goes_on_without_a_line_lost_or_twice(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=shell("for i in 1 2 3 4 5; do echo line $i; done; sleep 1000"))
    reader = open_log("web")
    reader.wait(lambda r: len(r.texts("app")) == 5)
    for time_round in (2, 3):
        desk.box.podman("restart", "-t", "0", "app")
        reader.wait(lambda r, n=time_round: len(r.texts("app")) >= 5 * n)  # type: ignore[misc]
    time.sleep(1)
    # In any order: a line that the engine left out when the container ended comes when it is noticed.
    assert sorted(reader.texts("app")) == sorted(f"line {i}" for _ in range(3) for i in range(1, 6))
    markers = reader.texts("app", "m")
    assert markers.count("started") == 3
    assert markers.count("ended with exit code 137, killed") + markers.count("ended") == 2


def test_a_container_that_ends_while_nobody_takes_its_lines_loses_none(desk: Desk, open_log: Open) -> None:
    script = "i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done; sleep 3"
    desk.make("web", "app", app=shell(script))
    reader = open_log("web", window=64 * 1024, greedy=False)
    reader.wait(lambda r: r.received > 48 * 1024)
    status = ("inspect", "app", "--format", "{{.State.Status}}")
    until = time.monotonic() + 30
    while desk.box.podman(*status).stdout.strip() == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1)  # the engine has read the log to its end by now
    reader.greedy = True
    reader.grant(reader.received)
    reader.wait(lambda r: "ended with exit code 0" in r.texts("app", "m") and len(r.texts("app")) >= 40_000, 60)
    time.sleep(1)
    assert reader.texts("app") == [f"line {i}" for i in range(40_000)]


def test_the_log_of_a_container_that_has_ended_is_whole(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=shell("i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done"))
    desk.box.podman("wait", "app")
    reader = open_log("web", window=64 * 1024, greedy=False)
    reader.wait(lambda r: r.received > 48 * 1024)
    time.sleep(1)
    reader.greedy = True
    reader.grant(reader.received)
    reader.wait(lambda r: len(r.texts("app")) >= 40_000, 60)
    assert reader.texts("app") == [f"line {i}" for i in range(40_000)]


def test_whom_the_kernel_killed_is_said_although_the_engine_does_not_know(desk: Desk, open_log: Open) -> None:
    worker = desk.worker
    noticer = Noticer(worker.identity, worker.inventory, desk.reported, hear=worker.streams.hear)
    watcher = Watcher(worker.connection, worker.observer, desk.reported, noticer=noticer)
    proc = Path(f"/proc/{desk.box.pid}/root/proc")
    sampler = Sampler("alpha", worker.inventory, lambda _: None, noticer=noticer, cgroup_root=CGROUP, proc_root=proc)
    parts: list[KernelLogFollower | Watcher | Sampler] = [KernelLogFollower(noticer), watcher, sampler]
    for part in parts:
        part.start()
    try:
        desk.make("web", "app")
        reader = open_log("web")
        reader.wait(lambda r: r.opened)
        hungry = shell("sleep 1; exec tail /dev/zero")
        desk.box.podman("run", "-d", "--pod", "web", "--name", "hungry", "--memory", "24m", desk.box.image, *hungry)
        reader.wait(lambda r: any("out of memory" in text for text in r.texts("hungry", "m")), 40)
        reader.wait(lambda r: "ended with exit code 137, killed" in r.texts("hungry", "m"))
    finally:
        for part in parts:
            part.stop()


def test_a_container_that_is_added_joins_in(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app")
    reader = open_log("web")
    reader.wait(lambda r: r.opened)
    desk.box.podman("run", "-d", "--pod", "web", "--name", "new", desk.box.image, *shell("echo hello; sleep 1000"))
    reader.wait(lambda r: "new" in r.containers.values() and r.texts("new") == ["hello"])


def test_an_engine_that_goes_and_comes_back_costs_no_line(desk: Desk, open_log: Open) -> None:
    script = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done"
    desk.make("web", "app", app=shell(script))
    reader = open_log("web")
    reader.wait(lambda r: len(r.texts("app")) > 5)
    desk.box.stop_engine()
    time.sleep(1)
    desk.box.start_engine()
    count = len(reader.texts("app"))
    reader.wait(lambda r: len(r.texts("app")) > count + 15)
    assert reader.texts("app") == [str(i) for i in range(len(reader.texts("app")))]


def test_the_past_of_two_containers_is_put_in_order_of_time(desk: Desk, open_log: Open) -> None:
    count = "for i in 1 2 3 4; do echo {} $i; sleep 1; done"
    desk.make("web", "a", "b", a=shell(count.format("a")), b=shell(f"sleep 0.5; {count.format('b')}"))
    time.sleep(6)
    reader = open_log("web", follow=False)
    reader.wait(lambda r: r.ended)
    assert reader.ended is not None
    assert reader.ended.code == "end"
    whens = [float(line.split(" ")[2]) for line in reader.text.splitlines() if line.split(" ")[1] != "m"]
    assert len(whens) == 8
    assert whens == sorted(whens)


def test_tail_since_and_until_choose(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=shell("for i in 1 2 3 4 5 6; do echo $i; sleep 1; done; sleep 1000"))
    everything = open_log("web")
    everything.wait(lambda r: len(r.texts("app")) == 6)
    whens = {line.split(" ")[3]: float(line.split(" ")[2]) for line in everything.text.splitlines()}
    last = open_log("web", tail=2, follow=False)
    last.wait(lambda r: r.ended)
    assert last.texts("app") == ["5", "6"]
    middle = open_log("web", since=whens["3"], until=whens["4"] + 0.5, follow=False)
    middle.wait(lambda r: r.ended)
    assert middle.texts("app") == ["3", "4"]


def test_what_is_written_while_the_last_lines_are_read_is_not_lost(desk: Desk, open_log: Open) -> None:
    # So many that some fall into the moment between the last lines and the following of each reader.
    script = "i=0; while :; do echo $i; i=$((i+1)); [ $((i%20)) = 0 ] && sleep 0.01; done"
    desk.make("web", "app", app=shell(script))
    for tail in (100, 5000):
        reader = open_log("web", tail=tail)
        reader.wait(lambda r: len(r.texts("app")) > 8000)
        reader.leave()
        got = [int(text) for text in reader.texts("app")]
        assert got == list(range(got[0], got[0] + len(got)))


@pytest.mark.parametrize("age", [0.0, 2.5])  # seconds: those of the newest two come in another way
def test_no_more_last_lines_than_were_asked_for_then_what_follows(desk: Desk, open_log: Open, age: float) -> None:
    script = "/bin/busybox seq 500; while [ ! -e /go ]; do sleep 0.1; done; echo 501; sleep 1000"
    desk.make("web", "app", app=shell(script))
    until = time.monotonic() + 20
    while desk.box.podman("logs", "--tail", "1", "app").stdout != "500\n":
        assert time.monotonic() < until
    time.sleep(age)
    reader = open_log("web", tail=10)
    reader.wait(lambda r: "500" in r.texts("app"))
    desk.box.podman("exec", "app", "/bin/busybox", "touch", "/go")
    reader.wait(lambda r: "501" in r.texts("app"))
    assert reader.texts("app") == [str(i) for i in range(491, 502)]


def test_a_reader_that_comes_back_goes_on_where_it_was(desk: Desk, open_log: Open) -> None:
    script = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done"
    desk.make("web", "app", app=shell(script))
    first = open_log("web")
    first.wait(lambda r: len(r.texts("app")) > 30)
    first.leave()
    time.sleep(0.5)
    got = [line.split(" ", 3) for line in first.text.splitlines() if line.split(" ")[1] != "m"]
    position = Position(at=got[-1][2], lines=sum(one[2] == got[-1][2] for one in got))
    app = desk.box.podman("inspect", "app", "--format", "{{.Id}}").stdout.strip()
    second = open_log("web", resume={app: position})
    second.wait(lambda r: len(r.texts("app")) > 30)
    together = [one[3] for one in got] + second.texts("app")
    assert together == [str(i) for i in range(len(together))]


def test_a_reader_that_stops_reading_stops_the_writer_and_loses_nothing(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=shell("i=0; while [ $i -lt 60000 ]; do echo line $i; i=$((i+1)); done; sleep 1000"))
    window = 64 * 1024
    reader = open_log("web", window=window, greedy=False)
    reader.wait(lambda r: r.received > window - 16 * 1024)
    time.sleep(2)
    stopped = reader.received
    assert stopped <= window
    ((stream, _),) = desk.worker.streams.logs.values()
    kept = sum(source.kept for source in stream._sources.values())
    assert kept <= 2 * 128 * 1024  # what was read ahead is bounded too
    reader.greedy = True
    reader.grant(stopped)
    reader.wait(lambda r: len(r.texts("app")) == 60000 if r.text.endswith("line 59999\n") else False, 60)
    assert reader.texts("app") == [f"line {i}" for i in range(60000)]


def test_one_that_leaves_under_traffic_leaves_nothing_behind(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app", app=("yes",))
    streams = desk.worker.streams
    for number in range(5):
        reader = open_log("web")
        reader.wait(lambda r: r.received > 100_000)
        reader.leave("denied" if number % 2 else "page")
    until = time.monotonic() + 20
    while streams.logs:
        assert time.monotonic() < until
        time.sleep(0.02)
    count = reader.received
    time.sleep(0.5)
    assert reader.received <= count + WINDOW


def test_one_that_falls_silent_is_ended(desk: Desk, open_log: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pods.host.streams.desk.SILENT_AFTER", 1.0)
    desk.make("web", "app")
    reader = open_log("web")
    reader.wait(lambda r: r.opened)
    until = time.monotonic() + 20
    while desk.worker.streams.logs:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_pod_that_is_gone_has_an_empty_log(desk: Desk, open_log: Open) -> None:
    desk.make("web", "app")
    desk.box.podman("pod", "create", "--name", "other")
    reader = open_log("other", follow=False)
    reader.wait(lambda r: r.ended)
    assert reader.text == ""
