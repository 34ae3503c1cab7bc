"""A terminal on a real engine, in both modes: typing, its size, a reload, its exit code, its operation."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.e2e.stacks import Stack
from tests.e2e.test_slice import wait_for
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.services]
SLOWEST = 20_000  # ms; a bound for a hung run, no expectation


def open_terminal(watched: Watched, box: Box) -> Page:
    """Make a pod, and open a terminal in its container by the links and buttons of the pages."""
    box.podman("pod", "create", "--name", "web")
    box.podman("run", "-d", "--pod", "web", "--name", "app", box.image, "sleep", "1000")
    page = watched.page
    page.locator('tbody.pod[data-name="web"] a', has_text="web").first.click(timeout=SLOWEST)
    page.click("text=Terminal in app", timeout=SLOWEST)
    page.click("#terminal-open")
    expect(page.locator("#terminal-state")).to_have_text("Open: sh", timeout=SLOWEST)
    return page


def run(page: Page, command: str) -> None:
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.type(command)
    page.keyboard.press("Enter")


def expect_on_screen(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(".xterm-rows")).to_contain_text(words, timeout=SLOWEST)


def processes(box: Box) -> str:
    return box.podman("exec", "app", "/bin/busybox", "ps").stdout


def test_typing_size_and_exit_code(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    page = open_terminal(watched, clean_engine)
    run(page, "echo a$((1+1))b")
    expect_on_screen(page, "a2b")
    run(page, "/bin/busybox stty size")
    expect_on_screen(page, re.compile(r"\d+ \d{2,3}"))
    wide = page.evaluate("document.querySelector('.xterm-screen').clientWidth")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(f"document.querySelector('.xterm-screen').clientWidth < {wide} - 100")
    run(page, "reset; /bin/busybox stty size | /bin/busybox sed 's/^/size /'")
    expect_on_screen(page, re.compile(r"size \d+ \d{2,3}"))
    columns = int(re.findall(r"size \d+ (\d+)", page.inner_text(".xterm-rows"))[-1])
    assert columns < 95
    run(page, "printf '\\033[38;2;10;200;30mtrue colour\\033[0m\\n'")
    expect_on_screen(page, "true colour")
    run(page, "exit 7")
    expect(page.locator("#terminal-state")).to_have_text("Ended with exit code 7", timeout=SLOWEST)
    with stack.api() as api:

        def ended() -> object:
            (found, *_) = [one for one in api.get("/operations/").json()["results"] if one["verb"] == "terminal"]
            return found["state"] == "done" and found

        operation = wait_for(ended)
        assert operation["result"]["exit_code"] == 7


def test_a_reload_keeps_the_screen(watched: Watched, clean_engine: Box) -> None:
    page = open_terminal(watched, clean_engine)
    run(page, "name=kept; echo before$((1+1))")
    expect_on_screen(page, "before2")
    for _ in range(2):
        page.reload()
        expect(page.locator("#terminal-state")).to_have_text("Open: sh", timeout=SLOWEST)
        expect_on_screen(page, "before2")
    run(page, "echo $name after")
    expect_on_screen(page, "kept after")
    page.click("#terminal-close")
    expect(page.locator("#terminal-ending")).to_contain_text("closed", timeout=SLOWEST)
    wait_for(lambda: "sh" not in processes(clean_engine).replace("/bin/busybox", ""))
    page.reload()
    expect(page.locator("#terminal-state")).to_have_text("Not open")


def test_a_dropped_connection_comes_back_to_it(watched: Watched, clean_engine: Box) -> None:
    watched.page.add_init_script(
        "const own = WebSocket; window.sockets = []; "
        "window.WebSocket = class extends own { constructor(...a) { super(...a); window.sockets.push(this); } };"
    )
    page = open_terminal(watched, clean_engine)
    run(page, "echo before$((1+1))")
    expect_on_screen(page, "before2")
    page.evaluate("window.sockets.filter((one) => one.url.includes('terminal')).at(-1).close()")
    expect(page.locator("#terminal-state")).to_have_text("Connection lost; connecting again")
    expect(page.locator("#terminal-state")).to_have_text("Open: sh", timeout=SLOWEST)
    expect_on_screen(page, "before2")
    run(page, "echo after$((1+1))")
    expect_on_screen(page, "after2")
    page.click("#terminal-close")
    expect(page.locator("#terminal-ending")).to_contain_text("closed", timeout=SLOWEST)


def test_a_right_that_is_withdrawn_ends_it(watched: Watched, stack: Stack, clean_engine: Box) -> None:
    page = open_terminal(watched, clean_engine)
    run(page, "sleep 7007")
    wait_for(lambda: "sleep 7007" in processes(clean_engine))
    change = (
        "from django.contrib.auth.models import Group, User; u = User.objects.get(username='admin'); "
        "u.is_superuser = {}; u.groups.set(Group.objects.filter(name='{}')); u.save()"
    )
    stack.manage("shell", "-c", change.format(False, "viewer"))
    try:
        expect(page.locator("#terminal-state")).to_have_text("You may not open this terminal", timeout=SLOWEST)
        wait_for(lambda: "sleep 7007" not in processes(clean_engine))
    finally:
        stack.manage("shell", "-c", change.format(True, "administrator"))


def test_a_container_without_a_shell_and_a_command_of_ones_own(watched: Watched, clean_engine: Box) -> None:
    page = open_terminal(watched, clean_engine)
    run(page, "exit")
    expect(page.locator("#terminal-state")).to_contain_text("exit code 0", timeout=SLOWEST)
    page.fill("#terminal-command", "/no/such --thing")
    page.click("#terminal-open")
    expect(page.locator("#terminal-ending")).to_contain_text("has no '/no/such' to run", timeout=SLOWEST)
    page.fill("#terminal-command", "echo 'two words'; true")
    page.fill("#terminal-user", "65534")
    page.click("#terminal-open")
    expect_on_screen(page, "two words; true")


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (400, True), (400, False), (1400, True)])
def test_it_is_accessible_and_fits(watched: Watched, clean_engine: Box, width: int, dark: bool) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    open_terminal(watched, clean_engine)
    run(page, "echo a$((1+1))b")
    expect_on_screen(page, "a2b")
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.keyboard.press("Control+Shift+Escape")
    expect(page.locator("#terminal-close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#terminal-ending")).to_contain_text("closed", timeout=SLOWEST)
    assert watched.violations() == []
