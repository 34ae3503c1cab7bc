"""What moves on a page: numbers, rows, focus, and what is said when numbers stop."""

import re
import time
from collections.abc import Mapping

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, WebSocketRoute, expect

from pods.control.changes import announce
from pods.control.snapshots import apply_snapshot
from pods.messages.names import changes_group
from pods.models import Host, Operation, Pod
from podweb.push import push
from tests.browser.conftest import LookAt
from tests.browser.server import send_tick
from tests.builders import bring_online, engine_id, members, pod, snapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
MIB = 2**20


def row(page: Page, name: str) -> str:
    return f'tbody.pod[data-name="{name}"]'


def fill(*names: str, **values: str) -> None:
    bring_online(
        "alpha",
        *(pod(name, **values) for name in names),
        containers=tuple(one for name in names for one in members(name, "app")),
    )


def send_until(page: Page, selector: str, text: str, pods: Mapping[str, tuple[str, ...]], **values: float) -> None:
    for _ in range(100):
        send_tick("alpha", pods, **values)
        page.wait_for_timeout(50)
        if page.locator(selector).first.text_content() == text:
            return
    expect(page.locator(selector).first).to_have_text(text)


def test_numbers_are_the_ticks_with_their_units(look_at: LookAt, host: Host, victor: User) -> None:
    fill("web")
    page = look_at("/", victor).page
    numbers = {"cpu": 37.25, "memory": 300 * MIB, "memory_limit": 400 * MIB, "pids": 9, "received": 2500.0, "sent": 0.0}
    send_until(page, f"{row(page, 'web')} .pod-row [data-n=cpu]", "37.3 %", {"web": ("app",)}, **numbers)
    web = page.locator(f"{row(page, 'web')} .pod-row")
    expect(web.locator("[data-n=memory]")).to_have_text("300 MiB")
    expect(web.locator("[data-n=pids]")).to_have_text("9")
    expect(web.locator("[data-n=received]")).to_have_text("2.50 kB/s")
    expect(web.locator("[data-n=sent]")).to_have_text("0 B/s")
    expect(web.locator("progress")).to_have_attribute("title", "75.0 % of 400 MiB")
    # Where a number comes from, its unit and its age are told to whoever points at it.
    web.locator("[data-n=cpu]").hover()
    told = r"^CPU time .*, 100 % is one processor · kernel, cgroup v1 · read at \d\d:\d\d:\d\d, \d+ s ago$"
    expect(web.locator("[data-n=cpu]")).to_have_attribute("title", re.compile(told))
    expect(page.locator("[data-clock]")).to_contain_text("live")


def test_numbers_that_stop_are_marked_as_old(look_at: LookAt, host: Host, victor: User) -> None:
    fill("web")
    page = look_at("/", victor).page
    send_until(page, f"{row(page, 'web')} [data-n=pids]", "7", {"web": ()})
    expect(page.locator("#host-alpha[data-stale]")).to_have_count(1, timeout=15_000)
    expect(page.locator("[data-clock]")).to_contain_text("ago")
    send_tick("alpha", {"web": ()})
    expect(page.locator("#host-alpha[data-stale]")).to_have_count(0)


def test_a_pod_that_leaves_the_tick_has_no_numbers(look_at: LookAt, host: Host, victor: User) -> None:
    fill("web", "db")
    page = look_at("/", victor).page
    send_until(page, f"{row(page, 'web')} [data-n=pids]", "7", {"web": (), "db": ()})
    send_tick("alpha", {"db": ()})
    expect(page.locator(f"{row(page, 'web')} [data-n=pids]").first).to_have_text("\N{EN DASH}")
    expect(page.locator(f"{row(page, 'db')} [data-n=pids]").first).to_have_text("7")


def test_pods_come_change_and_go_without_a_reload(look_at: LookAt, host: Host, victor: User) -> None:
    fill("db")
    page = look_at("/", victor).page
    page.evaluate("window.stays = true")
    apply_snapshot(snapshot(pod("db"), pod("api", state="Exited")))
    expect(page.locator(f"{row(page, 'api')} .pod-row .c-state")).to_have_text("Exited")
    assert page.locator("tbody.pod .name a").all_text_contents() == ["api", "db"]
    apply_snapshot(snapshot(pod("db"), pod("api", state="Running")))
    expect(page.locator(f"{row(page, 'api')} .pod-row .c-state")).to_have_text("Running")
    apply_snapshot(snapshot(pod("db"), complete=False, pod_ids=(engine_id("api"),), pods=()))
    expect(page.locator(row(page, "api"))).to_have_count(0)
    assert page.evaluate("window.stays")


def test_only_what_changed_since_the_page_was_made_is_read_again(look_at: LookAt, host: Host, victor: User) -> None:
    fill("web", "db")
    page = look_at("/", victor, wait=False).page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "x-fragment" in request.headers else None)
    page.reload()
    page.wait_for_selector("body[data-live=open]")
    send_until(page, f"{row(page, 'web')} .pod-row [data-n=cpu]", "7.00 %", {"web": ("app",)}, cpu=7.0)
    assert asked == []

    def connect_late(socket: WebSocketRoute) -> None:
        Pod.objects.filter(name="web").update(state="Paused")
        announce("alpha", everything=True)
        socket.connect_to_server()

    page.route_web_socket(re.compile("/ws/live/"), connect_late)
    page.reload()
    expect(page.locator(f"{row(page, 'web')} .pod-row .c-state")).to_have_text("Paused")
    assert [url for url in asked if "/fragments/" not in url] == [page.url]


def test_the_last_pod_that_goes_leaves_the_offer_of_a_first_one(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web")
    page = look_at("/", alice).page
    apply_snapshot(snapshot())
    expect(page.get_by_role("heading", name="No pods on Alpha")).to_be_visible()
    expect(page.get_by_role("button", name="Create and start")).to_be_visible()


def test_the_keyboard_reaches_and_keeps_everything(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web", "db")
    page = look_at("/", alice).page
    page.keyboard.press("/")
    page.keyboard.type("we")
    expect(page.locator("tbody.pod:visible")).to_have_count(1)
    expect(page.locator("#filter-count")).to_have_text("1 of 2")
    page.fill("#filter", "")
    expander = page.get_by_role("button", name="Containers of web")
    expander.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{row(page, 'web')} .container-row:visible")).to_have_count(2)
    # A change swaps the row: what was open stays open, and the focus is where it was.
    containers = (*members("web", "app"), *members("db"))
    apply_snapshot(snapshot(pod("web", state="Degraded"), pod("db"), containers=containers))
    expect(page.locator(f"{row(page, 'web')} .pod-row .c-state")).to_have_text("Degraded")
    expect(page.locator(f"{row(page, 'web')} .container-row:visible")).to_have_count(2)
    expect(page.get_by_role("button", name="Containers of web")).to_be_focused()


def test_removing_is_confirmed_in_a_dialog_that_gives_the_focus_back(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web")
    page = look_at("/", alice).page
    page.get_by_label("More actions on web").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove web").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Remove web?")
    expect(dialog.locator("li")).to_have_count(2)
    expect(dialog.get_by_text("Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("tbody.pod :focus")).to_have_count(1)
    assert not Operation.objects.exists()


def test_acting_without_scripts(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web")
    page = look_at("/", alice, scripts=False, wait=False).page
    page.get_by_role("button", name="Stop web").click()
    page.wait_for_url("**/pods/*/")
    assert Operation.objects.get().verb == "stop"


def test_acting_when_the_modules_do_not_come(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web", "db")
    page = look_at("/operations/", alice).page
    page.route("**/static/js/**", lambda route: route.abort())
    page.goto(page.url.replace("/operations/", "/"))
    # The library that would take over forms and links is there, what would show its answers is not.
    assert page.evaluate("typeof window.htmx") == "object"
    page.locator('[data-name="db"] summary').click()
    page.get_by_role("button", name="Remove db").click()
    page.wait_for_url("**/remove/")
    page.locator("form.confirm button[type=submit]").click()
    page.wait_for_url(f"**/pods/{Pod.objects.get(name='db').pk}/")
    page.get_by_role("link", name="Pods").first.click()
    page.get_by_role("button", name="Stop web").click()
    page.wait_for_url(f"**/pods/{Pod.objects.get(name='web').pk}/")
    assert [(one.verb, one.pod_name) for one in Operation.objects.order_by("asked_at")] == [
        ("remove", "db"),
        ("stop", "web"),
    ]


def test_a_question_on_a_page_of_its_own_is_answered_there(look_at: LookAt, host: Host, alice: User) -> None:
    fill("web")
    pk = Pod.objects.get().pk
    page = look_at(f"/pods/{pk}/remove/", alice).page  # as opened in a tab of its own
    page.locator("form.confirm button[type=submit]").click()
    page.wait_for_url(f"**/pods/{pk}/")
    assert Operation.objects.get().verb == "remove"


def test_many_pods_do_not_make_the_page_jump(look_at: LookAt, host: Host, victor: User) -> None:
    names = [f"pod{n:03}" for n in range(300)]
    fill(*names)
    all_of_them = dict.fromkeys(names, ("app",))
    page = look_at("/", victor).page
    send_until(page, "tbody.pod [data-n=pids]", "7", all_of_them)
    page.keyboard.press("End")
    expect(page.locator("tbody.pod")).to_have_count(100)
    page.evaluate("document.querySelector('[data-name=pod050]').scrollIntoView()")
    send_until(page, "[data-name=pod050] [data-n=pids]", "7", all_of_them)
    before = page.evaluate("document.querySelector('[data-name=pod050]').getBoundingClientRect().top")
    for n in range(5):
        send_tick("alpha", all_of_them, cpu=n * 100.0, memory=n * MIB)
        time.sleep(0.2)
    expect(page.locator("[data-name=pod050] [data-n=cpu]").first).to_have_text("400.0 %")
    assert page.evaluate("document.querySelector('[data-name=pod050]').getBoundingClientRect().top") == before
    assert Pod.objects.count() == 300


def test_a_reading_of_the_whole_list_leaves_the_reader_where_he_was(look_at: LookAt, host: Host, victor: User) -> None:
    names = [f"pod{n:03}" for n in range(90)]
    fill(*names)
    page = look_at("/", victor).page
    page.keyboard.press("End")
    expect(page.locator("tbody.pod")).to_have_count(90)
    page.locator("[data-name=pod080]").evaluate("row => row.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)
    where = "document.querySelector('[data-name=pod080]').getBoundingClientRect().top"
    before = page.evaluate(where)
    for former in ("#host-alpha", "[data-name=pod080]"):
        page.locator(former).evaluate("part => { part.dataset.former = ''; }")
    push(changes_group("alpha"), {"type": "live.changes", "host": "alpha", "pods": [], "states": {}, "all": True})
    expect(page.locator("#host-alpha[data-former]")).to_have_count(0)
    # What is as it was is not made again.
    expect(page.locator("[data-name=pod080][data-former]")).to_have_count(1)
    page.wait_for_timeout(300)
    assert page.locator("tbody.pod").count() == 90
    assert abs(page.evaluate(where) - before) < 2


def test_a_tick_writes_no_more_rows_than_are_near_the_screen_and_nothing_twice(
    look_at: LookAt, host: Host, victor: User
) -> None:
    names = [f"pod{n:03}" for n in range(120)]
    fill(*names)
    all_of_them = dict.fromkeys(names, ("app",))
    page = look_at("/", victor).page
    page.keyboard.press("End")
    expect(page.locator("tbody.pod")).to_have_count(100)
    page.keyboard.press("End")
    expect(page.locator("tbody.pod")).to_have_count(120)
    page.evaluate("window.scrollTo(0, 0)")
    at = 1_800_000_001.0  # in the middle of a step of the small lines
    send_until(page, "[data-name=pod000] [data-n=pids]", "7", all_of_them, at=at)
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
          window.written = [];
          new MutationObserver(changes => {
            for (const {target} of changes) {
              const row = target.parentElement.closest('tr.pod-row');
              if (row && target.nodeName !== 'title') window.written.push(row.parentElement.dataset.name);
            }
          }).observe(document.getElementById('hosts'), {childList: true, characterData: true, subtree: true});
        }"""
    )
    send_tick("alpha", all_of_them, at=at, cpu=55.0)
    expect(page.locator("[data-name=pod000] [data-n=cpu]").first).to_have_text("55.0 %")
    rows = page.evaluate("[...new Set(window.written)]")
    assert rows[0] == "pod000"
    # 900 pixels and half of that again, at 50 for a row at least.
    assert len(rows) <= 30
    # One cell of each row was another number than before, and the same again is none.
    assert len(page.evaluate("window.written")) == len(rows)
    send_tick("alpha", all_of_them, at=at, cpu=55.0)
    send_tick("alpha", all_of_them, at=at, pids=8, cpu=55.0)
    expect(page.locator("[data-name=pod000] [data-n=pids]").first).to_have_text("8")
    assert len(page.evaluate("window.written")) == 2 * len(rows)
