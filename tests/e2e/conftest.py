"""A running podweb, in each of its two modes, on a host in a box; and a browser."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.e2e.stacks import PASSWORD, Stack, running, start_distributed, start_embedded
from tests.hosts import Box
from tests.services.postgres import create_database


def new_data() -> Path:
    """Return a data directory that processes inside a box may enter."""
    directory = Path(tempfile.mkdtemp(prefix="pw-data-"))
    directory.chmod(0o755)
    return directory


@pytest.fixture(scope="package")
def stacks(request: pytest.FixtureRequest, engine_host: Box) -> Iterator[Callable[[str], Stack]]:
    """Starts podweb in one of its modes when it is first asked for; both may then run beside each other."""
    started: dict[str, Stack] = {}

    def start(mode: str) -> Stack:
        if mode == "embedded":
            found = start_embedded(engine_host, new_data())
            found.set_password()
            return found
        database = create_database(request.getfixturevalue("postgres_url"), "podweb_e2e")
        redis: str = request.getfixturevalue("redis_url")
        return start_distributed(engine_host, new_data(), database_url=database, redis_url=redis)

    with ExitStack() as ends:

        def get(mode: str) -> Stack:
            if mode not in started:
                started[mode] = start(mode)
                ends.enter_context(running(started[mode]))
            return started[mode]

        yield get


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def stack(request: pytest.FixtureRequest, stacks: Callable[[str], Stack]) -> Stack:
    """podweb as a user runs it, on ``engine_host``."""
    return stacks(request.param)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: it keeps an event loop in this thread as long as it lives."""
    if reason := chromium.why_not():
        pytest.skip(reason)
    with chromium.running_browser() as started:
        yield started


@pytest.fixture
def watched(stack: Stack, browser: Browser, clean_engine: Box) -> Iterator[chromium.Watched]:
    """The pods page of an administrator, live; what it complained about fails the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    watched = chromium.Watched(context.new_page())
    watched.page.goto(f"{stack.url}/sign-in/")
    watched.page.fill("#id_username", "admin")
    watched.page.fill("#id_password", PASSWORD)
    watched.page.click("main button")
    watched.page.wait_for_selector("body[data-live=live]", timeout=chromium.HUNG)
    yield watched
    context.close()
    assert watched.complaints == []
