"""What history costs: writing the samples of 1,000 containers, keeping them, and reading a week of one pod.

On SQLite and on PostgreSQL. 250 pods of four containers are 1,250 series: a pod's own cgroup is one too. Sizes are
measured on some series of each kind with every point of the full retention, and scaled. Prints ratios: a message's time
to the ten seconds until the next, COPY to INSERT, a week to an hour. Asserts nothing. Run by ``make bench``.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

PODS, CONTAINERS, MESSAGES, SAMPLE = 250, 4, 36, 6
SERIES = PODS * (CONTAINERS + 1)
MIB = 2**20


def main() -> None:
    """Run this module once for each database, in a process of its own: Django knows one in its life."""
    from tests.services.postgres import create_database, running_postgres, why_not  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="pw-bench-") as data:
        run({"PODWEB_DATA": data}, "SQLite")
        if reason := why_not():
            print(f"PostgreSQL: skipped: {reason}")
            return
        with running_postgres() as url:
            run({"PODWEB_DATA": data, "PODWEB_DATABASE_URL": create_database(url, "history")}, "PostgreSQL")


def run(environment: dict[str, str], name: str) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PODWEB_")}
    subprocess.run([sys.executable, "-m", "benchmarks.history", name], env=clean | environment, check=True)


def measure(name: str) -> None:
    """Measure on the database of the environment and print."""
    import django  # noqa: PLC0415

    os.environ["DJANGO_SETTINGS_MODULE"] = "podweb.settings"
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import history_rows as rows  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = int(time.time()) // 10 * 10
    print(f"history on {name}, {PODS * CONTAINERS:,} containers in {PODS} pods:")
    begin = now - MESSAGES * 10
    messages = [rows.message(begin + 10 * n, PODS, CONTAINERS) for n in range(MESSAGES)]
    rows.prepare(messages[0])
    before = rows.size()
    p50 = statistics.median(timed(partial(rows.take_samples, one)) for one in messages[1:])
    fresh = (rows.size() - before) / (MESSAGES - 1) * 366  # an hour, and what waits for the next run
    print(f"  write   {p50 * 1000:7.1f} ms for ten seconds of all: 1/{10 / p50:.0f} of the time there is")
    if name == "PostgreSQL":
        rest = [(series, now + 10, b"x" * 92) for series in rows.series()]
        copy, insert = (median(partial(rows.write, rest, by_copy=by)) for by in (True, False))
        print(f"          by COPY {copy * 1000:.1f} ms, by INSERT {insert * 1000:.1f} ms: 1/{insert / copy:.1f}")
    sizes = {kind: rows.blocks_size(kind, SAMPLE, now) for kind in rows.KINDS}
    for kind, one in sizes.items():
        print(f"  size    {one / 1024:7.1f} KiB a series of full retention, {kind}")
    mixed = SERIES * (0.5 * sizes["idle"] + 0.4 * sizes["ordinary"] + 0.1 * sizes["busy"]) / MIB
    print(f"          {mixed:7.0f} MiB for 1,000 containers, half of them idle and a tenth busy")
    print(f"          {SERIES * sizes['busy'] / MIB:7.0f} MiB if all were busy")
    print(f"          {fresh / MIB:7.0f} MiB for the hour that runs")
    week, hour = (median(partial(rows.ask, seconds, now)) for seconds in (7 * 86_400, 3600))
    print(f"  read    {week * 1000:7.1f} ms for a week of a pod in 300 points; {week / hour:.1f} of an hour's")


def median(work: Callable[[], object]) -> float:
    return statistics.median(timed(work) for _ in range(9))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
