"""The small lines in the list: what is known is drawn, what is not is a gap, and history gives their beginning."""

import re
import time

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.control.history import take_samples
from pods.models import Host
from tests.browser.conftest import LookAt
from tests.browser.server import send_tick
from tests.builders import bring_online, pod
from tests.control.test_history import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
CPU = ".pod-row svg[data-spark=cpu]"


def path(page: Page, name: str) -> str:
    return page.locator(f"[data-name={name}] {CPU} path").get_attribute("d") or ""


def parts(page: Page, name: str) -> list[int]:
    """Return how many points each unbroken part of the line has."""
    return [1 + part.count("L") for part in path(page, name).split("M") if part]


def joined(page: Page, name: str) -> None:
    """Wait until the page gets ticks: it joins shortly after its socket opens."""
    for _ in range(100):
        send_tick("alpha", {name: ()}, at=time.time() - 300)
        page.wait_for_timeout(50)
        if page.locator(f"[data-name={name}] [data-n=pids]").text_content() == "7":
            return
    raise AssertionError("no tick came")


def test_a_line_goes_with_the_ticks_and_has_a_gap_where_none_came(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"))
    page = look_at("/", victor).page
    joined(page, "web")
    # Moments in the middle of a step, so that none is counted with its neighbour.
    begin = int(time.time()) // 2 * 2 + 1.0
    for step in (*range(5), *range(10, 13), 20):
        send_tick("alpha", {"web": ()}, at=begin + 2 * step, cpu=10.0 * step)
    expect(page.locator(f"[data-name=web] {CPU} title")).to_have_text("CPU over the last 3 minutes: 0.00 % to 200.0 %")
    assert parts(page, "web") == [5, 3, 1]
    send_tick("alpha", {"web": ()}, at=begin + 2 * 21, cpu=300.0)
    expect(page.locator(f"[data-name=web] {CPU} title")).to_contain_text("to 300.0 %")
    assert parts(page, "web") == [5, 3, 2]
    # What is older than the line is long leaves it.
    send_tick("alpha", {"web": ()}, at=begin + 2 * 105, cpu=50.0)
    expect(page.locator(f"[data-name=web] {CPU} title")).to_contain_text("50.0 % to 300.0 %")
    assert parts(page, "web") == [2, 1]


def test_a_pod_without_numbers_keeps_its_gap_while_others_go_on(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"), pod("db"))
    page = look_at("/", victor).page
    joined(page, "web")
    begin = int(time.time()) // 2 * 2 + 1.0
    for step, names in enumerate((("web", "db"), ("web",), ("web",), ("web", "db"))):
        send_tick("alpha", dict.fromkeys(names, ()), at=begin + 2 * step, cpu=20.0 + step)
    expect(page.locator(f"[data-name=db] {CPU} title")).to_contain_text("20.0 % to 23.0 %")
    assert parts(page, "db") == [1, 1]
    assert parts(page, "web") == [4]


def test_history_gives_the_beginning(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"), pod("db", state="Exited"))
    begin = int(time.time()) // 10 * 10
    for ago, value in ((60, 40.0), (50, 30.0), (20, 60.0)):
        take_samples(samples(begin - ago, {"web": value}))
    page = look_at("/", victor).page
    expect(page.locator(f"[data-name=web] {CPU} title")).to_have_text(re.compile("30.0 % to 60.0 %"))
    # Ten seconds each are five steps; between the second and the third nothing is known.
    assert parts(page, "web") == [10, 5]
    assert path(page, "db") == ""
    expect(page.locator(f"[data-name=db] {CPU} title")).to_contain_text("not known")


def test_only_rows_near_the_screen_are_drawn(look_at: LookAt, host: Host, victor: User) -> None:
    names = [f"pod{n:03}" for n in range(50)]
    bring_online("alpha", *(pod(name) for name in names))
    page = look_at("/", victor).page
    joined(page, "pod000")
    page.evaluate(
        """() => {
          window.drawn = new Set();
          new MutationObserver(changes => {
            for (const {target} of changes) window.drawn.add(target.closest('tbody').dataset.name);
          }).observe(document.getElementById('hosts'), {attributeFilter: ['d'], subtree: true});
        }"""
    )
    begin = int(time.time()) // 2 * 2 + 1.0
    for step in range(3):
        send_tick("alpha", dict.fromkeys(names, ()), at=begin + 2 * step, cpu=20.0 + step)
    expect(page.locator(f"[data-name=pod000] {CPU} title")).to_contain_text("to 22.0 %")
    assert "pod001" in page.evaluate("[...window.drawn]")
    assert "pod049" not in page.evaluate("[...window.drawn]")
    page.locator("[data-name=pod049]").evaluate("row => row.scrollIntoView()")
    expect(page.locator(f"[data-name=pod049] {CPU} title")).to_contain_text("20.0 % to 22.0 %")
