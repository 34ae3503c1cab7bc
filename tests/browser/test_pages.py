"""Every page at both widths and in both colour schemes: complete, accessible, nothing wider than the window."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from pods.control.hosts import engine_status
from pods.messages.hosts import Attempt
from pods.models import Host, Operation, Pod
from tests.browser.chromium import Watched
from tests.browser.conftest import LookAt
from tests.browser.server import send_tick
from tests.builders import bring_online, members, pod, status
from tests.control.operations import make_operation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]
UNKNOWN = "\N{EN DASH}"
STATES = ("Running", "Degraded", "Paused", "Exited", "Created")


def fill(count: int) -> None:
    names = [f"pod{n:03}" for n in range(count)]
    pods = [pod(name, state=STATES[n % len(STATES)]) for n, name in enumerate(names)]
    bring_online("alpha", *pods, containers=tuple(one for name in names for one in members(name, "app", "db")))


def check(watched: Watched) -> None:
    page = watched.page
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def tick_until(page: Page, selector: str, **values: float) -> None:
    """Send ticks as a host worker does until a number is there: the page joins shortly after its socket opens."""
    for _ in range(100):
        send_tick("alpha", {"pod000": ("app", "db"), "pod001": ("app", "db")}, **values)
        page.wait_for_timeout(50)
        if page.locator(selector).first.text_content() not in {UNKNOWN, ""}:
            return
    raise AssertionError(f"no number came into {selector}")


@pytest.mark.parametrize(("width", "dark"), LOOKS)
@pytest.mark.parametrize("count", [0, 3])
def test_the_pods_page(look_at: LookAt, host: Host, alice: User, count: int, width: int, dark: bool) -> None:
    fill(count)
    watched = look_at("/", alice, width=width, dark=dark)
    page = watched.page
    expect(page.locator("tbody.pod")).to_have_count(count)
    if count:
        tick_until(page, "tbody.pod [data-n=cpu]")
        page.locator(".expand").first.click()
        expect(page.locator(".container-row:visible")).to_have_count(3)
        page.locator("details.menu summary").first.click()
    else:
        expect(page.get_by_role("heading", name="No pods on Alpha")).to_be_visible()
    check(watched)


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True)])
def test_the_pods_page_with_300_pods(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill(300)
    watched = look_at("/", alice, width=width, dark=dark)
    expect(watched.page.locator("tbody.pod")).to_have_count(50)
    expect(watched.page.locator("#pager-above")).to_contain_text("1\N{EN DASH}50 of 300")
    tick_until(watched.page, "tbody.pod [data-n=cpu]")
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_pods_page(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill(1)
    web = Pod.objects.get()
    make_operation(alice, web, verb="start", state="done", ended_at=timezone.now())
    failed = {
        "state": "failed",
        "ended_at": timezone.now(),
        "message": "The engine refused.",
        "engine": "no",
        "hint": "Try.",
    }
    make_operation(alice, web, verb="stop", **failed)
    watched = look_at(f"/pods/{web.pk}/", alice, width=width, dark=dark)
    tick_until(watched.page, "tbody.pod [data-n=cpu]")
    expect(watched.page.locator(".container-row:visible")).to_have_count(3)
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_an_engine_that_does_not_answer(look_at: LookAt, host: Host, victor: User, width: int, dark: bool) -> None:
    fill(2)
    tried = (Attempt(socket="/run/podman/podman.sock", answer="nobody listens there"),)
    engine_status(status(answering=False, info=None, socket="", attempts=tried, advice="systemctl start podman.socket"))
    watched = look_at("/", victor, width=width, dark=dark)
    expect(watched.page.locator(".host-head")).to_contain_text("not answering since")
    expect(watched.page.locator(".trouble")).to_contain_text("nobody listens there")
    expect(watched.page.locator(".trouble pre")).to_have_text("systemctl start podman.socket")
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_operations_page(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    fill(1)
    web = Pod.objects.get()
    for n in range(3):
        make_operation(alice, web, asked_at=timezone.now() - timedelta(hours=n), state="done", ended_at=timezone.now())
    watched = look_at("/operations/", alice, width=width, dark=dark)
    expect(watched.page.locator("table.operations tbody tr")).to_have_count(3)
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_signing_in(look_at: LookAt, alice: User, width: int, dark: bool) -> None:
    watched = look_at("/", None, width=width, dark=dark)
    page = watched.page
    check(watched)
    page.fill("#id_username", "alice")
    page.fill("#id_password", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".pf-v6-c-alert")).to_contain_text("name and password do not")
    check(watched)
    page.fill("#id_password", "alice's password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No host yet")).to_be_visible()
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_what_is_not_there_or_not_yours(look_at: LookAt, mallory: User, victor: User, width: int, dark: bool) -> None:
    missing = look_at("/pods/999/", None, width=width, dark=dark)
    assert "/sign-in/" in missing.page.url
    missing = look_at("/nowhere/", victor, width=width, dark=dark, wait=False)
    missing.complaints[:] = [one for one in missing.complaints if not one.startswith("404")]
    expect(missing.page.get_by_role("heading", level=1)).to_be_visible()
    check(missing)
    denied = look_at("/", mallory, width=width, dark=dark, wait=False)
    denied.complaints[:] = [one for one in denied.complaints if not one.startswith("403")]
    expect(denied.page.get_by_role("heading", level=1)).to_be_visible()
    check(denied)
    assert not Operation.objects.exists()


def test_strange_names_are_text(look_at: LookAt, host: Host, alice: User) -> None:
    name = "<script>alert(1)</script>"
    emoji = "💥" * 2500
    bring_online("alpha", pod(name, labels={"mood": emoji, "<b>": "<img src=x onerror=alert(2)>"}))
    watched = look_at("/", alice)
    page = watched.page
    page.on("dialog", lambda dialog: watched.complaints.append(dialog.message))
    expect(page.locator("tbody.pod .name a")).to_have_text(name)
    page.fill("#filter", "💥")
    expect(page.locator("tbody.pod")).to_be_visible()
    page.locator("tbody.pod .name a").click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".answers").first).to_contain_text(emoji)
    check(watched)
