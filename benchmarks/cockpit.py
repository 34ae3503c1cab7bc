"""podweb beside cockpit-podman: the same pods of one engine, in the same browser, in one run.

From opening the page until the last pod is in it, and until it has its first live numbers (to reach: a fifth of the
other's time at most); and what five open pages cost the servers, the engine's share included (to reach: a fifth at
most, at one number a second beside one every five). Both pages get a window as high as all pods. Is left out where
cockpit (Debian: cockpit-ws, cockpit-bridge, cockpit-podman) is not installed. Needs root and Chromium.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks.stage import cpu_seconds_of, embedded
from tests.browser.chromium import running_browser
from tests.e2e.stacks import Stack, base_environment, session_cookie, start
from tests.hosts import Box

SERVER = Path("/usr/lib/cockpit/cockpit-ws")
BRIDGE = Path("/usr/bin/cockpit-bridge")
PAGE = Path("/usr/share/cockpit/podman/index.html")
PORT = 9090
LONGEST = 60_000  # ms; a bound for a hung run
VIEWERS = 5
Open = Callable[[Browser], Page]

# Whether the last pod is there, and whether its numbers are, in each of the two pages.
OURS = (
    "name => !!document.querySelector(`tbody.pod[data-name='${name}']`)",
    "name => /%/.test(document.querySelector(`tbody.pod[data-name='${name}'] [data-n=cpu]`)?.textContent)",
)
THEIRS = (
    "name => [...document.querySelectorAll('.container-name')].some(one => one.textContent === `${name}-2`)",
    """name => [...document.querySelectorAll('.container-name')].filter(one => one.textContent.startsWith(`${name}-`))
    .every(one => /%/.test(one.closest('tr').querySelector('td[data-label=CPU]').textContent))""",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    if missing := [str(one) for one in (SERVER, BRIDGE, PAGE) if not one.exists()]:
        print(f"cockpit-podman is left out: {', '.join(missing)} is not there")
        return
    with embedded(chosen.pods, 3) as (box, stack), cockpit(box) as theirs, running_browser() as browser:
        servers = {"cockpit": theirs, "podweb": [pid for process in stack.processes for pid in process.pids()]}
        pages = {"cockpit": lambda one: open_theirs(one, box), "podweb": ours(stack)}
        print(f"{chosen.pods} pods of 3 containers, {chosen.runs} runs in turns, medians:", flush=True)
        compare_opening(browser, pages, f"pod{chosen.pods - 1:03}", chosen.runs)
        print(f"{VIEWERS} open pages, {chosen.seconds:.0f} s, percent of one core, server and engine:", flush=True)
        compare_viewing(browser, pages, servers, box, chosen.seconds)


@contextmanager
def cockpit(box: Box) -> Iterator[list[int]]:
    """Run cockpit inside the box, signed in as root; yields the pids of its server and its bridge."""
    box.run("sh", "-c", f"mkdir -p /run/podman && ln -sf {box.socket} /run/podman/podman.sock")
    words = [str(SERVER), "--no-tls", "--address", box.address, "--port", str(PORT), "--local-session", str(BRIDGE)]
    process = start("cockpit", box.enter(*words), base_environment(box.directory))
    try:
        until = time.monotonic() + 10
        while len(pids := family(process.pids())) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        yield pids
    finally:
        process.stop()


def family(pids: Iterable[int]) -> list[int]:
    """Return the processes and all that descend from them."""
    found = list(pids)
    for pid in found:
        found += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found


def window(browser: Browser) -> Page:
    """Return an empty page of a browser that knows nothing yet, high enough for all pods."""
    return browser.new_context(viewport=ViewportSize(width=1400, height=12_000)).new_page()


def ours(stack: Stack) -> Open:
    """Return what opens the pods page, signed in."""
    name, value = session_cookie(stack).split("=", 1)

    def open_page(browser: Browser) -> Page:
        page = window(browser)
        page.context.add_cookies([{"name": name, "value": value, "url": stack.url}])
        page.goto(stack.url, wait_until="commit")
        return page

    return open_page


def open_theirs(browser: Browser, box: Box) -> Page:
    """Open cockpit's page of containers by itself, without the frame of menus that is usually around it."""
    page = window(browser)
    page.goto(f"http://{box.address}:{PORT}/cockpit/@localhost/podman/index.html", wait_until="commit")
    return page


def compare_opening(browser: Browser, pages: dict[str, Open], last: str, runs: int) -> None:
    """Open the two in turns, and print how long the last pod and its numbers took."""
    times: dict[str, list[list[float]]] = {name: [[], []] for name in pages}
    for _ in range(runs):
        for name, open_page in pages.items():
            begun = time.perf_counter()
            page = open_page(browser)
            for column, sign in zip(times[name], THEIRS if name == "cockpit" else OURS, strict=True):
                page.wait_for_function(sign, arg=last, timeout=LONGEST, polling=20)
                column.append(time.perf_counter() - begun)
            page.context.close()
    medians = {name: [statistics.median(column) for column in columns] for name, columns in times.items()}
    for place, what in enumerate(("the last pod is in the page", "its first live numbers")):
        their, our = medians["cockpit"][place], medians["podweb"][place]
        print(f"  {what}: cockpit {their:.2f} s, podweb {our:.2f} s, ratio {our / their:.2f}", flush=True)


def compare_viewing(
    browser: Browser, pages: dict[str, Open], servers: dict[str, list[int]], box: Box, seconds: float
) -> None:
    """Print what the servers use without a page, and with five."""

    def used(name: str) -> float:
        pids = [*servers[name], *box.engine_pids()]
        before = cpu_seconds_of(pids)
        time.sleep(seconds)
        return 100 * (cpu_seconds_of(pids) - before) / seconds

    shares = {}
    for name, open_page in pages.items():
        without = used(name)
        with ExitStack() as stack:
            for _ in range(VIEWERS):
                stack.callback(open_page(browser).context.close)
            time.sleep(10)  # what opening costs is over
            shares[name] = used(name)
        print(f"  {name}: {without:.1f} % without a page, {shares[name]:.1f} % with {VIEWERS}", flush=True)
    print(f"  ratio {shares['podweb'] / shares['cockpit']:.2f}")


if __name__ == "__main__":
    main()
