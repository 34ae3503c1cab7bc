"""The timeline of a pod's page, and its marks in the charts."""

import time

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from pods.messages.events import Kind
from pods.models import Host, Pod
from tests.browser.conftest import LookAt
from tests.browser.test_charts import fill, ready, remember, shot, tick
from tests.control.operations import make_operation
from tests.control.test_events import tell, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]
KILLED = {"process": "postgres", "pid": 4711, "limit": "container"}


def happen(alice: User, web: Pod) -> None:
    now = time.time()
    make_operation(alice, web, verb="restart", state="done", asked_at=timezone.now(), ended_at=timezone.now())
    tell(
        told("a", at=now - 700, details={"action": "start"}),
        told("b", Kind.OOM, at=now - 300, source="kernel log", details=KILLED),
        told("c", at=now - 299, details={"action": "died", "exit_code": 137}),
        told("d", Kind.LIMITS, at=now - 120, container="", source="cgroup v1", details={"memory": [2**28, 2**29]}),
    )


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_what_happened_is_one_list_that_can_be_narrowed(
    look_at: LookAt, host: Host, alice: User, width: int, dark: bool
) -> None:
    web = fill()
    happen(alice, web)
    remember(900)
    watched = look_at(f"/pods/{web.pk}/", alice, width=width, dark=dark)
    page = ready(watched)
    entries = page.locator(".timeline-list li")
    expect(entries).to_have_count(5)
    expect(entries.first).to_contain_text("restart: done, by alice")
    expect(entries.filter(has_text="limits changed")).to_contain_text("the pod limits changed: memory 256.0 MiB")
    oom = entries.filter(has_text="out of memory")
    expect(oom).to_contain_text("app out of memory: the kernel killed postgres (process 4711); its memory limit")
    expect(oom).to_contain_text("kernel log")
    page.get_by_role("button", name="Trouble").click()
    expect(page.locator(".timeline-list li:visible")).to_have_count(2)
    # It stays narrowed when something happens, and what happened is there.
    tell(told("e", Kind.THROTTLED, details={"share": 62.5}))
    expect(page.locator(".timeline-list li:visible")).to_have_count(3)
    expect(page.get_by_role("button", name="Trouble")).to_have_attribute("aria-pressed", "true")
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    shot(page, f"timeline-{width}-{'dark' if dark else 'light'}")


def test_pointing_near_a_mark_in_a_chart_says_what_happened(look_at: LookAt, host: Host, alice: User) -> None:
    web = fill()
    happen(alice, web)
    remember(900)
    page = ready(look_at(f"/pods/{web.pk}/", alice))
    tick()
    box = page.locator(".chart-area .u-over").first.bounding_box()
    assert box is not None
    words = page.locator(".chart-at").first
    for step in range(400):
        # The mark stands a third of the way from the right: 300 of 900 seconds ago.
        page.mouse.move(box["x"] + box["width"] * (0.60 + step % 100 / 1000), box["y"] + 40)
        page.wait_for_timeout(20)
        if "killed postgres" in (words.text_content() or ""):
            break
    expect(words).to_contain_text("app: out of memory: the kernel killed postgres")
    page.mouse.move(5, 5)


def test_nothing_has_happened_yet(look_at: LookAt, host: Host, victor: User) -> None:
    web = fill()
    page = ready(look_at(f"/pods/{web.pk}/", victor))
    expect(page.locator(".timeline")).to_contain_text("Nothing has happened since podweb watches.")
