"""Every page on a real engine: accessible, no wider than its window, and nothing in the console."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.e2e.test_slice import SLOWEST, wait_for
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services, pytest.mark.timeout(300)]
# What each page shows once all of it has come.
PAGES = {
    "/": "tbody.pod[data-name=web] [data-n=cpu]:has-text('%')",
    "/?group=state&sort=-cpu": "tbody.pod[data-name=web]",
    "/prune/": "main h1",
    "/operations/": ".operations tbody tr",
    "/operations/{operation}/": "main h1",
    "/hosts/{host}/pods/new/": "#options-search",
    "/pods/{pod}/": "#charts[data-ready]",
    "/pods/{pod}/cgroup/": "table.tree tr.tree-pod",
    "/pods/{pod}/namespaces/": ".lane",
    "/pods/{pod}/processes/": "td.of-command",
    "/pods/{pod}/logs/": "#log .log-line",
    "/pods/{pod}/inspect/": "#document-text",
    "/pods/{pod}/remove/": "main form.confirm",
    "/pods/{pod}/containers/new/": "#options-search",
    "/containers/{container}/": "#charts[data-ready]",
    "/containers/{container}/terminal/": "#terminal-open",
    "/api/docs/": "main h1",
}


@pytest.mark.parametrize(
    ("stack", "width", "dark"), [("embedded", 400, True), ("distributed", 1400, False)], indirect=["stack"]
)
def test_every_page_is_for_everybody(watched: Watched, stack: Stack, clean_engine: Box, width: int, dark: bool) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "web", "--memory", "64m", "--publish", "18093:80")
    box.podman("run", "-d", "--pod", "web", "--name", "app", box.image, "sh", "-c", "echo ready; sleep 1000")
    own = box.podman("pod", "inspect", "web", "--format", "{{.ID}}").stdout.strip()
    with stack.api() as api:
        known = {"id": own, "status": "running"}
        pod = wait_for(lambda: next(iter(api.get("pods/", params=known).json()["results"]), None))["id"]
        asked = api.post(f"pods/{pod}/restart/", params={"wait": 30}, json={}, timeout=40)
        assert asked.status_code == 200, asked.text
        operation = asked.json()["id"]
        container = wait_for(
            lambda: next(
                (one["id"] for one in api.get(f"pods/{pod}/containers/").json()["results"] if one["name"] == "app"),
                None,
            )
        )
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    for address, sign in PAGES.items():
        keys = {"pod": pod, "container": container, "operation": operation, "host": stack.slug}
        page.goto(stack.url + address.format(**keys))
        expect(page.locator(sign).first).to_be_attached(timeout=SLOWEST)
        assert watched.violations() == [], address
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, address
        assert watched.complaints == [], address
