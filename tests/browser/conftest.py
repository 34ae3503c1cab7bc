"""The real application with rows of the tests' own, looked at in Chromium."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, ViewportSize

from tests.browser import chromium
from tests.browser.server import running_server

LookAt = Callable[..., chromium.Watched]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: it keeps an event loop in this thread as long as it lives."""
    if reason := chromium.why_not():
        pytest.skip(reason)
    with chromium.running_browser() as started:
        yield started


@pytest.fixture
def server() -> Iterator[str]:
    """The address of the application."""
    with running_server() as url:
        yield url


@pytest.fixture
def look_at(server: str, browser: Browser) -> Iterator[LookAt]:
    """Opens a page as a user: ``look_at(path, user, width=1400, dark=False)``. Its complaints fail the test."""
    opened: list[chromium.Watched] = []

    def look(
        path: str, user: User | None, *, width: int = 1400, dark: bool = False, wait: bool = True, scripts: bool = True
    ) -> chromium.Watched:
        context = browser.new_context(
            viewport=ViewportSize(width=width, height=900),
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}])
        watched = chromium.Watched(context.new_page())
        opened.append(watched)
        watched.page.goto(server + path)
        if wait and user is not None:
            watched.page.wait_for_selector("body[data-live=open], body[data-live=live]", timeout=chromium.HUNG)
        return watched

    yield look
    complaints = [complaint for watched in opened for complaint in watched.complaints]
    for watched in opened:
        watched.page.context.close()
    assert complaints == []
