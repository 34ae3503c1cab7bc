"""Pictures of pages with a real engine behind them: no pod, then three, with their live numbers, logs and terminal."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stacks import Stack
from tests.hosts import Box
from tests.screenshots.camera import Camera

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.timeout(400)]
Take = Callable[..., None]
SLOWEST = 60_000  # ms; a bound for a hung run
WEB = """
trap 'exit 0' TERM
httpd -p 80 -h /bin
n=0
while :; do
  n=$((n+1))
  printf '\\033[32mGET\\033[0m /products/%s 200 \\033[2m%s ms\\033[0m\\n' $((n * 7 % 311)) $((n * 13 % 90))
  [ $((n % 9)) = 0 ] && printf '\\033[33mwarning\\033[0m cache is cold for /products/%s\\n' $((n * 7 % 311)) >&2
  [ $((n % 25)) = 0 ] && printf '\\033[31merror\\033[0m upstream took too long, answering from the cache\\n' >&2
  sleep 1
done
"""
QUEUE = """
trap 'exit 0' TERM
n=0
while :; do
  n=$((n+1))
  dd if=/dev/zero bs=1M count=$((20 + n * 31 % 90)) 2>/dev/null | sha256sum >/dev/null
  echo "{\\"level\\": \\"info\\", \\"job\\": $n, \\"message\\": \\"order packed\\"}"
  sleep 2
done
"""
SLEEP = "trap 'exit 0' TERM; while :; do sleep 1; done"
CACHE = "dd if=/dev/zero of=/dev/shm/cache bs=1M count=40 2>/dev/null; echo ready; " + SLEEP
HUNGRY = "echo importing 1,200,000 rows; sleep 8; exec tail /dev/zero"


def run(box: Box, pod: str, name: str, image: str, script: str, *options: str) -> None:
    tag = f"localhost/{image}"
    box.podman("tag", box.image, tag)
    box.podman("run", "-d", "--pod", pod, "--name", name, *options, tag, "sh", "-c", script)


def visit(stack: Stack, box: Box, ended: threading.Event) -> None:
    """Let the shop have visitors."""
    with httpx.Client(base_url=f"http://{box.address}:8080", timeout=5) as client:
        while not ended.wait(0.2):
            try:
                client.get("/busybox")
            except httpx.HTTPError:
                time.sleep(0.5)


@pytest.fixture(scope="module")
def keys(stack: Stack, engine_host: Box) -> Iterator[dict[str, int]]:
    """Three pods: one that works, one in trouble, one whose port is taken. Their numbers in podweb by name."""
    box = engine_host
    box.podman("pod", "create", "--name", "shop", "-p", "8080:80", "--cpus", "1.5", "--memory", "512m",
               "--label", "app=shop", "--label", "tier=front")  # fmt: skip
    run(
        box,
        "shop",
        "shop-web",
        "shop/web:2.4",
        WEB,
        "--memory",
        "128m",
        "--env",
        "MODE=production",
        "--env",
        "DB_PASSWORD=x",
    )
    run(box, "shop", "shop-queue", "shop/queue:7", QUEUE, "--cpus", "0.4")
    run(box, "shop", "shop-cache", "shop/cache:1", CACHE, "--volume", "cache:/var/cache")
    box.podman("pod", "create", "--name", "nightly-import", "--label", "app=import")
    run(box, "nightly-import", "loader", "import/loader:3", HUNGRY, "--memory", "24m")
    run(box, "nightly-import", "report", "import/report:3", SLEEP)
    box.podman("pod", "create", "--name", "staging", "-p", "8080:80", "--label", "app=shop", "--label", "tier=test")
    box.podman("create", "--pod", "staging", "--name", "staging-web", box.image, "sh", "-c", SLEEP)
    ended = threading.Event()
    visitor = threading.Thread(target=visit, args=(stack, box, ended), daemon=True)
    visitor.start()
    with stack.api() as api:
        found: dict[str, int] = {}
        until = time.monotonic() + 30
        while len(found) < 3 and time.monotonic() < until:
            found = {one["name"]: one["id"] for one in api.get("pods/").json()["results"]}
            time.sleep(0.2)
        ask(api, f"pods/{found['staging']}/start/")
        ask(api, f"pods/{found['nightly-import']}/pause/")
        ask(api, f"pods/{found['nightly-import']}/unpause/")
        ask(api, f"pods/{found['shop']}/restart/")
        parts = api.get("containers/").json()["results"]
        yield found | {one["name"]: one["id"] for one in parts}
    ended.set()
    visitor.join(10)


def ask(api: httpx.Client, path: str, **body: Any) -> None:
    answer = api.post(path, params={"wait": 30}, json=body, timeout=40)
    assert answer.status_code < 500, answer.text


@pytest.fixture
def take(stack: Stack, camera: Camera, pages: list[Page]) -> Take:
    """Takes a page at both widths: ``take(name, path, prepare, whole=True)``."""

    def taken(name: str, path: str, prepare: Callable[[Page], None], *, whole: bool = True) -> None:
        for page in pages:
            page.goto(stack.url + path)
            prepare(page)
            camera.take(page, name, whole=whole)

    return taken


def live(page: Page) -> None:
    page.wait_for_selector("body[data-live=live]", timeout=SLOWEST)


def with_numbers(page: Page) -> None:
    live(page)
    expect(page.locator("tbody.pod [data-n=cpu]").first).not_to_have_text("\N{EN DASH}", timeout=SLOWEST)


def test_no_pods(take: Take, engine_host: Box) -> None:
    take("pods-0", "/", live, whole=False)
    take("operations-0", "/operations/", live, whole=False)


def test_the_form_of_a_new_pod(take: Take) -> None:
    def empty(page: Page) -> None:
        live(page)
        page.wait_for_selector("form[data-ready], main form")

    def filled(page: Page) -> None:
        empty(page)
        page.locator("main form [name=name]").fill("shop")
        page.wait_for_timeout(1500)

    take("new-pod", "/hosts/local/pods/new/", empty)
    take("new-pod-filled", "/hosts/local/pods/new/", filled, whole=False)


def test_the_pods_page(take: Take, keys: dict[str, int]) -> None:
    def closed(page: Page) -> None:
        with_numbers(page)

    def opened(page: Page) -> None:
        with_numbers(page)
        while page.locator(".outcome .dismiss").count():
            page.locator(".outcome .dismiss").first.click()
        page.locator('tbody.pod[data-name="shop"] .expand').click()
        # The README's picture: its small lines have something to show.
        page.wait_for_timeout(45_000 if page.viewport_size == {"width": 1400, "height": 900} else 2500)

    def menu(page: Page) -> None:
        with_numbers(page)
        page.locator('tbody.pod[data-name="shop"] details.menu summary').click()

    take("pods-3", "/", closed)
    take("pods-3-open", "/", opened)
    take("pods-3-menu", "/", menu, whole=False)


@pytest.mark.parametrize("name", ["cgroup", "namespaces", "processes", "inspect"])
@pytest.mark.parametrize("pod", ["shop", "nightly-import"])
def test_what_the_host_tells(take: Take, keys: dict[str, int], name: str, pod: str) -> None:
    def prepare(page: Page) -> None:
        live(page)
        page.wait_for_timeout(1200)

    take(f"pod-{pod}-{name}", f"/pods/{keys[pod]}/{name}/", prepare)


def test_logs(take: Take, keys: dict[str, int]) -> None:
    def prepare(page: Page) -> None:
        page.wait_for_selector("#log .log-window > *", timeout=SLOWEST)
        page.wait_for_timeout(1500)

    def searched(page: Page) -> None:
        prepare(page)
        page.fill("#search", "cache")
        page.wait_for_timeout(800)

    take("pod-logs", f"/pods/{keys['shop']}/logs/", prepare, whole=False)
    take("pod-logs-search", f"/pods/{keys['shop']}/logs/", searched, whole=False)


def test_a_terminal(stack: Stack, take: Take, pages: list[Page], keys: dict[str, int]) -> None:
    def opened(page: Page) -> None:
        live(page)
        page.click("#terminal-open")
        expect(page.locator("#terminal-state")).to_have_text("Open: sh", timeout=SLOWEST)
        page.locator(".xterm-helper-textarea").focus()
        for line in ("hostname", "/bin/busybox ps", "printf '\\033[1;32mready\\033[0m to \\033[34mserve\\033[0m\\n'"):
            page.keyboard.type(line)
            page.keyboard.press("Enter")
        expect(page.locator(".xterm-rows")).to_contain_text("ready to serve", timeout=SLOWEST)
        page.wait_for_timeout(500)

    path = f"/containers/{keys['shop-web']}/terminal/"
    take("terminal-closed", path, live, whole=False)
    take("terminal", path, opened, whole=False)
    for page in pages:
        page.goto(stack.url + path)
        page.click("#terminal-close")


def test_a_container(take: Take, keys: dict[str, int]) -> None:
    def prepare(page: Page) -> None:
        live(page)
        page.wait_for_timeout(2500)

    take("container", f"/containers/{keys['shop-web']}/", prepare)
    take("container-killed", f"/containers/{keys['loader']}/", prepare)
    take("new-container", f"/pods/{keys['shop']}/containers/new/", live)


def test_operations(stack: Stack, take: Take, keys: dict[str, int]) -> None:
    take("operations-3", "/operations/", live, whole=False)
    take("prune-3", "/prune/", live, whole=False)
    with stack.api() as api:
        for state in ("failed", "done"):
            one = api.get("operations/", params={"state": state}).json()["results"][0]
            take(f"operation-{state}-real", f"/operations/{one['id']}/", live)


def test_a_pod(take: Take, keys: dict[str, int]) -> None:
    def prepare(page: Page) -> None:
        with_numbers(page)
        page.wait_for_selector("#charts[data-ready]", timeout=SLOWEST)
        page.wait_for_timeout(2500)

    def stacked(page: Page) -> None:
        prepare(page)
        page.get_by_role("button", name="Stacked").click()
        page.wait_for_timeout(1500)

    def cold(page: Page) -> None:
        live(page)
        page.wait_for_timeout(1500)

    take("pod-shop", f"/pods/{keys['shop']}/", prepare)
    take("pod-shop-stacked", f"/pods/{keys['shop']}/", stacked, whole=False)
    take("pod-nightly-import", f"/pods/{keys['nightly-import']}/", prepare)
    take("pod-staging", f"/pods/{keys['staging']}/", cold)
