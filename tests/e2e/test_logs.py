"""The log page on a real engine, in both modes: it follows, pauses, searches, filters, and gives all as a file."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack, session_cookie
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
SLOWEST = 20_000  # ms; a bound for a hung run, no expectation
CHATTER = (
    "i=0; while :; do echo tick $i; [ $((i%5)) = 0 ] && echo trouble $i >&2; "
    "printf '\\033[1;31mred %s\\033[0m\\n' $i; i=$((i+1)); sleep 0.1; done"
)


def open_logs(watched: Watched, box: Box, *scripts: tuple[str, str], query: str = "") -> Page:
    """Make the pod ``web`` of containers (name, script) and go to its logs by the links of the pages."""
    box.podman("pod", "create", "--name", "web")
    for name, script in scripts:
        box.podman("run", "-d", "--pod", "web", "--name", name, box.image, "sh", "-c", script)
    page = watched.page
    page.locator('tbody.pod[data-name="web"] a', has_text="web").first.click(timeout=SLOWEST)
    page.click("#detail >> text=Logs", timeout=SLOWEST)
    if query:
        page.goto(page.url + query)
    expect(page.locator("#log-state")).to_have_text("Connected", timeout=SLOWEST)
    return page


def line(page: Page, text: str | re.Pattern[str]) -> object:
    return page.locator("#log .log-line:visible", has_text=text)


def expect_line(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#log .log-line:visible", has_text=text).first).to_be_visible(timeout=SLOWEST)


def test_it_follows_and_tells_containers_and_outputs_apart(watched: Watched, clean_engine: Box) -> None:
    page = open_logs(watched, clean_engine, ("app", CHATTER), ("db", "echo ready; sleep 1000"))
    expect_line(page, "tick 30")
    red = page.locator("#log .log-line:visible .a-fg-1.a-bold", has_text="red").first
    expect(red).to_be_visible()
    expect(page.locator("#log .log-line.k1:visible", has_text="trouble").first).to_be_visible(timeout=SLOWEST)
    assert "\x1b" not in page.inner_text("#log")
    page.get_by_label("app", exact=True).uncheck()
    expect(page.locator("#log .log-line:visible", has_text="tick")).to_have_count(0)
    expect_line(page, "ready")
    expect_line(page, "started")
    page.get_by_label("app", exact=True).check()
    page.get_by_label("stdout").uncheck()
    expect(page.locator("#log .log-line:visible", has_text="tick")).to_have_count(0)
    expect_line(page, "trouble")


def test_scrolling_up_pauses_and_follow_goes_on(watched: Watched, clean_engine: Box) -> None:
    page = open_logs(
        watched, clean_engine, ("app", "for i in $(/bin/busybox seq 500); do echo past $i; done; " + CHATTER)
    )
    expect_line(page, "tick")
    page.locator("#log").hover()
    page.mouse.wheel(0, -3000)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#follow-news")).to_contain_text("new")
    first = page.locator("#log .log-line:visible").first.inner_text()
    time.sleep(1)
    assert page.locator("#log .log-line:visible").first.inner_text() == first
    page.click("#follow")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    expect_line(page, "tick")


def test_search_and_filter_while_it_follows(watched: Watched, clean_engine: Box) -> None:
    page = open_logs(watched, clean_engine, ("app", "echo the needle; " + CHATTER))
    expect_line(page, "tick 20")
    page.fill("#log-filter", "TICK")
    expect(page.locator("#log .log-line:visible", has_text="red")).to_have_count(0)
    expect(page.locator("#log-count")).to_contain_text(" of ")
    expect_line(page, "tick 40")  # it goes on to follow
    page.check("#expression")
    page.fill("#log-filter", "tick [0-9]*7$")
    expect(page.locator("#log .log-line:visible", has_text="tick 8")).to_have_count(0)
    expect_line(page, "tick 7")
    page.fill("#log-filter", "tick [")
    expect(page.locator("#log-problem")).to_contain_text("Not a regular expression")
    page.uncheck("#expression")
    page.fill("#log-filter", "")
    page.fill("#search", "needle")
    page.press("#search", "Enter")
    expect(page.locator("#log .log-line.is-current mark")).to_have_text("needle", timeout=SLOWEST)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    page.fill("#search", "no such thing")
    page.press("#search", "Enter")
    expect(page.locator("#search-result")).to_have_text("Not found")


def test_a_container_that_joins_and_one_that_ends(watched: Watched, clean_engine: Box) -> None:
    box = clean_engine
    page = open_logs(watched, box, ("app", "echo hello; sleep 1000"))
    box.podman("run", "-d", "--pod", "web", "--name", "late", box.image, "sh", "-c", "echo joined; exit 3")
    expect_line(page, "joined")
    expect_line(page, "ended with exit code 3")
    expect(page.get_by_label("late", exact=True)).to_be_checked()


def test_a_lost_connection_comes_back_without_a_line_lost_or_twice(watched: Watched, clean_engine: Box) -> None:
    page = watched.page
    page.add_init_script(
        "const own = WebSocket; window.sockets = []; "
        "window.WebSocket = class extends own { constructor(...a) { super(...a); window.sockets.push(this); } };"
    )
    open_logs(watched, clean_engine, ("app", "i=0; while :; do echo n $i; i=$((i+1)); sleep 0.02; done"))
    for _ in range(3):
        page.wait_for_timeout(1000)
        page.evaluate("window.sockets.filter((one) => one.url.includes('logs')).at(-1).close()")
    page.wait_for_timeout(1500)
    expect(page.locator("#log-state")).to_have_text("Connected", timeout=SLOWEST)
    page.fill("#log-filter", "n ")
    page.click("#follow")
    page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    expect_line(page, re.compile(r"n 0$"))
    seen = []
    for step in range(8):
        page.locator("#log").evaluate("(log, top) => { log.scrollTop = top; }", step * 300)
        page.wait_for_timeout(100)
        texts = page.locator("#log .log-line:visible > span").all_inner_texts()
        seen += [int(text[2:]) for text in texts if text.startswith("n ")]
    unique = sorted(set(seen))
    assert unique == list(range(len(unique)))
    count = page.inner_text("#log-count")
    assert len(unique) > 100, count


def test_since_tail_and_bad_input(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    page = open_logs(watched, clean_engine, ("app", "for i in 1 2 3 4 5 6 7 8 9; do echo n $i; done; sleep 1000"))
    expect_line(page, "n 1")
    page.goto(page.url + "?tail=2")
    expect_line(page, "n 9")
    expect(page.locator("#log .log-line:visible", has_text="n 7")).to_have_count(0)
    watched.expected.add(400)
    page.fill("[name=since]", "yesterday-ish")
    page.click("text=Load")
    expect(page.locator("main")).to_contain_text("since is no time")


def test_the_whole_log_is_a_file(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    script = "for i in $(/bin/busybox seq 5000); do echo line $i; done; echo wrong >&2; sleep 1000"
    page = open_logs(watched, clean_engine, ("app", script))
    expect_line(page, "line 5000")
    path = page.locator("#download").get_attribute("href")
    with httpx.Client(base_url=stack.url, headers={"Cookie": session_cookie(stack)}, timeout=30) as client:
        answer = client.get(str(path) + "tail=all")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == 'attachment; filename="web.log"'
        lines = [one.split(" ", 3) for one in answer.text.splitlines()]
        assert [one[3] for one in lines if one[1:3] == ["app", "stdout"]] == [f"line {i}" for i in range(1, 5001)]
        assert [one[3] for one in lines if one[2] == "stderr"] == ["wrong"]
    assert httpx.get(stack.url + str(path)).status_code == 302


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True), (400, False), (1400, True)])
def test_it_is_accessible_and_fits(watched: Watched, clean_engine: Box, width: int, dark: bool) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    open_logs(watched, clean_engine, ("app", CHATTER), ("db", "echo ready; sleep 1000"))
    expect_line(page, "red 20")
    page.check("#wrap")
    expect_line(page, "tick")
    page.fill("#search", "tick")
    page.press("#search", "Enter")
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
