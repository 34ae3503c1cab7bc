"""A pod's cgroups, namespaces, processes and documents: complete, accessible, read again without losing the place."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from pods.messages import plain
from pods.messages.questions import Answer, Kind, Processes, Question
from pods.models import Host, Operation, Pod
from tests.browser.chromium import Watched
from tests.browser.conftest import LookAt
from tests.builders import bring_online, container, engine_id, members, pod
from tests.dispatch.hosts import answering
from tests.insight import HOST, MIB, POD_PATH, limits, member, node, spaces, tree

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LOOKS = [(1400, False), (1400, True), (400, False), (400, True)]
PAGES = ("cgroup", "namespaces", "processes", "inspect")
TITLES = ("USER", "PID", "PPID", "%CPU", "ELAPSED", "TTY", "TIME", "COMMAND")
YAML = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    image: a/b\n"


def process(pid: str, cpu: str, command: str) -> tuple[str, ...]:
    return ("root", pid, "1", cpu, "1h2m3.5s", "?", "1.5s", command)


@dataclass
class Answers:
    """What the host answers to each question; ``broken`` answers an error instead. Counts what was asked."""

    results: dict[Kind, Any] = field(default_factory=dict)
    broken: str = ""
    asked: int = 0

    def __call__(self, question: Question) -> Answer | None:
        self.asked += 1
        if self.broken:
            return Answer(id=question.id, error=self.broken, message="The engine did not answer.", engine="EOF")
        return Answer(id=question.id, result=plain(self.results[question.kind]), at=1_800_000_000.0)


def usual() -> Answers:
    app = node("container", "app", memory=30 * MIB, pids=2, inner=2, declared={"Memory": 64 * MIB, "CpuQuota": 50_000})
    assert app.usage is not None
    assert app.usage.detail is not None
    events = {"max": 14, "oom_kill": 2}
    detail = msgspec.structs.replace(
        app.usage.detail, events=events, periods=10.0, throttled_periods=4.0, cpu_user=31.0
    )
    app = msgspec.structs.replace(
        app,
        usage=msgspec.structs.replace(app.usage, cpu=33.0, detail=detail),
        totals=msgspec.structs.replace(app.totals, periods=300, throttled_periods=12, throttled=4_200_000_000),
        limits=limits(app.path, cpu_quota=50_000),
    )
    nodes = (
        node("pod", "web", memory=60 * MIB, pids=6, limits=limits(POD_PATH, memory=256 * MIB)),
        node("infra", "infra", memory=1 * MIB),
        app,
        node("container", "db", usage=None, unread="It does not run, so it has no cgroup.", path="", state="exited"),
        node("conmon", "conmon", memory=2 * MIB, pids=2, processes=("conmon", "conmon")),
    )
    listed = Processes(
        titles=TITLES,
        containers={
            engine_id("web/infra"): (process("1", "0.000", "/catatonit -P"),),
            engine_id("web/app"): (process("12", "9.500", "server --verbose"), process("7", "80.100", "worker")),
        },
        unread={engine_id("web/db"): "It stopped running."},
    )
    everything = {
        Kind.CGROUP_TREE: tree(*nodes),
        Kind.NAMESPACES: spaces(
            member("infra", 1),
            member("app", 2),
            member("db", 3, net=99),
            member("proxy", 4, net=HOST["net"], modes={"net": "host"}),
        ),
        Kind.TOP: listed,
        Kind.KUBE: {"yaml": YAML},
        Kind.INSPECT: {"pod": {"Id": "x", "Name": "web"}, "containers": {}, "left_out": []},
    }
    return Answers(everything)


@contextmanager
def host_that(answers: Answers) -> Iterator[Answers]:
    with answering("alpha", answers):
        yield answers


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app", "db"))
    return Pod.objects.get()


def check(watched: Watched) -> None:
    page = watched.page
    assert watched.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize(("width", "dark"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_each_page(look_at: LookAt, web: Pod, alice: User, name: str, width: int, dark: bool) -> None:
    with host_that(usual()):
        watched = look_at(f"/pods/{web.pk}/{name}/", alice, width=width, dark=dark)
        expect(watched.page.locator(".tabs a[aria-current=page]")).to_have_count(1)
        expect(watched.page.locator("#insight-trouble")).to_be_empty()
        for one in watched.page.locator("details.node, #inodes").all()[:3]:
            one.locator("summary").click()
        check(watched)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_without_scripts(look_at: LookAt, web: Pod, alice: User, name: str) -> None:
    words = {"cgroup": "In no container", "namespaces": "Network", "processes": "catatonit", "inspect": "kind: Pod"}
    with host_that(usual()):
        page = look_at(f"/pods/{web.pk}/{name}/", alice, wait=False, scripts=False).page
        expect(page.locator("main")).to_contain_text(words[name])
        page.locator("#insight-refresh").click()
        expect(page.locator("main")).to_contain_text(words[name])


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_host_that_does_not_answer(look_at: LookAt, web: Pod, alice: User, width: int, dark: bool) -> None:
    Host.objects.update(silent=True)
    for name in PAGES[:3]:
        watched = look_at(f"/pods/{web.pk}/{name}/", alice, width=width, dark=dark)
        expect(watched.page.locator("#insight-trouble")).to_contain_text("host worker of Alpha does not answer")
        check(watched)
    page = look_at(f"/pods/{web.pk}/inspect/?what=quadlet", alice, width=width, dark=dark).page
    expect(page.locator("#document-text")).to_contain_text("[Pod]")


def test_a_pod_that_was_removed_shows_the_way_to_what_it_was(look_at: LookAt, web: Pod, alice: User) -> None:
    bring_online("alpha")
    watched = look_at(f"/pods/{web.pk}/cgroup/", alice)
    expect(watched.page.locator("#insight-trouble")).to_contain_text("The pod was removed")
    check(watched)


def test_nothing_that_runs_is_said_to_be_so(look_at: LookAt, web: Pod, alice: User) -> None:
    answers = usual()
    answers.results[Kind.NAMESPACES] = msgspec.structs.replace(spaces(), members=())
    answers.results[Kind.TOP] = Processes(titles=(), containers={})
    with host_that(answers):
        for name in ("namespaces", "processes"):
            watched = look_at(f"/pods/{web.pk}/{name}/", alice)
            expect(watched.page.get_by_role("heading", name="Nothing runs")).to_be_visible()
            check(watched)


def test_the_tree_is_read_again_and_keeps_what_is_open_and_focused(look_at: LookAt, web: Pod, alice: User) -> None:
    with host_that(usual()) as answers:
        page = look_at(f"/pods/{web.pk}/cgroup/", alice).page
        summary = page.locator("#node-2 summary")
        summary.click()
        asked = answers.asked
        answers.results[Kind.CGROUP_TREE] = tree()
        expect(page.locator(".tree-rest td").first).to_contain_text("5.00")
        expect(page.locator("#node-2")).to_have_attribute("open", "")
        expect(summary).to_be_focused()
        assert answers.asked > asked


def test_what_was_read_stays_marked_as_old_while_the_host_does_not_answer(
    look_at: LookAt, web: Pod, alice: User
) -> None:
    with host_that(usual()) as answers:
        page = look_at(f"/pods/{web.pk}/cgroup/", alice).page
        answers.broken = "timed_out"
        expect(page.locator("#insight-content[data-old] #insight-trouble")).to_contain_text("did not answer")
        expect(page.locator("table.tree")).to_be_visible()
        answers.broken = ""
        expect(page.locator("#insight-content[data-old]")).to_have_count(0)
        expect(page.locator("#insight-trouble")).to_be_empty()


def test_reading_again_can_be_switched_off(look_at: LookAt, web: Pod, alice: User) -> None:
    with host_that(usual()) as answers:
        page = look_at(f"/pods/{web.pk}/cgroup/", alice).page
        page.locator("#insight-live").uncheck()
        page.wait_for_function("!document.getElementById('insight').hasAttribute('aria-busy')")
        asked = answers.asked
        page.wait_for_timeout(4000)
        assert answers.asked == asked
        page.locator("#insight-refresh").click()
        expect(page.locator("#announcer")).to_have_text("Read again.")
        assert answers.asked == asked + 1


def test_processes_are_sorted_by_keyboard(look_at: LookAt, web: Pod, alice: User) -> None:
    with host_that(usual()):
        page = look_at(f"/pods/{web.pk}/processes/", alice).page
        expect(page.locator("#insight-live")).to_be_visible()
        pids = page.locator("td.of-pid")
        assert pids.all_text_contents() == ["7", "12", "1"]
        page.locator("#sort-pid").focus()
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort=ascending]")).to_have_text("PID▲")
        assert pids.all_text_contents() == ["1", "7", "12"]
        expect(page.locator("#sort-pid")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort=descending]")).to_have_text("PID▼")
        assert page.url.endswith("?sort=-pid")
        expect(page.locator(".unread-list")).to_contain_text("db It stopped running.")


def test_a_document_is_searched_and_copied(look_at: LookAt, web: Pod, alice: User) -> None:
    with host_that(usual()):
        page = look_at(f"/pods/{web.pk}/inspect/", alice).page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        expect(page.locator("#document-copy")).to_be_visible()
        page.fill("#document-query", "name")
        expect(page.locator("#document-text mark")).to_have_count(2)
        expect(page.locator("#document-hits")).to_have_text("1 of 2")
        page.keyboard.press("Enter")
        expect(page.locator("#document-hits")).to_have_text("2 of 2")
        page.locator("#document-copy").click()
        expect(page.locator("#announcer")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == YAML
        page.fill("#document-query", "(nothing")
        expect(page.locator("#document-hits")).to_have_text("0 found")


def test_who_may_not_see_secrets_reads_them_masked(look_at: LookAt, web: Pod, victor: User) -> None:
    answers = usual()
    answers.results[Kind.INSPECT] = {"pod": {"Env": ["TOKEN=hunter2"], "Name": "web"}, "containers": {}}
    with host_that(answers):
        page = look_at(f"/pods/{web.pk}/inspect/?what=pod", victor).page
        expect(page.locator("#document-text")).to_contain_text('"Name": "web"')
        assert "hunter2" not in page.content()
        expect(page.locator(".document")).to_contain_text("What looks like a secret is hidden.")


def test_what_names_hold_is_text(look_at: LookAt, host: Host, alice: User) -> None:
    name = "<img src=x onerror=alert(1)>"
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    found = Pod.objects.get()
    answers = usual()
    answers.results[Kind.CGROUP_TREE] = tree(node("pod", "web"), node("other", name, path=f"{POD_PATH}/x"))
    ended = threading.Event()
    with host_that(answers):
        watched = look_at(f"/pods/{found.pk}/cgroup/", alice)
        watched.page.on("dialog", lambda _dialog: ended.set())
        expect(watched.page.locator("table.tree")).to_contain_text(name)
        assert not ended.is_set()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_pods_page_says_what_is_wrong(look_at: LookAt, host: Host, alice: User, width: int, dark: bool) -> None:
    infra, app = members("web", "app")
    ended = {"state": "exited", "pid": None, "exit_code": 137, "exited_at": str(int(time.time()) - 120)}
    facts = {"state": "Degraded", "stale_network": (app.id,), "cgroup_path": None}
    bring_online("alpha", pod("web", **facts), containers=(infra, container("web", "db", **ended), app))
    web = Pod.objects.get()
    watched = look_at(f"/pods/{web.pk}/", alice, width=width, dark=dark)
    page = watched.page
    expect(page.locator(".reason")).to_contain_text("db exited 137, 2 min ago")
    assert page.locator("[data-finding]").count() == 3
    stale = page.locator("[data-finding=stale_network]")
    expect(stale).to_contain_text("app has lost the pod's network")
    check(watched)
    stale.get_by_role("button", name="Restart web").click()
    expect(page.locator("tbody.pod .outcome")).to_contain_text("Restarting…")
    assert Operation.objects.get().verb == "restart"
    listed = look_at("/", alice, width=width, dark=dark)
    expect(listed.page.locator("tbody.pod .reason")).to_contain_text("db exited 137")
    check(listed)


def test_who_may_only_look_is_offered_no_repair(look_at: LookAt, host: Host, victor: User) -> None:
    bring_online("alpha", pod("web", stale_network=(engine_id("web/app"),)), containers=members("web", "app"))
    page = look_at(f"/pods/{Pod.objects.get().pk}/", victor).page
    expect(page.locator("[data-finding=stale_network]")).to_be_visible()
    expect(page.locator(".finding button")).to_have_count(0)
