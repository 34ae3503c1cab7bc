"""The list in groups: chosen without a reload, and true while pods change."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.control.snapshots import apply_snapshot
from pods.models import Host
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check
from tests.browser.test_sort import tick
from tests.builders import bring_online, engine_id, members, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def fill() -> None:
    Host.objects.create(slug="beta", name="Beta")
    bring_online("alpha", pod("a", labels={"app": "shop"}), pod("b"), containers=members("a", "app"))
    bring_online("beta", pod("c", labels={"app": "shop"}, state="Exited"))


def news(name: str, **values: object) -> None:
    apply_snapshot(snapshot(pod(name, **values), complete=False, pod_ids=(engine_id(name),)))


def groups(page: Page) -> dict[str, list[str]]:
    """Return the names under each head."""
    found: dict[str, list[str]] = page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('.group')].map(group => [
             group.querySelector('h2').textContent.trim(),
             [...group.querySelectorAll('tbody.pod')].map(one => one.dataset.name)]))"""
    )
    return found


def test_groups_are_chosen_without_a_reload_and_stay_in_the_address(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    page = look_at("/", victor).page
    page.evaluate("window.stays = true")
    page.get_by_label("Group by").select_option("label:app")
    expect(page.get_by_role("heading", name="app=shop")).to_be_visible()
    assert groups(page) == {"app=shop": ["a", "c"], "Without the label app": ["b"]}
    expect(page).to_have_url(re.compile(r"\?group=label%3Aapp$"))
    assert page.evaluate("window.stays")
    page.locator("#chip-running").click()
    expect(page.locator("#chip-running")).to_have_attribute("aria-current", "true")
    assert groups(page) == {"app=shop": ["a"], "Without the label app": ["b"]}
    page.get_by_label("Group by").select_option("host")
    expect(page.locator("#host-alpha tbody.pod")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?status=running$"))


def test_a_pod_whose_state_changes_goes_to_its_new_group(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    page = look_at("/?group=state", victor).page
    assert groups(page) == {"Running": ["a", "b"], "Exited": ["c"]}
    news("b", state="Exited")
    expect(page.locator("#group-exited tbody.pod")).to_have_count(2)
    assert groups(page) == {"Running": ["a"], "Exited": ["b", "c"]}
    expect(page.locator("#group-exited .section-total")).to_have_text("2")
    # A group that was not there comes, and one that is empty goes.
    news("a", state="Degraded")
    expect(page.locator("#group-degraded tbody.pod")).to_have_count(1)
    expect(page.locator("#group-running")).to_have_count(0)
    expect(page.locator("#group-exited .section-total")).to_have_text("2")


def test_numbers_and_their_age_are_told_in_groups_too(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    page = look_at("/?group=none", victor).page
    cell = page.locator("[data-name=a] .pod-row [data-n=cpu]")
    for _ in range(100):
        tick({"a": 12})
        page.wait_for_timeout(50)
        if cell.text_content() == "12.0 %":
            break
    expect(cell).to_have_text("12.0 %")
    expect(page.locator("[data-name=a][data-stale]")).to_have_count(1)
    expect(page.locator("[data-name=c][data-stale]")).to_have_count(0)
    tick({"a": 12})
    expect(page.locator("[data-name=a][data-stale]")).to_have_count(0)


def test_grouping_without_scripts(look_at: LookAt, host: Host, victor: User) -> None:
    fill()
    page = look_at("/?host=alpha&host=beta", victor, wait=False, scripts=False).page
    page.get_by_label("Group by").select_option("label:app")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("host=alpha&host=beta"))
    expect(page.get_by_role("heading", name="app=shop")).to_be_visible()
    expect(page.locator(".host-line")).to_have_count(2)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_groups_are_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill()
    watched = look_at("/?group=state", alice, width=width, dark=dark)
    expect(watched.page.locator(".host-line")).to_have_count(2)
    check(watched)
