"""What following 20,000 lines a second costs: the page's frames in Chromium, the memory of host worker and web process.

A container writes that many lines of 100 bytes; the log page follows them on the distributed stack. Prints how long
the page's main thread was ever held up (to reach: frames below 50 ms), the same of a page that shows nothing, and how
much the host worker's memory grew meanwhile. Needs root and Chromium.
"""

import argparse
import time
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks.stage import cpu_seconds, distributed, memory
from tests.browser.chromium import running_browser
from tests.e2e.stacks import PASSWORD, Stack
from tests.hosts import Box

PER_ROUND = 1150
LINE = 144  # bytes of one line in conmon's file: its time, its output, 99 letters
# At most 23,000 lines a second; on a machine that is busy with the rest of this, about the 20,000 that are meant.
WRITER = f"yes {'x' * 99} | head -n {PER_ROUND} > /lines; while :; do cat /lines; sleep 0.05; done"
WATCH = """seconds => new Promise((done) => {
  const gaps = [], tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
  observer.observe({ entryTypes: ["longtask"] });
  let before = performance.now();
  const until = before + seconds * 1000;
  const frame = (now) => {
    gaps.push(now - before);
    before = now;
    if (now < until) requestAnimationFrame(frame);
    else { gaps.shift(); gaps.sort((a, b) => a - b); done({ gaps, tasks }); }
  };
  requestAnimationFrame(frame);
})"""
LINES = """() => Number(document.getElementById("log-count").textContent.match(/[\\d,]+/g).reduce(
  (sum, one) => sum + Number(one.replaceAll(",", "")), 0))"""


def written(box: Box) -> int:
    """Return how many bytes conmon has written to the container's log."""
    path = box.podman("inspect", "app", "--format", "{{.HostConfig.LogConfig.Path}}").stdout.strip()
    return int(box.run("/bin/busybox", "stat", "-c", "%s", path).stdout)


def sign_in(page: Page, stack: Stack) -> None:
    """Sign in as the administrator."""
    page.goto(f"{stack.url}/sign-in/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("body[data-live=live]", timeout=30_000)


def report(name: str, seen: dict[str, Any]) -> None:
    """Print frames and long tasks of one page."""
    gaps, tasks = seen["gaps"], seen["tasks"]
    late = sum(gap > 50 for gap in gaps)
    print(
        f"{name}: {len(gaps)} frames, p50 {gaps[len(gaps) // 2]:.1f} ms, p99 {gaps[len(gaps) * 99 // 100]:.1f} ms, "
        f"longest {gaps[-1]:.1f} ms, {late} over 50 ms; "
        f"tasks over 50 ms: {len(tasks)}, longest {max(tasks, default=0):.0f} ms"
    )


def follow(page: Page, stack: Stack, box: Box, seconds: int) -> None:
    """Measure the log page while the lines pour in, and the processes behind it."""
    by_name = {process.name: process for process in stack.processes}
    with stack.api() as api:
        pod = api.get("/pods/").json()["results"][0]["id"]
    blank = page.context.new_page()
    blank.goto(f"{stack.url}/sign-out-of-nothing/")
    report("a page that shows nothing", blank.evaluate(WATCH, 5))
    blank.close()
    before = {name: memory(process) for name, process in by_name.items()}
    page.goto(f"{stack.url}/pods/{pod}/logs/")
    expect(page.locator("#log-state")).to_have_text("Connected", timeout=30_000)
    time.sleep(5)
    used = {name: cpu_seconds(process) for name, process in by_name.items()}
    size = written(box)
    lines, begun, most = page.evaluate(LINES), time.monotonic(), dict(before)
    for _ in range(seconds // 5):
        seen = page.evaluate(WATCH, 5)
        report("log page", seen)
        most = {name: max(most[name], memory(process)) for name, process in by_name.items()}
    took = time.monotonic() - begun
    count = page.evaluate(LINES) - lines
    print(f"{(written(box) - size) / LINE / took:,.0f} lines/s were written")
    print(f"{count / took:,.0f} lines/s were followed, over {took:.0f} s; {count * 100 / 2**20:,.0f} MiB of text")
    for name in ("host worker", "web"):
        cpu = 100 * (cpu_seconds(by_name[name]) - used[name]) / took
        first, last = before[name] / 2**20, most[name] / 2**20
        print(f"{name}: {first:.0f} MiB before, {last:.0f} MiB at most, {cpu:.0f} % of a core")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=30)
    seconds = arguments.parse_args().seconds
    with distributed(0, 0) as (box, stack), running_browser() as browser:
        box.podman("pod", "create", "--name", "web")
        box.podman("run", "-d", "--pod", "web", "--name", "app", box.image, "sh", "-c", WRITER)
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        sign_in(page, stack)
        follow(page, stack, box, seconds)


if __name__ == "__main__":
    main()
