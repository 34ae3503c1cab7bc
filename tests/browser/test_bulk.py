"""Choosing pods of the list, and one action on those chosen."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.control.snapshots import apply_snapshot
from pods.models import Host, Operation, Pod
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check
from tests.builders import bring_online, engine_id, members, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def fill(count: int) -> None:
    names = [f"pod{n:03}" for n in range(count)]
    pods = [pod(name, state="Exited" if n % 3 else "Running") for n, name in enumerate(names)]
    containers = [
        one for n, name in enumerate(names) for one in members(name, "app", state="exited" if n % 3 else "running")
    ]
    bring_online("alpha", *pods, containers=tuple(containers))


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_label(f"Choose {name}", exact=True).check()


def test_chosen_pods_are_stopped_and_each_has_its_row(look_at: LookAt, host: Host, alice: User) -> None:
    fill(6)
    page = look_at("/", alice).page
    expect(page.locator("#bulk")).to_be_hidden()
    choose(page, "pod000", "pod001", "pod003")
    expect(page.locator("#chosen")).to_have_text("3 pods chosen")
    page.locator("#bulk").get_by_role("button", name="Stop…").click()
    expect(page.locator("#dialog")).to_be_visible()
    expect(page.get_by_role("heading", name="Stop 2 pods?")).to_be_visible()
    expect(page.locator("#dialog")).to_contain_text("pod001")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#chosen")).to_have_text("3 pods chosen")
    page.locator("#bulk").get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Stop 2 pods").click()
    expect(page.get_by_role("heading", name="Stop 2 pods")).to_be_visible()
    expect(page.locator("table.operations tbody tr")).to_have_count(2)
    assert sorted(Operation.objects.values_list("pod_name", flat=True)) == ["pod000", "pod003"]


def test_only_verbs_that_fit_a_chosen_pod_are_offered(look_at: LookAt, host: Host, alice: User) -> None:
    fill(3)
    page = look_at("/", alice).page
    verbs = page.locator("#bulk button[name=verb]:visible")
    choose(page, "pod001")
    expect(verbs).to_have_text(["Start…", "Restart…", "Remove…"])
    choose(page, "pod000")
    expect(verbs).to_have_text(["Start…", "Stop…", "Restart…", "Pause…", "Kill…", "Remove…"])


def test_a_choice_outlives_news_of_its_row_and_ends_with_it(look_at: LookAt, host: Host, alice: User) -> None:
    fill(3)
    page = look_at("/", alice).page
    choose(page, "pod000", "pod001")
    ids = (engine_id("pod000"),)
    apply_snapshot(snapshot(pod("pod000", state="Paused"), complete=False, pod_ids=ids))
    expect(page.locator("[data-name=pod000] .pod-row .c-state")).to_have_text("Paused")
    expect(page.get_by_label("Choose pod000")).to_be_checked()
    apply_snapshot(snapshot(pod("pod001", state="Exited"), pod("pod002", state="Exited")))
    expect(page.locator("tbody.pod")).to_have_count(2)
    expect(page.locator("#chosen")).to_have_text("1 pod chosen")
    expect(page.get_by_label("Choose pod001")).to_be_checked()


def test_ranges_all_and_none(look_at: LookAt, host: Host, alice: User) -> None:
    fill(9)
    page = look_at("/", alice).page
    choose(page, "pod002")
    page.get_by_label("Choose pod005").click(modifiers=["Shift"])
    expect(page.locator("#chosen")).to_have_text("4 pods chosen")
    every = page.get_by_label("Choose every pod shown of Alpha")
    assert every.evaluate("box => box.indeterminate")
    every.click()
    expect(page.locator("#chosen")).to_have_text("9 pods chosen")
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.get_by_label("Choose pod000")).to_be_focused()
    page.keyboard.press("Space")
    page.fill("#filter", "pod001")
    expect(page.locator("#chosen")).to_have_text("1 pod chosen, 1 not shown")
    page.get_by_role("button", name="Choose all shown").click()
    expect(page.locator("#chosen")).to_have_text("2 pods chosen, 1 not shown")


def test_it_works_without_scripts(look_at: LookAt, host: Host, alice: User) -> None:
    fill(3)
    page = look_at("/", alice, wait=False, scripts=False).page
    choose(page, "pod000")
    page.locator("#bulk").get_by_role("button", name="Remove…").click()
    page.get_by_role("button", name="Remove 1 pod").click()
    expect(page).to_have_url(re.compile("/operations/groups/"))
    assert Operation.objects.get().pod_name == "pod000"


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_choosing_is_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill(12)
    Pod.objects.filter(name="pod000").update(systemd_unit="web.service")
    watched = look_at("/", alice, width=width, dark=dark)
    page = watched.page
    choose(page, "pod000", "pod001", "pod003")
    check(watched)
    page.locator("#bulk").get_by_role("button", name="Stop…").click()
    expect(page.locator("#dialog")).to_contain_text("systemd will act back")
    check(watched)
