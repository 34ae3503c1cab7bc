"""The pages that are read from a host, on a real engine and in both modes, reached by their tabs."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
SLOWEST = 20_000  # ms; a bound for a hung run, no expectation


def open_pod(watched: Watched, box: Box) -> Page:
    """Make the pod ``web`` with a container that sleeps and go to its page."""
    box.podman("pod", "create", "--name", "web", "--memory", "64m")
    box.podman("run", "-d", "--pod", "web", "--name", "app", box.image, "sleep", "1000")
    page = watched.page
    page.locator('tbody.pod[data-name="web"] a', has_text="web").first.click(timeout=SLOWEST)
    expect(page.locator(".tabs")).to_be_visible(timeout=SLOWEST)
    return page


def go(page: Page, tab: str) -> None:
    page.locator(".tabs a", has_text=tab).click(timeout=SLOWEST)
    expect(page.locator(".tabs a[aria-current=page]")).to_have_text(tab, timeout=SLOWEST)
    expect(page.locator("#insight-trouble")).to_be_empty(timeout=SLOWEST)


def test_every_tab_tells_what_the_host_knows(watched: Watched, clean_engine: Box) -> None:
    page = open_pod(watched, clean_engine)
    go(page, "Cgroup")
    for name in ("web", "app", "conmon", "In no container"):
        expect(page.locator("table.tree th", has_text=name).first).to_be_visible(timeout=SLOWEST)
    # A memory limit alone is in force, although the engine does not tell it.
    expect(page.locator("tr.tree-pod")).to_contain_text("memory 64.0 MiB")
    assert watched.violations() == []
    go(page, "Namespaces")
    expect(page.locator(".lane", has_text="Network").locator(".group.whose-pod .chip", has_text="app")).to_be_visible()
    assert watched.violations() == []
    go(page, "Processes")
    expect(page.locator("td.of-command", has_text="sleep 1000")).to_be_visible(timeout=SLOWEST)
    assert watched.violations() == []
    go(page, "YAML and inspect")
    expect(page.locator("#document-text")).to_contain_text("kind: Pod")
    page.locator(".documents a", has_text="Inspect: app").click()
    expect(page.locator("#document-text")).to_contain_text('"HostConfig"', timeout=SLOWEST)
    assert watched.violations() == []


def test_a_container_that_is_killed_is_the_reason_of_the_pods_state(watched: Watched, clean_engine: Box) -> None:
    page = open_pod(watched, clean_engine)
    clean_engine.podman("kill", "app")
    expect(page.locator("tbody.pod .reason")).to_contain_text("app exited 137", timeout=SLOWEST)
    expect(page.locator("[data-finding=exited]")).to_contain_text("SIGKILL", timeout=SLOWEST)
    page.locator("[data-finding=exited] button").click()
    expect(page.locator("[data-finding=exited]")).to_have_count(0, timeout=SLOWEST)
    expect(page.locator("tbody.pod .reason")).to_have_count(0)
