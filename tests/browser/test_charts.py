"""The charts of a pod's page: they move, they go back, everybody can read them, and they can be taken along."""

import csv
import io
import json
import math
import os
import re
import struct
import time
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.control.events import take_events
from pods.control.history import take_samples
from pods.control.snapshots import apply_snapshot
from pods.messages.events import Event, Events, Kind
from pods.messages.live import Detail, PodUsage, Usage
from pods.messages.names import live_group
from pods.messages.samples import METRICS, PodPoint, Point, Samples
from pods.models import Container, Host, Pod
from podweb.push import push
from tests.browser.chromium import Watched
from tests.browser.conftest import LookAt
from tests.builders import BOOT, EPOCH, bring_online, engine_id, members, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]
MIB = 2**20
UNKNOWN = "\N{EN DASH}"
NAMES = ("app", "cache", "web-infra")


def fill(host: str = "alpha") -> Pod:
    facts = members("web", "app", "cache")
    infra = msgspec.structs.replace(facts[0], name="web-infra")
    bring_online(host, pod("web"), containers=(infra, *facts[1:]))
    return Pod.objects.get(name="web")


def point(n: float, share: float = 1.0) -> Point:
    """Return the numbers of a pod, or of a container that has a ``share`` in it: all but the network, which is one."""
    wave = 1 + math.sin(n / 9) / 2
    averages: dict[str, float | None] = {
        "cpu": 30 * wave * share,
        "memory": 120 * MIB * share + n * 4096,
        "pids": 12.0 * share,
        "received": 40_000 * wave if share == 1 else None,
        "sent": 9_000 * wave if share == 1 else None,
        "read": 0.0,
        "write": 200_000 * wave * share,
        "throttled": 4 * wave,
        "cpu_pressure": 12 * wave,
        "memory_pressure": 0.0,
        "io_pressure": 3 * wave,
    }
    values = tuple(averages[name] for name in METRICS)
    return Point(10, values, tuple(None if value is None else value * 1.4 for value in values))


def remember(seconds: int, every: int = 10, gap: tuple[float, float] = (0, 0)) -> None:
    """Write history up to now, with a gap between two shares of the time."""
    end = int(time.time()) // 10 * 10
    for n, at in enumerate(range(end - seconds, end, every)):
        if gap[0] <= (at - end + seconds) / seconds < gap[1]:
            continue
        containers = {"app": point(n, 0.6), "cache": point(n, 0.3), "web-infra": point(n, 0.02)}
        one = PodPoint(name="web", unit="", total=point(n), containers=containers)
        take_samples(Samples(host="alpha", boot=BOOT, epoch=EPOCH, at=at, pods=(one,)))


def tick(cpu: float = 12.5, at: float | None = None) -> None:
    """Push one second as a host worker does for a pod that is looked at."""
    pressure = {"cpu_some": 8.0, "memory_some": 0.0, "io_some": 2.0}

    def usage(share: float) -> Usage:
        more = Detail(seconds=1.0, throttled=3.0, pressure=pressure)
        whole = share == 1  # the network is one, the pod's
        return Usage(
            cpu=cpu * share,
            memory=int(100 * MIB * share),
            pids=7,
            read=0.0,
            write=20_480.0 * share,
            received=1250.0 if whole else None,
            sent=640.0 if whole else None,
            detail=more,
        )

    moment = time.time() if at is None else at
    containers = {
        engine_id("web/app"): usage(0.6),
        engine_id("web/cache"): usage(0.3),
        engine_id("web/infra"): usage(0.02),
    }
    text = msgspec.json.encode(PodUsage(at=moment, source="cgroup v1", total=usage(1), containers=containers)).decode()
    push(
        live_group("alpha"),
        {"type": "live.tick", "host": "alpha", "sequence": 1, "at": moment, "pods": {engine_id("web"): text}},
    )


def ready(watched: Watched) -> Page:
    watched.page.wait_for_selector("#charts[data-ready]", timeout=60_000)
    return watched.page


def values(page: Page, title: str) -> dict[str, str]:
    """Return what a chart's legend says, by name."""
    chart = page.locator("figure.chart", has=page.get_by_role("heading", name=title, exact=True))
    texts: list[list[str]] = chart.locator(".chart-legend li").evaluate_all(
        "all => all.map(li => [li.querySelector('span').textContent, li.querySelector('b').textContent])"
    )
    return {one[0]: one[1] for one in texts}


def line_of(page: Page, name: str) -> list[str]:
    """Return what is told of a number: value, meaning, source, when it was read."""
    row = page.locator("#charts-sources tr", has=page.get_by_role("rowheader", name=name, exact=True))
    return row.locator("td").all_text_contents()


def until(page: Page, title: str, name: str, text: str, cpu: float = 12.5, at: float | None = None) -> None:
    for _ in range(400):
        tick(cpu, at)
        page.wait_for_timeout(50)
        if values(page, title).get(name) == text:
            return
    raise AssertionError(f"{title}: {values(page, title)}")


def shot(page: Page, name: str) -> None:
    """Keep a picture where whoever runs the tests wants to look at some."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_charts_of_the_last_minutes_move_and_are_for_everybody(
    look_at: LookAt, host: Host, alice: User, width: int, dark: bool
) -> None:
    web = fill()
    remember(900, gap=(0.4, 0.5))
    watched = look_at(f"/pods/{web.pk}/", alice, width=width, dark=dark)
    page = ready(watched)
    until(page, "CPU", "CPU", "37.5 %", cpu=37.5)
    assert values(page, "Memory") == {"memory": "100 MiB"}
    assert values(page, "Network") == {"received": "1.25 kB/s", "sent": "640 B/s"}
    assert values(page, "Waiting") == {
        "for CPU": "8.00 %",
        "for memory": "0.00 %",
        "for I/O": "2.00 %",
        "throttled": "12.0 %",
    }
    expect(page.locator("figure.chart")).to_have_count(6)
    page.locator("#charts-table summary").click()
    expect(page.locator("#charts-table tbody tr").first).to_be_visible()
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    shot(page, f"live-{width}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True)])
def test_stacked_containers_of_six_hours(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    web = fill()
    remember(6 * 3600, every=60, gap=(0.6, 0.7))
    watched = look_at(f"/pods/{web.pk}/", alice, width=width, dark=dark)
    page = ready(watched)
    page.get_by_role("button", name="6 h").click()
    page.get_by_role("button", name="Stacked").click()
    expect(page.get_by_role("button", name="Stacked")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("figure.chart").first.locator(".chart-legend li")).to_have_count(3)
    assert set(values(page, "CPU")) == set(NAMES)
    assert set(values(page, "Network")) == {"received", "received, highest", "sent", "sent, highest"}
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    shot(page, f"stacked-{width}-{'dark' if dark else 'light'}")


def test_pointing_at_a_moment_shows_its_values_in_every_chart(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    remember(6 * 3600, every=60, gap=(0.4, 0.6))
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    page.get_by_role("button", name="6 h").click()
    expect(page.locator(".chart-legend .top").first).to_be_visible()
    area = page.locator(".chart-area .u-over").first
    box = area.bounding_box()
    assert box is not None
    newest = values(page, "CPU")
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 20)
    expect(page.locator(".chart-at").first).not_to_be_empty()
    pointed, others = values(page, "CPU"), values(page, "Memory")
    assert pointed["CPU"] != newest["CPU"]
    assert pointed["CPU, highest"] > pointed["CPU"]
    assert others["memory"] != UNKNOWN
    # In the gap nothing was measured, and nothing is what it says.
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    expect(page.locator(".chart-legend b").first).to_have_text(UNKNOWN)
    page.mouse.move(5, 5)


def test_the_keyboard_walks_through_time(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    remember(900)
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    chart = page.locator("figure.chart").first
    chart.locator(".chart-area").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(chart.locator("[aria-live]")).to_contain_text("CPU ")
    first = chart.locator(".chart-at").text_content()
    page.keyboard.press("End")
    expect(chart.locator(".chart-at")).not_to_have_text(first or "")
    label = chart.locator(".chart-area").get_attribute("aria-label")
    assert label is not None
    assert label.startswith("CPU of web, the last 15 minutes: CPU ")


def test_charts_outlive_a_change_of_the_pod_with_what_was_chosen_and_the_focus(
    look_at: LookAt, host: Host, alice: User
) -> None:
    web = fill()
    remember(900)
    page = ready(look_at(f"/pods/{web.pk}/", alice))
    page.get_by_role("button", name="Containers", exact=True).click()
    page.evaluate("document.querySelector('#charts canvas').stays = true")
    page.get_by_role("button", name="24 h").focus()
    apply_snapshot(snapshot(pod("web", state="Degraded"), containers=members("web", "app")))
    expect(page.locator("#detail .pod-row .c-state")).to_have_text("Degraded")
    expect(page.locator("#detail .container-row")).to_have_count(2)
    assert page.evaluate("document.querySelector('#charts canvas').stays")
    expect(page.locator("#charts")).to_have_count(1)
    expect(page.get_by_role("button", name="24 h")).to_be_focused()
    expect(page.get_by_role("button", name="Containers", exact=True)).to_have_attribute("aria-pressed", "true")
    until(page, "CPU", "app", "24.0 %", cpu=40.0)


def test_a_pause_of_the_numbers_is_a_gap_in_the_line(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    begin = time.time()
    until(page, "CPU", "CPU", "12.5 %", at=begin)
    until(page, "CPU", "CPU", "25.0 %", at=begin + 30, cpu=25)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the values as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert [row["CPU: CPU"] for row in rows[-3:]] == ["12.5", "", "25"]


def test_values_are_taken_along_as_csv_and_the_picture_as_png(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    remember(6 * 3600, every=60)
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    page.get_by_role("button", name="6 h").click()
    expect(page.locator(".chart-legend .top").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the values as CSV").click()
    assert download.value.suggested_filename.startswith("web-6h-")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert 300 < len(rows) <= 361
    filled = [row for row in rows if row["CPU: CPU"]]
    assert len(filled) > 300
    assert all(float(row["CPU: CPU, highest"]) > float(row["CPU: CPU"]) for row in filled)
    assert rows[0]["time"] < rows[-1]["time"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the charts as PNG").click()
    image = Path(download.value.path()).read_bytes()
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", image[16:24])
    assert width > 800
    assert height > 600
    if folder := os.environ.get("SCREENSHOTS"):
        (Path(folder) / "export.png").write_bytes(image)


def test_a_pod_of_which_nothing_was_kept_says_so(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    page.get_by_role("button", name="7 d").click()
    expect(page.locator("#charts-note")).to_have_text("Nothing was measured in this time.")


def test_history_that_cannot_be_read_is_said_and_the_live_numbers_go_on(
    look_at: LookAt, host: Host, victor: User
) -> None:
    web = fill()
    watched = look_at("/operations/", victor)
    watched.expected.add(503)
    page = watched.page
    broken = json.dumps({"code": "unavailable", "message": "The database is away."})
    page.route("**/history/**", lambda route: route.fulfill(status=503, body=broken, content_type="application/json"))
    page.goto(page.url.replace("/operations/", f"/pods/{web.pk}/"))
    ready(watched)
    expect(page.locator("#charts-note")).to_contain_text("The database is away.")
    until(page, "CPU", "CPU", "12.5 %")


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_containers_page_has_the_charts_of_its_own_numbers(
    look_at: LookAt, host: Host, alice: User, width: int, dark: bool
) -> None:
    fill()
    remember(900)
    Host.objects.update(silent=True)  # what only the host can tell is not what this is about
    app = Container.objects.get(name="app")
    watched = look_at(f"/containers/{app.pk}/", alice, width=width, dark=dark)
    page = ready(watched)
    until(page, "CPU", "CPU", "24.0 %", cpu=40)
    # The pod's containers share its network: it is no number of one of them.
    assert values(page, "Network") == {"received by the whole pod": "1.25 kB/s", "sent by the whole pod": "640 B/s"}
    assert values(page, "Waiting")["throttled"] == "3.00 %"
    expect(page.locator("#charts-mode")).to_have_count(0)
    label = page.locator("figure.chart .chart-area").first.get_attribute("aria-label")
    assert label is not None
    assert label.startswith("CPU of app in web, the last 15 minutes: CPU ")
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    shot(page, f"container-{width}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize(("width", "dark"), [(1400, True), (400, False)])
def test_where_each_number_comes_from_is_there_by_keyboard(
    look_at: LookAt, host: Host, victor: User, width: int, dark: bool
) -> None:
    web = fill()
    watched = look_at(f"/pods/{web.pk}/", victor, width=width, dark=dark)
    page = ready(watched)
    page.locator("#charts-sources summary").focus()
    page.keyboard.press("Enter")
    until(page, "CPU", "CPU", "12.5 %")
    value, meaning, source, read = line_of(page, "CPU")
    assert (value, source) == ("12.5 %", "kernel, cgroup v1")
    assert "100 % is one processor" in meaning
    assert re.fullmatch(r"\d\d:\d\d:\d\d, \d+ s ago", read)
    assert line_of(page, "Waiting for CPU")[0] == "8.00 %"
    assert line_of(page, "Memory limit")[0] == "unknown"
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    # Without ticks it grows old, and says so.
    expect(page.locator("#charts-sources td", has_text=re.compile(r", [3-9] s ago$")).first).to_be_visible()
    app = Container.objects.get(name="app")
    Host.objects.update(silent=True)
    page = ready(look_at(f"/containers/{app.pk}/", victor, width=width, dark=dark))
    page.locator("#charts-sources summary").click()
    until(page, "CPU", "CPU", "24.0 %", cpu=40)
    assert line_of(page, "CPU")[0] == "24.0 %"
    assert line_of(page, "Received")[:3:2] == ["unknown", "counted once, for the whole pod"]


def test_a_containers_charts_go_back_and_say_whose_network_it_is(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    remember(6 * 3600, every=60)
    Host.objects.update(silent=True)
    app = Container.objects.get(name="app")
    page = ready(look_at(f"/containers/{app.pk}/", victor))
    page.get_by_role("button", name="6 h").click()
    expect(page.locator(".chart-legend .top").first).to_be_visible()
    assert set(values(page, "CPU")) == {"CPU", "CPU, highest"}
    assert set(values(page, "Waiting")) == {"for CPU", "for memory", "for I/O", "throttled"}
    assert "received by the whole pod" in values(page, "Network")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the values as CSV").click()
    assert download.value.suggested_filename.startswith("web-app-6h-")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    own = [float(row["CPU: CPU"]) for row in rows if row["CPU: CPU"]]
    assert len(own) > 300
    assert max(own) < 30  # the pod's own goes to 45


def test_marks_on_a_containers_charts_are_its_own_and_the_pods(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    remember(900)
    Host.objects.update(silent=True)
    at = time.time() - 300
    happened = (("app", {"status": "unhealthy"}), ("cache", {"status": "healthy"}), ("", {"status": "starting"}))
    events = tuple(
        Event(
            key=name or "pod", at=at, kind=Kind.HEALTH, pod_id=engine_id("web"), pod_name="web", container=name,
            details=details,
        )
        for name, details in happened
    )  # fmt: skip
    take_events(Events(host="alpha", boot=BOOT, epoch=EPOCH, events=events))
    page = ready(look_at(f"/containers/{Container.objects.get(name='app').pk}/", victor))
    area = page.locator(".chart-area .u-over").first
    words = page.locator(".chart-at").first
    # Its place moves on with the time, and with what is read later above it: look for it around where it should be.
    for number in range(400):
        share = 1 - (time.time() - at + number % 20 - 10) / 900
        if (box := area.bounding_box()) is not None:
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + 20)
        if "unhealthy" in (words.text_content() or ""):
            break
        page.wait_for_timeout(20)
    expect(words).to_contain_text("health: unhealthy")
    expect(words).to_contain_text("health: starting")
    expect(words).not_to_contain_text("health: healthy")


def test_without_scripts_there_are_no_empty_charts(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    page = look_at(f"/pods/{web.pk}/", victor, scripts=False, wait=False).page
    expect(page.locator("#charts")).to_be_hidden()
