"""The API's page in a browser: under the strict policy, accessible, at both widths and in both colour schemes."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.conftest import LookAt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (400, False), (400, True)])
def test_the_apis_page(look_at: LookAt, victor: User, width: int, dark: bool) -> None:
    watched = look_at("/api/docs/", victor, width=width, dark=dark)
    page = watched.page
    expect(page.get_by_role("heading", name="API", level=1)).to_be_visible()
    assert watched.violations() == []
    page.locator("#create_pod summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#create_pod pre")).to_contain_text("curl")
    # A link to a shape leads to it and opens it.
    page.locator("#create_pod").get_by_role("link", name="NewPod").click()
    expect(page.locator("#shape-NewPod")).to_be_in_viewport()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
