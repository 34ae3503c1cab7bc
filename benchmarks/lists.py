"""The first page of a big fleet against that of a small one: the API's list of pods and the pods page.

10,000 pods with 40,000 containers (generated rows) beside 100 pods with 400, on PostgreSQL and on SQLite. Prints the
medians of each and their ratio (to reach: 3 at most). Needs what PostgreSQL needs in the tests.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import django
from django.conf import settings
from django.core.management import call_command

from benchmarks.stage import new_data
from tests.services.postgres import create_database, running_postgres, why_not

SMALL, BIG = 100, 10_000
LONGEST = 60.0  # seconds for one page
PAGES = {
    "list of the API": "/api/v1/pods/",
    "list of the API, newest first": "/api/v1/pods/?ordering=-created_at",
    "list of the API, a label": "/api/v1/pods/?label=app=app7",
    "list of the API, a search": "/api/v1/pods/?q=pod0007",
    "containers of the API": "/api/v1/containers/",
    "pods page": "/",
}
Ask = Callable[[str], float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)  # the part that runs in a process of its own
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    with ExitStack() as stack:
        servers = {"SQLite": ""}
        if reason := why_not():
            print(f"PostgreSQL is left out: {reason}")
        else:
            servers["PostgreSQL"] = stack.enter_context(running_postgres())
        for name, server in servers.items():
            print(f"{name}, p50 of {arguments.runs}, {SMALL} and {BIG} pods of four containers:")
            with fleet(server, SMALL) as small, fleet(server, BIG) as big:
                for what, path in PAGES.items():
                    of_small, of_big = compare(small, big, path, arguments.runs)
                    print(f"  {what}: {of_small:.1f} ms, {of_big:.1f} ms, ratio {of_big / of_small:.2f}", flush=True)


def compare(small: Ask, big: Ask, path: str, runs: int) -> tuple[float, float]:
    """Return both medians in milliseconds. The two take turns, so that what else the machine does meets both."""
    times: tuple[list[float], list[float]] = ([], [])
    until = time.monotonic() + LONGEST
    while len(times[0]) < runs and (time.monotonic() < until or len(times[0]) < 3):
        for ask, taken in zip((small, big), times, strict=True):
            taken.append(ask(path))
    return statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def fleet(server: str, pods: int) -> Iterator[Ask]:
    """Yield what reads an address of a podweb with so many pods; ``server`` is PostgreSQL's URL, "" means SQLite."""
    environment = {**os.environ, "PODWEB_DATA": str(new_data()), "DJANGO_SETTINGS_MODULE": "podweb.settings"}
    if server:
        environment["PODWEB_DATABASE_URL"] = create_database(server, f"lists{pods}")
    words = [sys.executable, "-m", "benchmarks.lists", "--serve", str(pods)]
    process = subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        sending, coming = process.stdin, process.stdout

        def ask(path: str) -> float:
            print(path, file=sending, flush=True)
            return float(coming.readline())

        for path in PAGES.values():
            ask(path)
        yield ask
        sending.close()


def serve(pods: int) -> None:
    """Read an address a line, and print for each how many milliseconds its page took."""
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    ask = prepare(pods)
    for line in sys.stdin:
        begun = time.perf_counter()
        ask(line.strip())
        print((time.perf_counter() - begun) * 1000, flush=True)


def prepare(pods: int) -> Callable[[str], None]:
    """Write the rows and return what reads an address as somebody signed in."""
    # These import models, so they have to wait for django.setup().
    from django.contrib.auth.models import Group, User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from pods.models import Host  # noqa: PLC0415
    from tests.builders import bring_online  # noqa: PLC0415
    from tests.many import make_many  # noqa: PLC0415

    host = Host.objects.create(slug="alpha", name="Alpha")
    bring_online("alpha")
    make_many(host, pods, 4)
    user = User.objects.create_user("viewer")
    user.groups.add(Group.objects.get(name="viewer"))
    client = Client()
    client.force_login(user)

    def ask(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        assert answer.content

    return ask


if __name__ == "__main__":
    main()
