"""Pictures of pages that rows alone fill: 300 pods, what is denied, failed or not there, and the first visit."""

import math
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page

from pods.control.hosts import engine_status
from pods.messages.hosts import Attempt
from pods.messages.live import PodUsage
from pods.messages.names import live_group
from pods.models import Host, Operation, Pod
from podweb.push import push
from tests.browser.conftest import LookAt
from tests.browser.server import usage
from tests.builders import bring_online, members, pod, status
from tests.control.operations import make_operation
from tests.screenshots.camera import WIDTHS, Camera

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.timeout(300)]
Take = Callable[..., None]
BACK = 200  # seconds; how far back the small lines of a row go
SHOP = ("web", "queue", "cache")
WHAT = ("billing", "cache", "chat", "forum", "gateway", "mail", "metrics", "orders", "search", "shop", "sso", "wiki")
WHERE = ("berlin", "lyon", "oslo", "porto", "turin")
ENDED = {"Running": "running", "Degraded": "running", "Paused": "paused", "Exited": "exited", "Created": "created"}


def tick(pods: list[Pod], ago: int = 0) -> None:
    """Send numbers of the pods that run, each its own, as a host worker did so many seconds ago."""
    now, texts = time.time() - ago, {}
    for number, one in enumerate(pods):
        if one.state not in {"Running", "Degraded", "Paused"}:
            continue
        busy = (number * 37 % 101) ** 2 / 100 * (1 + 0.4 * math.sin(number + ago / 15))
        total = usage(
            cpu=busy, memory=2**20 * (20 + number * 53 % 480), pids=3 + number % 17, write=busy * 900, sent=busy * 7000
        )
        texts[one.engine_id] = msgspec.json.encode(
            PodUsage(at=now, source="cgroup v2", total=total, containers={})
        ).decode()
    push(live_group("alpha"), {"type": "live.tick", "host": "alpha", "sequence": 1, "at": now, "pods": texts})


def tick_until_shown(page: Page, pods: list[Pod]) -> None:
    for _ in range(200):
        tick(pods, BACK)
        page.wait_for_timeout(100)
        if page.locator("tbody.pod [data-n=cpu]").first.text_content() not in {"\N{EN DASH}", ""}:
            for ago in range(BACK - 2, -1, -2):
                tick(pods, ago)
                page.wait_for_timeout(15)
            page.wait_for_timeout(500)
            return
    raise AssertionError("no number came")


def state_of(number: int) -> str:
    """Return the state of one pod of many: most of them run."""
    return {3: "Degraded", 7: "Exited", 11: "Paused", 16: "Created"}.get(number % 19, "Running")


@pytest.fixture
def fleet(host: Host) -> list[Pod]:
    """300 pods on one host."""
    pods, containers = [], []
    for number in range(300):
        name = f"{WHAT[number % 12]}-{WHERE[number // 12 % 5]}-{number // 60 + 1}"
        state = state_of(number)
        pods.append(pod(name, state=state, labels={"app": WHAT[number % 12], "site": WHERE[number // 12 % 5]}))
        infra, *others = members(name, *(f"{name}-{part}" for part in SHOP[: 1 + number % 3]), state=ENDED[state])
        if state == "Degraded":
            others[0] = msgspec.structs.replace(others[0], state="exited", exit_code=1)
        containers += [infra, *others]
    bring_online("alpha", *pods, containers=tuple(containers))
    return list(Pod.objects.order_by("name"))


@pytest.fixture
def shop(host: Host) -> Pod:
    bring_online("alpha", pod("shop", labels={"app": "shop"}), containers=members("shop", *SHOP))
    return Pod.objects.get()


@pytest.fixture
def take(look_at: LookAt, camera: Camera) -> Take:
    """Takes a page at both widths: ``take(name, path, user, prepare, whole=True)``."""

    def taken(
        name: str, path: str, user: User | None, prepare: Callable[[Page], None] | None = None, *, whole: bool = True
    ) -> None:
        for width in WIDTHS:
            page = look_at(path, user, width=width).page
            if prepare is not None:
                prepare(page)
            camera.take(page, name, whole=whole)

    return taken


def test_the_pods_page_with_300_pods(take: Take, fleet: list[Pod], alice: User) -> None:
    def prepare(page: Page) -> None:
        tick_until_shown(page, fleet)

    take("pods-300", "/", alice, prepare)


def test_the_pods_page_as_a_viewer(take: Take, fleet: list[Pod], victor: User) -> None:
    def prepare(page: Page) -> None:
        tick_until_shown(page, fleet)

    take("pods-300-viewer", "/", victor, prepare, whole=False)


def test_several_of_300_chosen(take: Take, fleet: list[Pod], alice: User) -> None:
    def prepare(page: Page) -> None:
        tick_until_shown(page, fleet)
        for number in (0, 1, 2, 3):
            page.locator(".choose").nth(number).check()
        page.wait_for_selector("#bulk:not([hidden])")

    take("pods-300-chosen", "/", alice, prepare, whole=False)


def test_300_in_groups_and_columns(take: Take, fleet: list[Pod], alice: User) -> None:
    def columns(page: Page) -> None:
        tick_until_shown(page, fleet)
        page.locator("#columns > summary").click()

    take("pods-300-by-state", "/?group=state&sort=-cpu", alice, columns, whole=False)
    take("pods-300-by-label", "/?group=label:app", alice, lambda page: tick_until_shown(page, fleet), whole=False)


def test_the_palette_and_the_keys(take: Take, fleet: list[Pod], alice: User) -> None:
    def palette(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type("mail oslo")
        page.wait_for_timeout(600)

    take("palette", "/", alice, palette, whole=False)
    take("keys", "/", alice, lambda page: page.keyboard.press("?"), whole=False)


def test_what_several_would_lose(take: Take, fleet: list[Pod], alice: User) -> None:
    def prepare(page: Page) -> None:
        for number in (0, 1, 2, 3):
            page.locator(".choose").nth(number).check()
        page.locator("#bulk").get_by_role("button", name="Stop…").click()
        page.wait_for_selector("#dialog[open]")

    take("bulk-dialog", "/", alice, prepare, whole=False)


def test_bulk_of_all_on_a_page(take: Take, fleet: list[Pod], alice: User) -> None:
    chosen = "&".join(f"pod={one.pk}" for one in Pod.objects.order_by("name")[:60])
    take("bulk-60", f"/bulk/?verb=remove&{chosen}", alice)


def test_nothing_found(take: Take, fleet: list[Pod], alice: User) -> None:
    take("pods-none-found", "/?q=nowhere&status=running", alice, whole=False)


def test_pruning(take: Take, fleet: list[Pod], alice: User) -> None:
    take("prune-300", "/prune/", alice)


def test_nothing_to_prune(take: Take, shop: Pod, alice: User) -> None:
    take("prune-0", "/prune/", alice, whole=False)


def test_removing_asks(take: Take, shop: Pod, alice: User) -> None:
    take("remove-asks", f"/pods/{shop.pk}/remove/", alice, whole=False)


def failed(user: User, one: Pod) -> Operation:
    now = timezone.now()
    return make_operation(
        user,
        one,
        verb="start",
        state="failed",
        started_at=now - timedelta(seconds=3),
        ended_at=now,
        message="The port 8080 of the host is taken.",
        engine="cannot listen on the TCP port: listen tcp4 :8080: bind: address already in use",
        hint="Stop what holds the port, or publish another one.",
        parts_json=[{"name": "shop-web", "message": "did not start"}],
        steps_json=[
            {"at": now.timestamp() - 3, "text": "read the pod"},
            {"at": now.timestamp() - 1, "text": "asked the engine to start it"},
        ],
    )


def test_operations(take: Take, fleet: list[Pod], alice: User) -> None:
    group = uuid.uuid4()
    verbs = ("start", "stop", "restart", "pause", "remove")
    ends = ("done", "done", "done", "failed", "done", "lost", "cancelled")
    for number, one in enumerate(fleet[:120]):
        asked = timezone.now() - timedelta(minutes=7 * number, seconds=number)
        values = {"verb": verbs[number % 5], "state": ends[number % 7], "asked_at": asked, "started_at": asked}
        if number % 7 == 3:
            values |= {"message": "The engine refused.", "engine": "device or resource busy"}
        if 10 < number < 20:
            values |= {"group": group, "verb": "restart", "state": ends[number % 4]}
        make_operation(alice, one, ended_at=asked + timedelta(seconds=2), **values)
    make_operation(alice, fleet[0], verb="stop", state="running", started_at=timezone.now())
    take("operations-120", "/operations/", alice)
    take("operations-group", f"/operations/groups/{group}/", alice, whole=False)
    take("operations-none-found", "/operations/?state=asked", alice, whole=False)


def test_one_operation_that_failed(take: Take, shop: Pod, alice: User) -> None:
    operation = failed(alice, shop)
    take("operation-failed", f"/operations/{operation.pk}/", alice)


def test_an_engine_that_does_not_answer(take: Take, shop: Pod, alice: User) -> None:
    tried = (Attempt(socket="/run/podman/podman.sock", answer="nobody listens there"),)
    engine_status(status(answering=False, info=None, socket="", attempts=tried, advice="systemctl start podman.socket"))
    take("no-engine-pods", "/", alice, whole=False)
    take("no-engine-pod", f"/pods/{shop.pk}/", alice)
    take("no-engine-cgroup", f"/pods/{shop.pk}/cgroup/", alice, whole=False)


def test_no_host_yet(take: Take, alice: User) -> None:
    take("no-host", "/", alice, whole=False)


def test_who_may_see_nothing(look_at: LookAt, camera: Camera, mallory: User, victor: User) -> None:
    for name, path, user in (("denied", "/", mallory), ("not-found", "/nowhere/", victor)):
        for width in WIDTHS:
            watched = look_at(path, user, width=width, wait=False)
            watched.complaints.clear()  # the status of the refusal
            camera.take(watched.page, name, whole=False)


def test_signing_in(take: Take, alice: User) -> None:
    def prepare(page: Page) -> None:
        page.fill("#id_username", "alice")
        page.fill("#id_password", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector(".pf-v6-c-alert")

    take("sign-in", "/", None, whole=False)
    take("sign-in-wrong", "/", None, prepare, whole=False)


def test_the_api_documentation(take: Take, victor: User) -> None:
    take("api-docs", "/api/docs/", victor)
