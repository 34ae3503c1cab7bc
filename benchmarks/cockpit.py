"""podweb beside cockpit-podman: the same pods of one engine, in the same browser, in one run.

From opening the page until the last pod is in it, and until it has its first live numbers (to reach: a fifth of the
other's time at most); and what five open pages add to what the servers use, the engine's share included (to reach: a
fifth at most, at one number a second beside one every five). podweb samples without a page, too: that is printed.
Both pages get a window as high as all pods. Is left out where cockpit (Debian: cockpit-ws, cockpit-bridge,
cockpit-podman) is not installed. Needs root and Chromium.
"""

import argparse
import socket
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from benchmarks.stage import cpu_seconds_of, embedded
from tests.browser.chromium import running_browser
from tests.e2e.stacks import Process, Stack, base_environment, session_cookie, start
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
        servers = {"cockpit": theirs, "podweb": stack.processes}
        pages = {"cockpit": lambda one: open_theirs(one, box), "podweb": ours(stack)}
        print(f"{chosen.pods} pods of 3 containers, {chosen.runs} runs in turns, medians:", flush=True)
        compare_opening(browser, pages, f"pod{chosen.pods - 1:03}", chosen.runs)
        print(f"{VIEWERS} open pages, {chosen.seconds:.0f} s, percent of one core, server and engine:", flush=True)
        compare_viewing(browser, pages, servers, box, chosen.seconds)


@contextmanager
def cockpit(box: Box) -> Iterator[list[Process]]:
    """Run cockpit inside the box, signed in as root; yields its server."""
    box.run("sh", "-c", f"mkdir -p /run/podman && ln -sf {box.socket} /run/podman/podman.sock")
    words = [str(SERVER), "--no-tls", "--address", box.address, "--port", str(PORT), "--local-session", str(BRIDGE)]
    process = start("cockpit", box.enter(*words), base_environment(box.directory))
    address = f"{box.address}:{PORT}"
    try:
        wait_until_listening(box.address)
        # A session ends soon after its last page; this one stays, as that of somebody who has the page open anyway.
        url, origin = f"ws://{address}/cockpit/socket", Origin(f"http://{address}")
        with connect(url, subprotocols=[Subprotocol("cockpit1")], origin=origin, ping_interval=None) as held:
            held.send('\n{"command": "init", "version": 1, "host": "localhost"}')
            yield [process]
    finally:
        process.stop()


def wait_until_listening(address: str) -> None:
    """Wait until the server takes connections."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((address, PORT), 1):
            return
        time.sleep(0.05)
    raise AssertionError("cockpit does not listen")


def readings(processes: Iterable[Process], box: Box) -> dict[int, float]:
    """Return the CPU seconds so far of the processes, all that descend from them, and the engine, by pid."""
    pids = [pid for process in processes for pid in process.pids()] + box.engine_pids()
    found: dict[int, float] = {}
    for pid in pids:
        # What ends meanwhile is counted no more.
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            found[pid] = cpu_seconds_of([pid])
            pids += [int(child) for child in children]
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
                page.wait_for_function(sign, arg=last, timeout=LONGEST, polling=50)
                column.append(time.perf_counter() - begun)
            page.context.close()
    medians = {name: [statistics.median(column) for column in columns] for name, columns in times.items()}
    for place, what in enumerate(("the last pod is in the page", "its first live numbers")):
        their, our = medians["cockpit"][place], medians["podweb"][place]
        print(f"  {what}: cockpit {their:.2f} s, podweb {our:.2f} s, ratio {our / their:.2f}", flush=True)


def compare_viewing(
    browser: Browser, pages: dict[str, Open], servers: dict[str, list[Process]], box: Box, seconds: float
) -> None:
    """Print what the servers use without a page, and with five."""

    def used(name: str) -> float:
        before = readings(servers[name], box)
        time.sleep(seconds)
        after = readings(servers[name], box)
        return 100 * sum(after[pid] - before.get(pid, 0.0) for pid in after) / seconds

    costs, totals = {}, {}
    for name, open_page in pages.items():
        before = used(name)
        with ExitStack() as stack:
            for _ in range(VIEWERS):
                stack.callback(open_page(browser).context.close)
            time.sleep(10)  # what opening costs is over
            totals[name] = used(name)
        time.sleep(5)
        # The machine does other things, too: what is without a page is taken on both sides.
        without = (before + used(name)) / 2
        costs[name] = totals[name] - without
        print(f"  {name}: {without:.1f} % without a page, {totals[name]:.1f} % with {VIEWERS}", flush=True)
    added, whole = (one["podweb"] / one["cockpit"] for one in (costs, totals))
    print(f"  ratio of what the pages add {added:.2f}, of all {whole:.2f}")


if __name__ == "__main__":
    main()
