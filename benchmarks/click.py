"""From the click on Start to "Running" on the page, against the bare API call that starts the same pod.

Alternates the two on one pod of one container and prints the medians and their difference (to reach: 60 ms at most).
Needs root and Chromium.
"""

import argparse
import statistics
import time

import httpx

from benchmarks.stage import embedded
from tests.browser.chromium import running_browser
from tests.e2e.stacks import PASSWORD

CLICK = """name => new Promise(done => {
  const state = () => document.querySelector(`tbody.pod[data-name="${name}"]`).dataset.state;
  const begun = performance.now();
  const look = () => { if (state() === "Running") { watch.disconnect(); done(performance.now() - begun); } };
  const watch = new MutationObserver(look);
  watch.observe(document.body, {subtree: true, childList: true, attributes: true});
  document.querySelector(`tbody.pod[data-name="${name}"] .acts > form button`).click();
})"""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=20)
    runs = arguments.parse_args().runs
    bare: list[float] = []
    clicked: list[float] = []
    with embedded(0, 0) as (box, stack), running_browser() as browser:
        box.podman("pod", "create", "--name", "web")
        box.podman("create", "--pod", "web", box.image, "sleep", "100000")
        client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(box.socket)), base_url="http://podman/v4.0.0/libpod"
        )
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.goto(f"{stack.url}/sign-in/")
        page.fill("#id_username", "admin")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("body[data-live=live]")
        for run in range(2 * runs):
            page.wait_for_selector("tbody.pod[data-state=Created], tbody.pod[data-state=Exited]", timeout=30_000)
            page.wait_for_selector('.acts > form button[aria-label="Start web"]')
            time.sleep(0.5)
            if run % 2:
                clicked.append(page.evaluate(CLICK, "web"))
            else:
                begun = time.perf_counter()
                client.post("/pods/web/start", timeout=30).raise_for_status()
                bare.append((time.perf_counter() - begun) * 1000)
                page.wait_for_selector("tbody.pod[data-state=Running]")
            client.post("/pods/web/kill", timeout=30)
        client.close()
    of_bare, of_click = statistics.median(bare), statistics.median(clicked)
    print(f"start of a pod, p50 of {runs}: bare API call {of_bare:.0f} ms, click to running {of_click:.0f} ms")
    print(f"overhead {of_click - of_bare:.0f} ms, ratio {of_click / of_bare:.2f}")


if __name__ == "__main__":
    main()
