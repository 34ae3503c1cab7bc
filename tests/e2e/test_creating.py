"""Making pods and containers from their forms, on a real engine, in both modes."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.e2e.test_slice import SLOWEST, expect_outcome, expect_state, row
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]


def inspect(box: Box, kind: str, name: str) -> dict[str, Any]:
    found = json.loads(box.podman(kind, "inspect", name).stdout)
    return dict(found[0] if isinstance(found, list) else found)


def unfold(page: Page, title: str) -> None:
    page.locator("details.group > summary", has=page.get_by_role("heading", name=title, exact=True)).click()


def test_from_the_form_to_the_engine_and_away_again(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    page, box = watched.page, clean_engine
    page.goto(f"{stack.url}/hosts/{stack.slug}/pods/new/")
    page.fill('[id="f-name"]', "shop")
    page.click('button[id="f-labels"]')
    page.get_by_label("Name, label 1").fill("app")
    page.get_by_label("Value, label 1").fill("my shop")
    unfold(page, "Network")
    page.click('button[id="f-ports"]')
    page.get_by_label("Port on the host, port 1").fill("18081")
    page.get_by_label("Port in the pod, port 1").fill("80")
    unfold(page, "Resources")
    page.fill('[id="f-resources.memory"]', "64m")
    page.fill('[id="f-resources.cpus"]', "0.5")
    expect(page.locator("#c-command")).to_contain_text("--publish 18081:80")
    page.get_by_role("button", name="Create pod").click()
    expect_state(page, "shop", "Running")
    pod = inspect(box, "pod", "shop")
    assert pod["Labels"]["app"] == "my shop"
    assert pod["InfraConfig"]["PortBindings"]["80/tcp"][0]["HostPort"] == "18081"
    assert (pod["cpu_quota"], pod["memory_limit"]) == (50_000, 64 << 20)

    page.locator(f"{row(page, 'shop')} .name a").first.click()
    memory = page.locator(".answers tr", has=page.get_by_role("rowheader", name="Memory", exact=True))
    expect(memory).to_contain_text("64.0 MiB kernel", timeout=SLOWEST)
    page.locator(".members").get_by_role("link", name="Add a container…").click()
    page.fill('[id="f-image"]', box.image)
    page.fill('[id="f-name"]', "front")
    page.fill('[id="f-command"]', "sleep 1000")
    page.get_by_role("button", name="Add container").click()
    expect(page.locator(".members tbody th", has_text="front")).to_contain_text("running", timeout=SLOWEST)
    assert inspect(box, "container", "front")["Config"]["Cmd"] == ["sleep", "1000"]

    page.goto(f"{stack.url}/")
    page.get_by_label("More actions on shop").click()
    page.get_by_role("link", name="Clone shop").click()
    expect(page.locator(".faults")).to_contain_text("18081")
    page.get_by_label("Port on the host, port 1").fill("18082")
    name = page.input_value('[id="f-name"]')
    page.get_by_role("button", name="Create pod").click()
    expect_state(page, name, "Running")
    copy = inspect(box, "pod", name)
    assert (copy["Labels"]["app"], copy["cpu_quota"]) == ("my shop", 50_000)

    box.podman("pod", "stop", "--time", "1", name)
    expect_state(page, name, "Exited")
    page.get_by_role("link", name="Prune…").click()
    page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Remove 1 pod").click()
    expect(page.locator(".operations tbody tr")).to_contain_text("done", timeout=SLOWEST)
    assert box.podman("pod", "ps", "--format", "{{.Name}}").stdout.split() == ["shop"]


def test_what_the_engine_refuses_is_said_with_its_own_words(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    page = watched.page
    clean_engine.podman("pod", "create", "--name", "web")
    expect_state(page, "web", "Created")
    page.locator(f"{row(page, 'web')} .name a").first.click()
    page.locator(".members").get_by_role("link", name="Add a container…").click()
    page.fill('[id="f-image"]', "localhost/nothing:1")
    page.select_option('[id="f-pull"]', "never")
    page.get_by_role("button", name="Add container").click()
    expect_outcome(page, "web", "Adding a container failed.")
    expect_outcome(page, "web", "localhost/nothing:1")
