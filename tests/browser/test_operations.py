"""The pages of operations in the browser: live, in place, accessible, and tried again by a click."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from pods.control.operations import operation_ended, operation_started
from pods.messages.operations import OperationEnded, OperationStarted, Part, Step
from pods.models import Host, Operation, Pod
from tests.browser.chromium import Watched
from tests.browser.conftest import LookAt
from tests.builders import BOOT, bring_online, members, pod
from tests.control.operations import make_operation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def failed(user: User, pod: Pod, /, **values: Any) -> Operation:
    now = timezone.now()
    facts: dict[str, Any] = {
        "state": "failed",
        "started_at": now - timedelta(seconds=3),
        "ended_at": now,
        "message": "The engine refused.",
        "engine": "cannot stop it: " + "device or resource busy " * 8,
        "hint": "Look at the container.",
        "parts_json": [{"name": "app", "message": "is stuck"}],
        "steps_json": [{"at": now.timestamp() - 3, "text": "read the pod"}, {"at": now.timestamp(), "text": "stopped"}],
        "arguments": {"timeout": 7},
        "result": {"left": 1},
    }
    return make_operation(user, pod, **(facts | values))


def line(page: Page, operation: Operation) -> Any:
    return page.locator(f"#operation-{operation.pk}")


def check(watched: Watched) -> None:
    page = watched.page
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_pages(look_at: LookAt, web: Pod, alice: User, width: int, dark: bool) -> None:
    operation = failed(alice, web)
    make_operation(alice, web, verb="start", state="done", ended_at=timezone.now(), asked_by_name="somebody.else")
    group = uuid.uuid4()
    for state in ("done", "failed"):
        failed(alice, web, verb="restart", state=state, group=group)
    watched = look_at("/operations/?state=failed&state=done", alice, width=width, dark=dark)
    expect(watched.page.locator("table.operations tbody tr")).to_have_count(3)
    expect(watched.page.get_by_role("button", name="Try again: Stop web")).to_be_visible()
    check(watched)
    watched = look_at(f"/operations/{operation.pk}/", alice, width=width, dark=dark)
    for fold in watched.page.locator("main details").all():
        fold.locator("summary").click()
    expect(watched.page.locator(".steps li")).to_have_count(2)
    check(watched)


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True)])
def test_nothing_to_show(look_at: LookAt, host: Host, web: Pod, alice: User, width: int, dark: bool) -> None:
    watched = look_at("/operations/", alice, width=width, dark=dark)
    expect(watched.page.get_by_role("heading", name="Nothing was asked for yet")).to_be_visible()
    check(watched)
    watched.page.goto(watched.page.url + "?state=lost")
    expect(watched.page.get_by_role("heading", name="No operation is like that")).to_be_visible()
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_asking_before_something_is_lost(look_at: LookAt, web: Pod, alice: User, width: int, dark: bool) -> None:
    operation = failed(alice, web, verb="remove", arguments={"force": True})
    watched = look_at("/operations/", alice, width=width, dark=dark)
    watched.page.get_by_role("link", name="Try again: Remove web").click()
    expect(watched.page.get_by_role("heading", name="Remove web again?")).to_be_visible()
    check(watched)
    watched.page.get_by_role("button", name="Remove again").click()
    expect(watched.page.get_by_role("heading", name="Remove web", exact=True)).to_be_visible()
    fresh = Operation.objects.exclude(pk=operation.pk).get()
    assert fresh.arguments == {"force": True}


def test_trying_again_shows_how_it_ends_without_a_reload(look_at: LookAt, web: Pod, alice: User) -> None:
    operation = failed(alice, web)
    page = look_at("/operations/", alice).page
    line(page, operation).get_by_role("button", name="Try again: Stop web").click()
    expect(page.locator(".page-head .as-of")).to_have_text("asked")
    expect(page.locator("main")).to_contain_text("Stopping web again")
    page.evaluate("window.stays = true")
    fresh = Operation.objects.exclude(pk=operation.pk).get()
    assert fresh.arguments == {"timeout": 7}
    key = str(fresh.pk)
    at = timezone.now().timestamp()
    operation_started(OperationStarted(id=key, host="alpha", boot=BOOT, at=at))
    expect(page.locator(".page-head .as-of")).to_have_text("running")
    operation_ended(
        OperationEnded(
            id=key,
            host="alpha",
            boot=BOOT,
            at=at + 1.5,
            outcome="failed",
            message="It still does not stop.",
            engine="busy",
            parts=(Part(name="app", message="is stuck"),),
            steps=(Step(at=at, text="asked the engine to stop"),),
        )
    )
    expect(page.locator(".page-head .as-of")).to_have_text("failed in 1.50 s")
    expect(page.locator("main")).to_contain_text("asked the engine to stop")
    expect(page.get_by_role("button", name="Try again: Stop web")).to_be_visible()
    assert page.evaluate("window.stays")


def test_news_keep_what_is_read_in_its_place(look_at: LookAt, web: Pod, alice: User) -> None:
    now = timezone.now()
    for number in range(40):
        failed(alice, web, asked_at=now - timedelta(minutes=number + 1), verb="restart")
    read = list(Operation.objects.order_by("-asked_at"))[20]
    page = look_at("/operations/", alice).page
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stays = true")
    fold = line(page, read).locator("details")
    fold.locator("summary").click()
    link = line(page, read).get_by_role("link", name="details")
    link.focus()
    before = line(page, read).bounding_box()
    assert before is not None
    new = make_operation(alice, web, verb="stop")
    operation_started(OperationStarted(id=str(new.pk), host="alpha", boot=BOOT, at=now.timestamp()))
    expect(line(page, new)).to_contain_text("running")
    expect(fold).to_have_attribute("open", "")
    expect(link).to_be_focused()
    after = line(page, read).bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2
    assert page.evaluate("window.stays")


def test_chips_narrow_by_click_and_by_keyboard(look_at: LookAt, web: Pod, alice: User) -> None:
    failed(alice, web)
    make_operation(alice, web, verb="start", state="done", ended_at=timezone.now())
    page = look_at("/operations/", alice).page
    page.get_by_role("list", name="States").get_by_role("link", name="failed").click()
    expect(page.locator("table.operations tbody tr")).to_have_count(1)
    assert page.url.endswith("?state=failed")
    chip = page.get_by_role("list", name="Actions").get_by_role("link", name="Stop")
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Actions").get_by_role("link", name="Stop")).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("table.operations tbody tr")).to_have_count(2)


def test_without_scripts_it_is_tried_again_as_well(look_at: LookAt, web: Pod, alice: User) -> None:
    failed(alice, web)
    page = look_at("/operations/", alice, wait=False, scripts=False).page
    page.get_by_role("button", name="Try again: Stop web").click()
    expect(page.get_by_role("heading", name="Stop web")).to_be_visible()
    assert Operation.objects.count() == 2
