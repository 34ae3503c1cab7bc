"""Keys and the command palette."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from pods.models import Host, Pod
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check, fill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_keys_move_between_rows_choose_and_open(look_at: LookAt, host: Host, alice: User) -> None:
    fill(5)
    page = look_at("/", alice).page
    for key in ("j", "j", "ArrowDown", "k", " "):
        page.keyboard.press(key)
    expect(page.locator("[data-name=pod001] .pod-row .name a")).to_be_focused()
    expect(page.get_by_label("Choose pod001", exact=True)).to_be_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/pods/{Pod.objects.get(name='pod002').pk}/$"))
    page.wait_for_selector("body[data-live=open], body[data-live=live]")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("/operations/$"))
    page.wait_for_selector("body[data-live=open], body[data-live=live]")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Pods", exact=True)).to_be_visible()


def test_keys_do_nothing_while_typing_or_when_turned_off(look_at: LookAt, host: Host, alice: User) -> None:
    fill(3)
    page = look_at("/", alice).page
    page.keyboard.press("/")
    page.keyboard.type("j?go")
    expect(page.locator("#filter")).to_have_value("j?go")
    page.fill("#filter", "")
    page.locator("#filter").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_label("Single keys do these things").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('tbody.pod')") is None
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_the_palette_finds_a_pod_and_an_action(look_at: LookAt, host: Host, alice: User) -> None:
    fill(12)
    page = look_at("/operations/", alice).page
    page.keyboard.press("Control+k")
    field = page.locator("#palette-words")
    expect(field).to_be_focused()
    expect(page.get_by_role("option")).to_contain_text(["Pods", "Operations", "New pod on Alpha", "Prune", "API"])
    page.keyboard.type("pod00")
    expect(page.get_by_role("option").first).to_contain_text("pod000")
    expect(field).to_have_attribute("aria-activedescendant", "found-1")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found-2")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/pods/{Pod.objects.get(name='pod001').pk}/$"))
    page.wait_for_selector("body[data-live=open], body[data-live=live]")
    page.keyboard.press("Control+k")
    # Enter does not wait for the eye: it takes the answer to what was typed.
    page.keyboard.type("stop pod005")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Stop pod005?")).to_be_visible()


def test_the_palette_says_when_nothing_is_found(look_at: LookAt, host: Host, victor: User) -> None:
    fill(2)
    page = look_at("/", victor).page
    page.get_by_role("button", name="Find…").click()
    page.keyboard.type("no such thing")
    expect(page.locator("#found-none")).to_have_text("Nothing is like that.")
    expect(page.locator("#palette-words")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Find…")).to_be_focused()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_keys_and_palette_are_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill(3)
    watched = look_at("/", alice, width=width, dark=dark)
    page = watched.page
    page.keyboard.press("Control+k")
    page.keyboard.type("pod")
    expect(page.locator("#found-1")).to_contain_text("pod000")
    check(watched)
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    check(watched)
