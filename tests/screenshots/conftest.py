"""What the pictures share: the browser, the application with rows, podweb on an engine, and where pictures go."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Watched
from tests.browser.conftest import browser, look_at, server
from tests.e2e.stacks import PASSWORD, Stack, running, start_embedded
from tests.hosts import Box
from tests.screenshots.camera import FOLDER, WIDTHS, Camera, write_index

__all__ = ["browser", "look_at", "server"]


@pytest.fixture(scope="session")
def camera() -> Iterator[Camera]:
    """Takes pictures into ``build/screenshots``, and writes the index at the end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    yield Camera(FOLDER)
    write_index(FOLDER)


@pytest.fixture(scope="module")
def stack(engine_host: Box) -> Iterator[Stack]:
    """podweb in one process on ``engine_host``, with the password of ``admin`` known."""
    data = Path(tempfile.mkdtemp(prefix="pw-shots-"))
    data.chmod(0o755)
    started = start_embedded(engine_host, data)
    started.set_password()
    with running(started):
        yield started


@pytest.fixture(scope="module")
def pages(stack: Stack, browser: Browser) -> Iterator[list[Page]]:
    """Pages of an administrator, signed in, one for each width."""
    opened: list[Watched] = []
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        watched = Watched(context.new_page())
        opened.append(watched)
        watched.page.goto(f"{stack.url}/sign-in/")
        watched.page.fill("#id_username", "admin")
        watched.page.fill("#id_password", PASSWORD)
        watched.page.click("main button")
        watched.page.wait_for_selector("body[data-live=live]", timeout=20_000)
    yield [watched.page for watched in opened]
    for watched in opened:
        watched.page.context.close()
    assert [complaint for watched in opened for complaint in watched.complaints] == []
