"""The whole slice: the page, podweb, the engine and the kernel, in both modes."""

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.hosts import Box
from tests.hosts.cgroups import CGROUP, memory_used

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
SLOWEST = 20_000  # ms; a bound for a hung run, no expectation


def row(page: Page, name: str) -> str:
    return f'tbody.pod[data-name="{name}"]'


def expect_state(page: Page, name: str, state: str) -> None:
    expect(page.locator(f"{row(page, name)} .pod-row .c-state")).to_have_text(state, timeout=SLOWEST)


def act(page: Page, name: str, label: str) -> None:
    pod = page.locator(row(page, name))
    button = pod.locator(f'.acts > form button[aria-label="{label} {name}"]')
    if not button.count():
        pod.locator(".menu summary").click()
        button = pod.locator(f'.menu-list [aria-label="{label} {name}"]')
    button.click()


def expect_outcome(page: Page, name: str, words: str) -> None:
    expect(page.locator(f"{row(page, name)} .outcome")).to_contain_text(words, timeout=SLOWEST)


def test_what_the_podman_command_does_shows_without_reload(watched: Watched, clean_engine: Box) -> None:
    page = watched.page
    clean_engine.podman("pod", "create", "--name", "web")
    expect_state(page, "web", "Created")
    clean_engine.podman("run", "-d", "--pod", "web", "--name", "app", clean_engine.image, "sleep", "1000")
    expect_state(page, "web", "Running")
    expect(page.locator(row(page, "web"))).to_contain_text("2 of 2 running")
    clean_engine.podman("pod", "stop", "--time", "1", "web")
    expect_state(page, "web", "Exited")
    clean_engine.podman("pod", "rm", "web")
    expect(page.locator(row(page, "web"))).to_have_count(0, timeout=SLOWEST)
    expect(page.get_by_text("No pods on")).to_be_visible()


def test_numbers_are_live_and_equal_the_kernels(watched: Watched, clean_engine: Box) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "web")
    box.podman("run", "-d", "--pod", "web", "--name", "burn", box.image, "sh", "-c", "while :; do :; done")
    cpu = page.locator(f"{row(page, 'web')} .pod-row [data-n=cpu]")
    expect(cpu).to_have_text(re.compile(r"^\d{2,3}\.\d %$"), timeout=SLOWEST)
    first = cpu.inner_text()
    expect(cpu).not_to_have_text(first, timeout=SLOWEST)
    page.click(f"{row(page, 'web')} .expand")
    burner = page.locator(f"{row(page, 'web')} .container-row", has_text="burn")
    expect(burner.locator("[data-n=pids]")).to_have_text("1")

    box.podman("pod", "pause", "web")
    expect_state(page, "web", "Paused")
    pod_id = box.podman("pod", "inspect", "web", "--format", "{{.ID}}").stdout.strip()
    cgroup = CGROUP / "memory" / box.cgroup_path / "libpod_parent" / pod_id
    memory = page.locator(f"{row(page, 'web')} .pod-row [data-n=memory]")
    # Frozen, so that the file soon reads the same each time: the kernel sorts its pages for a moment longer.
    wait_for(lambda: memory.inner_text() == f"{memory_used(cgroup) / 2**20:.2f} MiB")
    pids = int((CGROUP / "pids" / box.cgroup_path / "libpod_parent" / pod_id / "pids.current").read_text())
    expect(page.locator(f"{row(page, 'web')} .pod-row [data-n=pids]")).to_have_text(str(pids))
    expect(cpu).to_have_text("0.00 %", timeout=SLOWEST)


def test_every_action_from_the_page(watched: Watched, clean_engine: Box) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "web")
    box.podman("create", "--pod", "web", "--name", "app", box.image, "sleep", "1000")
    expect_state(page, "web", "Created")
    for label, outcome, state in (
        ("Start", "Started.", "Running"),
        ("Pause", "Paused.", "Paused"),
        ("Unpause", "Unpaused.", "Running"),
        ("Restart", "Restarted.", "Running"),
        ("Stop", "Stopped.", "Exited"),
        ("Start", "Started.", "Running"),
    ):
        act(page, "web", label)
        expect_outcome(page, "web", outcome)
        expect_state(page, "web", state)
    assert box.podman("pod", "ps", "--format", "{{.Status}}").stdout.strip() == "Running"
    act(page, "web", "Kill")
    page.click("dialog button.pf-m-danger")
    expect_outcome(page, "web", "Killed.")
    expect_state(page, "web", "Exited")
    act(page, "web", "Remove")
    expect(page.locator("#dialog")).to_contain_text("app")
    page.click("dialog button.pf-m-danger")
    expect(page.locator(row(page, "web"))).to_have_count(0, timeout=SLOWEST)
    assert box.podman("pod", "ps", "-q").stdout == ""


def test_the_first_pod_is_made_from_the_page(watched: Watched, clean_engine: Box) -> None:
    page = watched.page
    page.click("text=Create and start")
    expect_state(page, "first", "Running")
    labels = clean_engine.podman("pod", "inspect", "first", "--format", "{{.Labels}}").stdout
    assert "io.podweb.operation" in labels


def test_a_failure_says_the_engines_own_words_and_what_to_do(watched: Watched, clean_engine: Box) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "one", "-p", "18080:80")
    box.podman("pod", "start", "one")
    box.podman("pod", "create", "--name", "two", "-p", "18080:80")
    expect_state(page, "two", "Created")
    act(page, "two", "Start")
    expect_outcome(page, "two", "Starting failed.")
    expect_outcome(page, "two", "address already in use")
    expect_outcome(page, "two", "publish another port")
    expect(page.locator("#announcer")).to_contain_text("two: Starting failed.")


def test_an_engine_that_goes_away_and_comes_back(watched: Watched, clean_engine: Box) -> None:
    page, box = watched.page, clean_engine
    box.podman("pod", "create", "--name", "web")
    expect_state(page, "web", "Created")
    box.stop_engine()
    expect(page.locator(".host-head")).to_contain_text("not answering since", timeout=SLOWEST)
    expect(page.locator(".trouble")).to_contain_text(str(box.socket))
    expect_state(page, "web", "Created")
    box.start_engine()
    expect(page.locator(".host-head .pf-m-green")).to_have_text("answering", timeout=SLOWEST)
    box.freeze_engine()
    try:
        expect(page.locator(".host-head")).to_contain_text("not answering since", timeout=SLOWEST)
    finally:
        box.thaw_engine()
    expect(page.locator(".host-head .pf-m-green")).to_have_text("answering", timeout=SLOWEST)


def test_the_api_reads_and_acts(stack: Stack, clean_engine: Box) -> None:
    clean_engine.podman("pod", "create", "--name", "web")
    with stack.api() as api:
        inspect = json.loads(clean_engine.podman("pod", "inspect", "web").stdout)
        known = {"id": inspect["Id"]}  # others, of former tests, may not be known to be gone yet
        pod = wait_for(lambda: next(iter(api.get("/pods/", params=known).json()["results"]), None))
        assert (pod["engine_id"], pod["state"]) == (inspect["Id"], inspect["State"])
        assert pod["cgroup_path"] == inspect["CgroupPath"]
        assert pod["shared_namespaces"] == sorted(inspect["SharedNamespaces"])
        asked = api.post(f"/pods/{pod['id']}/look_up_cgroup/", json={})
        assert asked.status_code == 202
        where = asked.headers["Location"]
        ended = wait_for(lambda: (one := api.get(where).json())["state"] in {"done", "failed"} and one)
        assert ended["result"]["cgroup_path"] == inspect["CgroupPath"]
        assert ended["result"]["source"] == "inspect"
        # Nothing is started by a read.
        assert api.get(f"/pods/{pod['id']}/").json()["state"] == "Created"
        started = api.post(f"/pods/{pod['id']}/start_infra/", json={}).headers["Location"]
        ended = wait_for(lambda: (one := api.get(started).json())["state"] in {"done", "failed"} and one)
        assert ended["state"] == "done"
        assert ended["result"]["infra_cgroup_path"].startswith(inspect["CgroupPath"] + "/libpod-")
        assert api.get(f"/pods/{pod['id']}/").json()["state"] == "Running"
        assert api.post(f"/pods/{pod['id']}/start/", json={}).status_code == 409


def wait_for(look, timeout: float = 20):  # type: ignore[no-untyped-def]
    """Return the first true answer of ``look``."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if answer := look():
            return answer
        time.sleep(0.05)
    raise AssertionError("it never came")
