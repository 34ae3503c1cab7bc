"""A container's page in the browser: complete, live, accessible, in every state that it can be in."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from pods.control.snapshots import apply_snapshot
from pods.messages.facts import PortMapping
from pods.models import Container, Host
from tests.browser.chromium import Watched
from tests.browser.conftest import LookAt
from tests.browser.server import send_tick
from tests.builders import bring_online, container, members, pod, snapshot
from tests.dispatch.hosts import answering
from tests.web.test_container_page import inspected, says

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]
UNKNOWN = "\N{EN DASH}"


def app_facts(**values: Any) -> Any:
    """Return the container, with everything on its page that may be long."""
    facts: dict[str, Any] = {
        "command": ("serve", "--root", "/srv/" + "deep/" * 30),
        "env": tuple(f"VARIABLE_{number}=value" for number in range(12)),
        "labels": {"tier": "front"},
        "ports": (PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),),
        "mounts": ("data:/var/lib/data",),
        "restarts": 2,
        "init": "",
    }
    return container("web", "app", **(facts | values))


@pytest.fixture
def app(host: Host) -> Container:
    bring_online("alpha", pod("web"), containers=(*members("web"), app_facts()))
    return Container.objects.get(name="app")


def check(watched: Watched) -> None:
    page = watched.page
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def tick_until_known(page: Page) -> None:
    for _ in range(400):
        send_tick("alpha", {"web": ("infra", "app")})
        page.wait_for_timeout(50)
        if page.locator("#detail [data-n=cpu]").text_content() != UNKNOWN:
            return
    raise AssertionError("no number came")


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_containers_page(look_at: LookAt, app: Container, alice: User, width: int, dark: bool) -> None:
    with answering("alpha", says(inspected())):
        watched = look_at(f"/containers/{app.pk}/", alice, width=width, dark=dark)
        tick_until_known(watched.page)
        expect(watched.page.locator("#detail [data-n=pids]")).to_have_text("7")
        expect(watched.page.locator("#detail progress")).to_be_visible()
        expect(watched.page.locator(".health")).to_contain_text("unhealthy")
        expect(watched.page.get_by_role("link", name="*:8080→80/tcp")).to_have_attribute("href", "http://alpha:8080")
        check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_host_that_does_not_answer(look_at: LookAt, app: Container, victor: User, width: int, dark: bool) -> None:
    Host.objects.update(silent=True)
    watched = look_at(f"/containers/{app.pk}/", victor, width=width, dark=dark)
    expect(watched.page.locator(".health .unknown")).to_be_visible()
    expect(watched.page.locator("main .pf-m-danger")).to_contain_text("does not answer")
    check(watched)


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True)])
def test_a_container_that_was_removed(look_at: LookAt, app: Container, alice: User, width: int, dark: bool) -> None:
    bring_online("alpha", pod("web"), containers=members("web"))
    watched = look_at(f"/containers/{app.pk}/", alice, width=width, dark=dark)
    expect(watched.page.locator("main")).to_contain_text("This container was removed")
    check(watched)


def test_an_end_comes_to_the_page_without_a_reload(look_at: LookAt, app: Container, alice: User) -> None:
    Host.objects.update(silent=True)  # its health is not what this is about
    page = look_at(f"/containers/{app.pk}/", alice).page
    page.evaluate("window.stays = true")
    link = page.locator("#health-again")
    link.focus()
    ended = app_facts(state="exited", pid=None, exit_code=137, exited_at=timezone.now().isoformat())
    apply_snapshot(snapshot(pod("web", state="Degraded"), containers=(*members("web"), ended)))
    expect(page.locator("#detail dl").first).to_contain_text("exited with exit code 137. SIGKILL ended it")
    expect(page.locator("#detail [data-n=cpu]")).to_have_text(UNKNOWN)
    expect(link).to_be_focused()
    assert page.evaluate("window.stays")


def test_the_row_of_a_container_leads_to_its_page(look_at: LookAt, app: Container, alice: User) -> None:
    Host.objects.update(silent=True)
    page = look_at(f"/pods/{app.pod_id}/", alice).page
    page.locator(".container-row").get_by_role("link", name="app").click()
    expect(page.get_by_role("heading", level=1, name="app")).to_be_visible()
    page.get_by_role("link", name="Pod web").click()
    expect(page.get_by_role("heading", level=1, name="web")).to_be_visible()


def test_without_scripts_the_page_is_whole(look_at: LookAt, app: Container, alice: User) -> None:
    with answering("alpha", says(inspected())):
        page = look_at(f"/containers/{app.pk}/", alice, wait=False, scripts=False).page
        expect(page.locator(".health-log tbody tr")).to_have_count(2)
        page.locator("#health-again").click()
        expect(page.locator(".health-log tbody tr")).to_have_count(2)
