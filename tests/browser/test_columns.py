"""Which columns the list shows is the reader's choice, and remembered."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from pods.models import Host
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check
from tests.builders import bring_online, members, pod

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
# Notes whether there was a page to be seen already when columns were left out.
WATCH = """new MutationObserver(() => { window.early ??= document.body === null; })
.observe(document, {attributeFilter: ['data-without'], subtree: true})"""


def leave_out(page: Page, *names: str) -> None:
    page.locator("#columns summary").focus()
    page.keyboard.press("Enter")
    for name in names:
        page.get_by_role("checkbox", name=name, exact=True).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.locator("#columns summary")).to_be_focused()


def test_columns_are_left_out_by_keyboard_and_stay_out(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    page = look_at("/", victor).page
    leave_out(page, "Network", "PIDs")
    expect(page.locator("#hosts .c-net:visible")).to_have_count(0)
    expect(page.locator("#hosts .pod-row .c-pids")).to_be_hidden()
    expect(page.locator("#hosts .pod-row .c-mem")).to_be_visible()
    page.add_init_script(WATCH)
    page.reload()
    expect(page.locator("#hosts .pod-row .c-net")).to_be_hidden()
    assert page.evaluate("window.early") is True
    page.get_by_role("button", name="Containers of web").click()
    expect(page.locator(".container-row .c-io:visible")).to_have_count(2)
    expect(page.locator(".container-row .c-net:visible")).to_have_count(0)
    leave_out(page, "Network", "PIDs")
    expect(page.locator("#hosts .pod-row .c-net")).to_be_visible()
    assert page.evaluate("localStorage.getItem('podweb.columns-off')") is None


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_choice_is_for_everybody(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    bring_online("alpha", pod("web"))
    watched = look_at("/", alice, width=width, dark=dark)
    watched.page.locator("#columns summary").click()
    watched.page.get_by_role("checkbox", name="CPU", exact=True).uncheck()
    expect(watched.page.locator("#hosts .pod-row .c-cpu")).to_be_hidden()
    check(watched)
