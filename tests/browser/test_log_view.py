"""The parts of the log page by themselves: a million lines, wrapped ones, what is filtered, and escape sequences."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from pods.models import Host, Pod
from tests.browser.conftest import LookAt
from tests.builders import bring_online, members, pod

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
MILLION = 1_000_000
SET_UP = """async ([count, length]) => {
  const { LogStore, Shown, matcher } = await import("/static/js/log-store.js");
  const { LogView } = await import("/static/js/log-view.js");
  const log = document.getElementById("log").cloneNode(true);
  log.id = "own";
  document.getElementById("logs").after(log);
  for (const row of log.querySelectorAll(".log-line")) row.remove();
  const store = new LogStore();
  const shown = new Shown(store);
  const view = new LogView(log, store, shown);
  view.measure();
  let next = 0;
  const add = (more) => {
    const to = next + more;
    while (next < to) {
      let text = "";
      for (const end = Math.min(to, next + 10000); next < end; next += 1) {
        const head = `${next % 3} ${next % 5 ? "o" : "e"} ${1_700_000_000 + Math.floor(next / 1000)}`;
        text += `${head} line ${next} ${"y".repeat(length)}\\n`;
      }
      store.add(text);
      while (!shown.advance(1000));
    }
  };
  const texts = () => {
    const box = log.getBoundingClientRect();
    return [...log.querySelectorAll(".log-line:not([hidden])")].filter((row) => {
      const own = row.getBoundingClientRect();
      return own.bottom > box.top + 1 && own.top < box.bottom - 5;
    }).map((row) => row.lastElementChild.textContent.split(" ").slice(0, 2).join(" "));
  };
  window.own = { log, store, shown, view, add, texts, matcher };
  add(count);
}"""


@pytest.fixture
def page(look_at: LookAt, host: Host, victor: User) -> Page:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    found: Page = look_at(f"/pods/{Pod.objects.get().pk}/logs/", victor).page
    return found


def run(page: Page, script: str) -> Any:
    return page.evaluate(f"() => {{ const {{ log, store, shown, view, add, texts, matcher }} = window.own; {script} }}")


@pytest.mark.parametrize("wrap", [False, True])
def test_a_million_lines_are_shown_from_end_to_end(page: Page, wrap: bool) -> None:
    page.evaluate(SET_UP, [MILLION, 300 if wrap else 5])
    run(page, f"view.wrap = {str(wrap).lower()}; log.classList.toggle('is-wrap', view.wrap); view.heights.reset();")
    assert run(page, "view.draw(true); return texts().at(-1);") == f"line {MILLION - 1}"
    assert run(page, "log.scrollTop = 0; view.draw(false); return texts()[0];") == "line 0"
    for line in (1, 500_000, 777_777, MILLION - 2):
        assert f"line {line}" in run(page, f"view.show({line}); view.draw(false); return texts();")
    assert run(page, "return log.querySelectorAll('.log-line').length;") < 200


def test_beyond_a_million_the_oldest_go_and_what_is_looked_at_stays(page: Page) -> None:
    page.evaluate(SET_UP, [MILLION, 5])
    before = run(page, "view.draw(true); view.show(600000); view.draw(false); return texts();")
    assert run(page, "add(100000); view.draw(false); return texts();") == before
    first = run(page, "return store.first;")
    assert 100_000 <= first < 100_000 + 4096
    assert run(page, "log.scrollTop = 0; view.draw(false); return texts()[0];") == f"line {first}"
    assert run(page, "view.draw(true); return texts().at(-1);") == "line 1099999"


@pytest.mark.parametrize(
    ("choice", "count"),
    [
        ("{containers: null, outputs: [true, true], filter: matcher('LINE 99', {})}", 1111),
        ("{containers: null, outputs: [true, true], filter: matcher('LINE 99', {sensitive: true})}", 0),
        ("{containers: null, outputs: [true, true], filter: matcher('^line 9+ ', {expression: true})}", 5),
        ("{containers: new Set([1]), outputs: [true, true], filter: null}", 33_333),
        ("{containers: null, outputs: [false, true], filter: null}", 20_000),
    ],
)
def test_what_is_chosen_is_all_that_is_shown(page: Page, choice: str, count: int) -> None:
    page.evaluate(SET_UP, [100_000, 5])
    script = f"shown.reset({choice}); while (!shown.advance(5)); return shown.end - shown.begin;"
    assert run(page, script) == count
    if count:
        last = run(page, "view.draw(true); return texts().at(-1);")
        assert run(page, "return store.text(shown.line(shown.end - 1));").startswith(f"{last} ")


def test_a_filter_goes_on_with_new_lines_and_forgets_old_ones(page: Page) -> None:
    page.evaluate(SET_UP, [MILLION, 1])
    run(
        page, "shown.reset({containers: new Set([0]), outputs: [true, true], filter: null}); while (!shown.advance(5));"
    )
    assert run(page, "view.draw(true); return texts().at(-1);") == "line 999999"
    run(page, "add(500000); view.draw(true);")
    first = run(page, "return store.first;")
    assert run(page, "return store.text(shown.line(shown.begin));").startswith(f"line {first + -first % 3} ")
    assert run(page, "return texts().at(-1);") == "line 1499997"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", [["plain", ""]]),
        ("a\x1b[31mred\x1b[0mb", [["a", ""], ["red", "a-fg-1"], ["b", ""]]),
        ("\x1b[1;4;92mx\x1b[22;39my", [["x", "a-bold a-underline a-fg-10"], ["y", "a-underline"]]),
        ("\x1b[38;5;196mx\x1b[48;2;0;0;250my", [["x", "a-fg-1"], ["y", "a-fg-1 a-bg-4"]]),
        ("\x1b]0;title\x07\x1b[2Kx\x1b[?25ly\x08", [["x", ""], ["y", ""]]),
        ("<b>&amp;\x1b[m</b>", [["<b>&amp;", ""], ["</b>", ""]]),
        ("end\x1b[", [["end", ""]]),
    ],
)
def test_escape_sequences_become_classes_or_nothing(page: Page, text: str, expected: list[list[str]]) -> None:
    found = page.evaluate("async (text) => (await import('/static/js/ansi.js')).segments(text)", text)
    assert found == expected
    plain = page.evaluate("async (text) => (await import('/static/js/ansi.js')).plain(text)", text)
    assert plain == "".join(part for part, _ in expected)
