"""The list in the order that the reader asks for, by live numbers too, without moving under the reader."""

import re
import time

import msgspec
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.control.snapshots import apply_snapshot
from pods.messages.live import PodUsage
from pods.messages.names import live_group
from pods.models import Host
from podweb.push import push
from tests.browser.conftest import LookAt
from tests.browser.server import usage
from tests.browser.test_pages import LOOKS, check
from tests.builders import bring_online, engine_id, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NAMES = "tbody.pod .name a"


def tick(numbers: dict[str, float], host: str = "alpha") -> None:
    """Push a tick in which each pod uses so many percent of a core, and as many bytes."""
    at = time.time()
    texts = {
        engine_id(name): msgspec.json.encode(
            PodUsage(at=at, source="cgroup v1", total=usage(cpu=cpu, memory=int(cpu)), containers={})
        ).decode()
        for name, cpu in numbers.items()
    }
    push(live_group(host), {"type": "live.tick", "host": host, "sequence": 1, "at": at, "pods": texts})


def tick_until_ordered(page: Page, names: list[str], numbers: dict[str, float]) -> None:
    """Send ticks until the page is in this order, which it is at a calm moment some seconds later at the latest."""
    for _ in range(100):
        tick(numbers)
        page.wait_for_timeout(100)
        if page.locator(NAMES).all_text_contents() == names:
            return
    expect(page.locator(NAMES)).to_have_text(names)


def fill(*names: str) -> None:
    bring_online("alpha", *(pod(name) for name in names))


def head(page: Page, name: str) -> object:
    return page.locator("th[data-column]", has_text=name)


def test_by_cpu_the_busiest_come_first_and_the_idle_by_another_click(look_at: LookAt, host: Host, victor: User) -> None:
    fill("a", "b", "c", "d")
    page = look_at("/", victor).page
    page.get_by_role("button", name="CPU").click()
    expect(page).to_have_url(re.compile(r"\?sort=-cpu$"))
    expect(page.locator("th[data-column=cpu]")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_label("Sort by")).to_have_value("-cpu")
    page.mouse.move(5, 5)
    # Of d nothing is known: it stands at the end, either way.
    tick_until_ordered(page, ["b", "c", "a", "d"], {"a": 1, "b": 90, "c": 30})
    page.get_by_role("button", name="CPU").click()
    expect(page.locator("th[data-column=cpu]")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(NAMES)).to_have_text(["a", "c", "b", "d"])
    page.get_by_label("Sort by").select_option("-name")
    expect(page.locator(NAMES)).to_have_text(["d", "c", "b", "a"])
    expect(page).to_have_url(re.compile(r"\?sort=-name$"))


def test_the_order_is_in_the_address_and_kept_by_filters(look_at: LookAt, host: Host, victor: User) -> None:
    fill("a", "b", "c")
    page = look_at("/?sort=-memory", victor).page
    tick_until_ordered(page, ["c", "b", "a"], {"a": 1, "b": 2, "c": 3})
    page.locator("#chip-running").click()
    expect(page).to_have_url(re.compile("sort=-memory"))
    tick_until_ordered(page, ["c", "b", "a"], {"a": 1, "b": 2, "c": 3})


def test_nothing_moves_under_the_pointer_or_the_focus_and_it_is_said(look_at: LookAt, host: Host, victor: User) -> None:
    fill("a", "b", "c")
    page = look_at("/?sort=-cpu", victor).page
    tick_until_ordered(page, ["c", "b", "a"], {"a": 1, "b": 2, "c": 3})
    page.locator("[data-name=b]").hover()
    for _ in range(60):
        tick({"a": 30, "b": 2, "c": 3})
        page.wait_for_timeout(100)
    expect(page.locator(NAMES)).to_have_text(["c", "b", "a"])
    expect(page.locator("#sorted")).to_contain_text("held while you read")
    page.locator("[data-name=a] .name a").focus()
    page.mouse.move(5, 5)
    tick({"a": 30, "b": 2, "c": 3})
    page.wait_for_timeout(300)
    expect(page.locator(NAMES)).to_have_text(["c", "b", "a"])
    page.get_by_role("button", name="Sort again").click()
    expect(page.locator(NAMES)).to_have_text(["a", "c", "b"])
    expect(page.get_by_role("button", name="Sort again")).to_be_hidden()
    expect(page.get_by_role("button", name="CPU")).to_be_focused()
    # A calm moment is enough too.
    tick_until_ordered(page, ["b", "a", "c"], {"a": 30, "b": 200, "c": 3})


def test_all_pods_are_sorted_also_those_of_other_pages(look_at: LookAt, host: Host, victor: User) -> None:
    names = [f"pod{n:03}" for n in range(120)]
    fill(*names)
    page = look_at("/", victor).page
    expect(page.locator("tbody.pod")).to_have_count(50)
    page.get_by_label("Sort by").select_option("-cpu")
    expect(page.locator("tbody.pod")).to_have_count(120)
    page.locator("#view-sort").blur()
    tick_until_ordered(page, names[::-1], {name: float(n) for n, name in enumerate(names)})
    # A change of the list leaves it in its order.
    apply_snapshot(snapshot(pod("new"), complete=False, pod_ids=(engine_id("new"),)))
    expect(page.locator("tbody.pod")).to_have_count(121)
    expect(page.locator(NAMES).first).to_have_text("pod119")
    expect(page.locator("#pager-above")).to_contain_text("of 121")
    expect(page.get_by_label("Sort by")).to_have_value("-cpu")


def test_sorting_without_scripts(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("a"), pod("b", state="Degraded"), pod("c", created_at="2026-11-20T10:00:00Z"))
    page = look_at("/", victor, wait=False, scripts=False).page
    page.get_by_role("button", name="State").click()
    expect(page.locator(NAMES)).to_have_text(["b", "a", "c"])
    page.get_by_label("Sort by").select_option("age")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(NAMES)).to_have_text(["c", "a", "b"])
    page.get_by_role("button", name="CPU").click()
    expect(page.locator("#sorted")).to_contain_text("In the order of names until live numbers come")


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_sorting_is_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill("a", "b", "c")
    watched = look_at("/?sort=-cpu", alice, width=width, dark=dark)
    tick_until_ordered(watched.page, ["c", "b", "a"], {"a": 1, "b": 2, "c": 3})
    check(watched)
