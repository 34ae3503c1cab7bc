"""The pods page with 300 pods of three containers beside that with 30: what it costs the browser and the server.

The browser: 300 pods, all on the page, a tick each second, in the order of names and in that of live CPU. Prints how
much of one core Chromium spent in scripts, and in all of its main thread's work (to reach: 15 % for scripts). Ticks are
pushed into the channel layer as a host worker pushes them, as few machines run 900 containers for it.
The server: the median time of the page for an administrator with 300 pods and with 30, in turns, and the ratio (to
reach: 2 at most). Needs Chromium.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

import django
from django.conf import settings
from django.core.management import call_command

from benchmarks.stage import new_data

PODS, FEW, CONTAINERS = 300, 30, 3
LONGEST = 60.0  # seconds for one part


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--runs", type=int, default=30)
    arguments = parser.parse_args()
    os.environ["PODWEB_DATA"] = str(new_data())
    os.environ["DJANGO_SETTINGS_MODULE"] = "podweb.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    get = prepare()
    many, few = compare(get, arguments.runs)
    print(
        f"server, p50 of {arguments.runs}: {PODS} pods {many:.1f} ms, {FEW} pods {few:.1f} ms, ratio {many / few:.2f}"
    )
    for order, path in (("names", "/?host=many"), ("live CPU", "/?host=many&sort=-cpu")):
        scripts, tasks = browser_shares(path, arguments.seconds)
        print(f"browser, in the order of {order}: scripts {scripts:.1f} % of one core, with all else {tasks:.1f} %")


def prepare() -> Callable[[str], None]:
    """Write the rows and return what reads an address as an administrator."""
    # These import models, so they have to wait for django.setup().
    from django.contrib.auth.models import Group, User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from pods.models import Host  # noqa: PLC0415
    from tests.builders import bring_online, members, pod  # noqa: PLC0415

    for slug, count in (("many", PODS), ("few", FEW)):
        Host.objects.create(slug=slug, name=slug)
        names = [f"{slug}{n:03}" for n in range(count)]
        parts = tuple(one for name in names for one in members(name, *CONTAINER_NAMES[1:]))
        bring_online(slug, *(pod(name) for name in names), containers=parts)
    user = User.objects.create_user("administrator")
    user.groups.add(Group.objects.get(name="administrator"))
    client = Client()
    client.force_login(user)

    def get(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content

    return get


CONTAINER_NAMES = ("infra", "app", "db")


def compare(get: Callable[[str], None], runs: int) -> tuple[float, float]:
    """Return both medians in milliseconds, taken in turns, so that what else the machine does meets both."""
    times: dict[str, list[float]] = {"many": [], "few": []}
    until = time.monotonic() + LONGEST
    for slug in times:
        get(f"/?host={slug}")
    while len(times["few"]) < runs and time.monotonic() < until:
        for slug, taken in times.items():
            begun = time.perf_counter()
            get(f"/?host={slug}")
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times["many"]), statistics.median(times["few"])


def browser_shares(path: str, seconds: float) -> tuple[float, float]:
    """Return the percent of one core that scripts, and everything on the page's main thread, took meanwhile."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from tests.browser.chromium import running_browser  # noqa: PLC0415
    from tests.browser.server import running_server  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(username="administrator"))
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        browser = stack.enter_context(running_browser())
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}])
        page = context.new_page()
        page.goto(server + path)
        until = time.monotonic() + LONGEST
        while page.locator("tbody.pod").count() < PODS:
            assert time.monotonic() < until, "the pods did not come"
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            page.wait_for_timeout(200)
        page.evaluate("window.scrollTo(0, 0)")
        for number in range(5):
            tick(number)
            page.wait_for_timeout(500)
        page.evaluate("document.addEventListener('podweb:tick', () => { window.ticks = (window.ticks || 0) + 1; })")
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        before, begun = metrics(session), time.monotonic()
        number = 5
        while time.monotonic() - begun < seconds:
            tick(number)
            number += 1
            page.wait_for_timeout(max(0.0, (begun + number - 5 - time.monotonic()) * 1000))
        after, lasted = metrics(session), time.monotonic() - begun
        came = page.evaluate("window.ticks")
        assert came >= 0.8 * (number - 5), f"only {came} of {number - 5} ticks came"
    scripts, tasks = (100 * (after[name] - before[name]) / lasted for name in ("ScriptDuration", "TaskDuration"))
    return scripts, tasks


def metrics(session: object) -> dict[str, float]:
    """Return Chromium's counters of the page, in seconds."""
    answer = session.send("Performance.getMetrics")  # type: ignore[attr-defined]  # a CDPSession
    return {one["name"]: one["value"] for one in answer["metrics"]}


def tick(number: int) -> None:
    """Push the numbers of all pods and containers, each another than before."""
    import msgspec  # noqa: PLC0415

    from pods.messages.live import PodUsage  # noqa: PLC0415
    from pods.messages.names import live_group  # noqa: PLC0415
    from podweb.push import push  # noqa: PLC0415
    from tests.browser.server import usage  # noqa: PLC0415
    from tests.builders import engine_id  # noqa: PLC0415

    at, texts = time.time(), {}
    for n in range(PODS):
        name = f"many{n:03}"
        chance = random.Random(f"{number} {n}")
        one = usage(cpu=chance.random() * 100, memory=chance.randrange(2**20, 2**29), received=chance.random() * 1e6)
        parts = {engine_id(f"{name}/{part}"): one for part in CONTAINER_NAMES}
        encoded = msgspec.json.encode(PodUsage(at=at, source="cgroup v2", total=one, containers=parts))
        texts[engine_id(name)] = encoded.decode()
    push(live_group("many"), {"type": "live.tick", "host": "many", "sequence": number, "at": at, "pods": texts})


if __name__ == "__main__":
    main()
