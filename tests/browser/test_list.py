"""The list of pods in several pages: search over all of them, filters in the address, and news of rows elsewhere."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from pods.control.snapshots import apply_snapshot
from pods.models import Host, Pod
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check
from tests.builders import bring_online, engine_id, members, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def fill(count: int) -> None:
    bring_online("alpha", *(pod(f"pod{n:03}", state="Exited" if n % 3 else "Running") for n in range(count)))


def news(*names: str, **values: str) -> None:
    """Let the host report these pods alone."""
    ids = tuple(engine_id(name) for name in names)
    apply_snapshot(snapshot(*(pod(name, **values) for name in names), complete=False, pod_ids=ids))


def test_the_search_finds_pods_on_other_pages_while_typing(look_at: LookAt, host: Host, victor: User) -> None:
    fill(230)
    page = look_at("/", victor).page
    page.evaluate("window.stays = true")
    page.keyboard.press("/")
    page.keyboard.type("pod22")
    expect(page.locator("tbody.pod:visible .name a")).to_have_text([f"pod22{n}" for n in range(10)])
    expect(page).to_have_url(re.compile(r"\?q=pod22$"))
    expect(page.locator("#chip-running .count")).to_have_text("3")
    page.fill("#filter", "")
    expect(page.locator("tbody.pod:visible")).to_have_count(50)
    expect(page.locator("#filter")).to_be_focused()
    assert page.evaluate("window.stays")


def test_the_next_page_and_a_filter_are_links(look_at: LookAt, host: Host, victor: User) -> None:
    fill(230)
    page = look_at("/", victor).page
    page.get_by_role("link", name="Page after").first.click()
    expect(page.locator("tbody.pod .name a").first).to_have_text("pod050")
    page.locator("#chip-running").click()
    expect(page.locator("#pager-above")).to_contain_text("of 77")
    expect(page.locator("#chip-running")).to_have_attribute("aria-current", "true")
    page.get_by_label("Only pods with this label").fill("nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No pod is like that")).to_be_visible()
    page.get_by_role("link", name="Show all", exact=True).click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_news_of_rows_on_other_pages_leave_this_one_as_it_is(look_at: LookAt, host: Host, victor: User) -> None:
    fill(230)
    page = look_at("/", victor).page
    news("pod000", state="Paused")
    expect(page.locator("[data-name=pod000] .pod-row .c-state")).to_have_text("Paused")
    news("pod229", state="Paused")
    expect(page.locator("#chip-paused .count")).to_have_text("2")
    expect(page.locator("tbody.pod")).to_have_count(50)
    expect(page.locator("[data-name=pod229]")).to_have_count(0)
    # A new pod that belongs here comes, and the last of the page makes room.
    news("aaa")
    expect(page.locator("tbody.pod .name a").first).to_have_text("aaa")
    expect(page.locator("tbody.pod")).to_have_count(50)
    expect(page.locator("#pager-above")).to_contain_text("of 231")


def test_further_pods_come_while_scrolling_and_stay_what_the_server_says(
    look_at: LookAt, host: Host, victor: User
) -> None:
    fill(120)
    page = look_at("/", victor).page
    pods = page.locator("tbody.pod")
    expect(pods).to_have_count(50)
    page.keyboard.press("End")
    expect(pods).to_have_count(100)
    page.keyboard.press("End")
    expect(pods.locator(".name a")).to_have_text([f"pod{n:03}" for n in range(120)])
    expect(page.locator("#pager-above")).to_contain_text("1\N{EN DASH}120 of 120")
    news("pod119", state="Paused")
    expect(page.locator("[data-name=pod119] .pod-row .c-state")).to_have_text("Paused")
    # All is there: what comes, comes in its place, and nothing is read again for it.
    page.evaluate("document.querySelector('[data-name=pod060]').dataset.stays = ''")
    news("pod060a")
    expect(pods.nth(61).locator(".name a")).to_have_text("pod060a")
    expect(page.locator("#pager-above")).to_contain_text("1\N{EN DASH}121 of 121")
    expect(page.locator("[data-name=pod060][data-stays]")).to_have_count(1)


def test_who_is_at_the_end_again_before_it_was_seen_to_leave_gets_more(
    look_at: LookAt, host: Host, victor: User
) -> None:
    fill(180)
    page = look_at("/", victor).page
    # Down again in the very frame in which rows came.
    page.evaluate("""() => {
      const down = () => window.scrollTo(0, document.body.scrollHeight);
      const options = { childList: true, subtree: true };
      new MutationObserver(() => requestAnimationFrame(down)).observe(document.getElementById("hosts"), options);
      down();
    }""")
    expect(page.locator("tbody.pod")).to_have_count(180)


def test_in_a_high_window_a_search_that_ends_leaves_all_pods(look_at: LookAt, host: Host, victor: User) -> None:
    fill(120)
    page = look_at("/", victor).page
    page.set_viewport_size({"width": 1400, "height": 12_000})
    expect(page.locator("tbody.pod")).to_have_count(120)
    page.fill("#filter", "pod11")
    expect(page.locator("tbody.pod")).to_have_count(10)
    page.fill("#filter", "")
    expect(page.locator("tbody.pod")).to_have_count(120)


def test_containers_are_read_when_a_pod_is_unfolded_and_kept_up_to_date(
    look_at: LookAt, host: Host, victor: User
) -> None:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    page = look_at("/", victor).page
    expect(page.locator(".container-row")).to_have_count(0)
    page.get_by_role("button", name="Containers of web").click()
    expect(page.locator(".container-row:visible .name a")).to_have_text(["infra", "app"])
    expect(page.get_by_role("button", name="Containers of web")).to_be_focused()
    ids = (engine_id("web"),)
    parts = members("web", "app", "db")
    apply_snapshot(snapshot(pod("web"), containers=parts, complete=False, pod_ids=ids))
    expect(page.locator(".container-row:visible .name a")).to_have_text(["infra", "app", "db"])
    page.reload()
    expect(page.locator(".container-row:visible .name a")).to_have_text(["infra", "app", "db"])


def test_a_row_that_no_longer_fits_the_filter_leaves(look_at: LookAt, host: Host, victor: User) -> None:
    fill(6)
    page = look_at("/?status=running", victor).page
    expect(page.locator("tbody.pod .name a")).to_have_text(["pod000", "pod003"])
    news("pod000", state="Exited")
    expect(page.locator("tbody.pod .name a")).to_have_text(["pod003"])
    news("pod001", state="Running")
    expect(page.locator("tbody.pod .name a")).to_have_text(["pod001", "pod003"])


def test_a_host_that_is_registered_meanwhile_comes(look_at: LookAt, host: Host, victor: User) -> None:
    fill(2)
    page = look_at("/", victor).page
    Host.objects.create(slug="beta", name="Beta")
    # The page's socket looks for new hosts every few seconds; then the host speaks.
    page.wait_for_timeout(6000)
    bring_online("beta", pod("other"))
    expect(page.locator("#host-beta tbody.pod .name a")).to_have_text(["other"])
    assert Pod.objects.count() == 3


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_list_is_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    Host.objects.create(slug="beta", name="Beta")
    fill(130)
    bring_online("beta", pod("other"))
    watched = look_at("/?status=running&label=app&host=alpha", alice, width=width, dark=dark)
    check(watched)
    watched = look_at("/?page=2", alice, width=width, dark=dark)
    expect(watched.page.locator("#pager-below")).to_contain_text("of 131")
    check(watched)
