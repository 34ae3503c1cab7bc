"""What the benchmarks share: a distributed podweb on a host in a box with pods, and the CPU time of its processes."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.e2e.stacks import Process, Stack, running, start_distributed, start_embedded
from tests.hosts import Box, make_host
from tests.services.postgres import create_database, running_postgres
from tests.services.redis import running_redis

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: Process) -> float:
    """Return user + system time of a process so far, in seconds (fields 14 and 15 of /proc/PID/stat)."""
    return cpu_seconds_of(process.pids())


def cpu_seconds_of(pids: Iterable[int]) -> float:
    """Return the same for several processes together."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_SECOND


def memory(process: Process) -> int:
    """Return a process's resident memory in bytes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in process.pids())


def new_data() -> Path:
    """Return an empty data directory."""
    directory = Path(tempfile.mkdtemp(prefix="pw-bench-"))
    directory.chmod(0o755)
    return directory


def make_pods(box: Box, pods: int, containers: int) -> None:
    """Make running pods ``pod000`` and so on, each with its infra container and ``containers`` more, by the API."""
    transport = httpx.HTTPTransport(uds=str(box.socket))
    with httpx.Client(transport=transport, base_url="http://podman/v4.0.0/libpod", timeout=60) as engine:

        def ask(path: str, **body: object) -> None:
            engine.post(path, json=body).raise_for_status()

        for number in range(pods):
            pod = f"pod{number:03}"
            ask("/pods/create", name=pod)
            for one in range(containers):
                ask("/containers/create", name=f"{pod}-{one}", pod=pod, image=box.image, command=["sleep", "100000"])
            ask(f"/pods/{pod}/start")


@contextmanager
def distributed(pods: int, containers: int) -> Iterator[tuple[Box, Stack]]:
    """Yield a box with pods and a podweb whose parts are processes of their own."""
    with ExitStack() as stack:
        box = stack.enter_context(make_host("bench"))
        make_pods(box, pods, containers)
        postgres = stack.enter_context(running_postgres())
        redis = stack.enter_context(running_redis())
        started = start_distributed(box, new_data(), database_url=create_database(postgres, "podweb"), redis_url=redis)
        yield box, stack.enter_context(running(started))


@contextmanager
def embedded(pods: int, containers: int) -> Iterator[tuple[Box, Stack]]:
    """Yield a box with pods and a podweb in one process."""
    with make_host("bench") as box:
        make_pods(box, pods, containers)
        started = start_embedded(box, new_data())
        started.set_password()
        with running(started):
            yield box, started
