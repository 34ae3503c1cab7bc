"""A pod's page on a real engine: charts move, history is kept over a re-creation, a kill is on the timeline."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
SLOWEST = 60_000  # ms; a bound for a hung run, no expectation
BURN = ("sh", "-c", "while :; do :; done")
HUNGRY = ("sh", "-c", "sleep 2; exec tail /dev/zero")


def known(stack: Stack, pod: int, metric: str, container: str = "") -> list[list[Any]]:
    """Return the points of the last minutes of which something is known."""
    with stack.api() as api:
        answer = api.get(f"pods/{pod}/history/", params={"metric": metric, "container": container})
        answer.raise_for_status()
    return [point for line in answer.json()["lines"] for point in line["points"] if point[1] is not None]


def wait_until_known(stack: Stack, pod: int, least: int, metric: str = "cpu", container: str = "") -> list[list[Any]]:
    until = time.monotonic() + 90
    while len(found := known(stack, pod, metric, container)) < least:
        assert time.monotonic() < until, found
        time.sleep(0.5)
    return found


def pod_of(stack: Stack, name: str) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with stack.api() as api:
            found = [one["id"] for one in api.get("pods/").json()["results"] if one["name"] == name]
        if found:
            return int(found[0])
        time.sleep(0.1)
    raise AssertionError(name)


def test_charts_move_with_the_details_of_the_pod_that_is_looked_at(
    watched: Watched, stack: Stack, clean_engine: Box
) -> None:
    box, page = clean_engine, watched.page
    box.podman("pod", "create", "--name", "busy")
    box.podman("run", "-d", "--pod", "busy", "--name", "burn", "--cpus", "0.3", box.image, *BURN)
    page.goto(f"{stack.url}/pods/{pod_of(stack, 'busy')}/")
    page.wait_for_selector("#charts[data-ready]", timeout=SLOWEST)
    legends = page.locator("figure.chart .chart-legend li")
    expect(legends.filter(has_text=re.compile(r"^CPU ?[1-9]\d*\.\d+ %"))).to_be_visible(timeout=SLOWEST)
    # Throttling is a detail: it comes because this page says that somebody looks.
    expect(legends.filter(has_text=re.compile(r"^throttled ?[1-9]\d*\.\d+ %"))).to_be_visible(timeout=SLOWEST)
    finding = page.locator("[data-finding=throttled]")
    expect(finding).to_contain_text("burn is throttled", timeout=SLOWEST)
    expect(finding.locator(".evidence")).to_contain_text("of the periods of its CPU limit")
    page.get_by_role("button", name="Stacked").click()
    expect(legends.filter(has_text=re.compile(r"^burn"))).not_to_have_count(0)


def test_history_outlives_the_pod(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    box, name = clean_engine, f"again-{stack.mode}"  # history is by name, and both may have looked at one pod
    for first in (True, False):
        box.podman("pod", "create", "--name", name)
        box.podman("run", "-d", "--pod", name, "--name", "app", box.image, *BURN)
        pod = pod_of(stack, name)
        if first:
            before = wait_until_known(stack, pod, 2)
            assert wait_until_known(stack, pod, 2, "memory", "app")[0][1] > 0
            box.podman("pod", "rm", "-f", "--time", "0", name)
    found = wait_until_known(stack, pod, len(before) + 1)
    assert [point[:1] for point in before] == [point[:1] for point in found[: len(before)]]
    assert all(0 <= average <= top for _, average, top in found)


def test_a_kill_for_want_of_memory_is_on_the_timeline(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    box, page, name = clean_engine, watched.page, f"small-{stack.mode}"  # the timeline is by name, too
    box.podman("pod", "create", "--name", name)
    box.podman("run", "-d", "--pod", name, "--name", "app", box.image, "sleep", "1000")
    page.goto(f"{stack.url}/pods/{pod_of(stack, name)}/")
    page.wait_for_selector("#charts[data-ready]", timeout=SLOWEST)
    box.podman("run", "-d", "--pod", name, "--name", "hungry", "--memory", "24m", box.image, *HUNGRY)
    kill = page.locator(".timeline-list li[data-kind=oom]")
    expect(kill.first).to_contain_text("hungry out of memory: the kernel killed", timeout=SLOWEST)
    ended = page.locator(".timeline-list li", has_text="hungry ended with exit code 137")
    expect(ended).to_be_visible(timeout=SLOWEST)
    # The pod's state says why, and the doctor from what, and what mends it.
    state = page.locator("tbody.pod .pod-row")
    expect(state.locator(".reason")).to_contain_text("hungry exited 137, out of memory", timeout=SLOWEST)
    expect(state.locator(".c-state")).to_have_text("Degraded")
    finding = page.locator("[data-finding=out_of_memory]")
    expect(finding).to_contain_text("hungry ran out of memory")
    expect(finding).to_contain_text("reached its own memory limit of 24.0 MiB")
    expect(finding.locator(".evidence").first).to_contain_text("Kernel log: out of memory: the kernel killed tail")
    expect(finding.locator(".evidence").nth(1)).to_have_text("hungry: exited, exit code 137.")
    repair = finding.get_by_role("link", name="Make it again…")
    expect(repair).to_be_visible()
    expect(page.locator("[data-finding=exited]")).to_have_count(0)
    # The engine has forgotten it by the time it is asked.
    box.podman("start", "hungry")
    expect(kill.nth(1)).to_be_visible(timeout=SLOWEST)
