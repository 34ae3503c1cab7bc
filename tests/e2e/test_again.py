"""Trying again what failed, on a real engine, in both modes."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.e2e.test_slice import SLOWEST, act, expect_outcome, expect_state, row
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
TWICE = """async ([url, token]) => {
  const body = new URLSearchParams({csrfmiddlewaretoken: token});
  const ask = () => fetch(url, {method: "POST", body}).then((answer) => answer.status);
  return (await Promise.all([ask(), ask()])).sort();
}"""


def test_a_start_that_failed_is_tried_again_when_its_cause_is_gone(
    watched: Watched, stack: Stack, clean_engine: Box
) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "first", "--publish", "18090:80")
    box.podman("pod", "start", "first")
    box.podman("pod", "create", "--name", "second", "--publish", "18090:80")
    expect_state(page, "second", "Created")
    act(page, "second", "Start")
    expect_outcome(page, "second", "failed")
    page.goto(f"{stack.url}/operations/?state=failed")
    # By its address: a list that is read again just then takes the link from under the pointer.
    link = page.locator(".operations tbody tr", has_text="second").get_by_role("link", name="details")
    page.goto(stack.url + (link.get_attribute("href") or ""))
    expect(page.get_by_role("heading", level=1)).to_have_text("Start second")
    box.podman("pod", "rm", "--force", "--time", "0", "first")
    former = page.url
    form = page.locator("form.again")
    address, token = form.get_attribute("action"), form.locator("input").get_attribute("value")
    # Pressed twice at once, it is asked for once.
    watched.expected.add(409)
    assert page.evaluate(TWICE, [address, token]) == [200, 409]
    page.goto(f"{stack.url}/operations/")
    line = page.locator(".operations tbody tr", has_text="second").first
    expect(line).to_contain_text("done", timeout=SLOWEST)
    with stack.api() as api:
        found = api.get("operations/", params={"verb": "start"}).json()["results"]
    assert [one["state"] for one in found if one["pod_name"] == "second"] == ["done", "failed"]
    page.goto(former)
    expect(page.get_by_role("heading", level=1)).to_have_text("Start second")
    expect(page.locator(".again")).to_have_count(0)
    page.goto(f"{stack.url}/")
    expect_state(page, "second", "Running")
    expect(page.locator(row(page, "first"))).to_have_count(0)
