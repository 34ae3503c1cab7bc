"""Debian's Chromium, driven by Playwright, with everything that a page complains about collected."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

HUNG = 20_000  # ms; a bound for a hung run, no expectation
EXECUTABLE = shutil.which("chromium-headless-shell")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def why_not() -> str | None:
    """Return why no browser can be had here, or None."""
    return None if EXECUTABLE else "needs Chromium (Debian: chromium-headless-shell)"


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Yield a headless Chromium. What is expected of its pages may come late where other work crowds it out."""
    expect.set_options(timeout=HUNG)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page and what it complained about. ``expected`` are statuses that a test provokes on purpose."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.url}")

    def violations(self) -> list[str]:
        """Return what axe finds wrong with the page as it is now."""
        # In a world of its own: the page's content security policy lets nothing be injected.
        session = self.page.context.new_cdp_session(self.page)
        tree = session.send("Page.getFrameTree")
        world = session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
        context = {"contextId": world["executionContextId"]}
        session.send("Runtime.evaluate", {"expression": AXE.read_text(), **context})
        options = '{runOnly: {type: "tag", values: ' + str(RULES) + "}, resultTypes: ['violations']}"
        words = "v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join(' | ')"
        run = f"axe.run(document, {options}).then(r => r.violations.map(v => {words}))"
        answer: dict[str, Any] = session.send(
            "Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True, **context}
        )
        session.detach()
        return list(answer["result"]["value"])
