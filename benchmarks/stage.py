"""What the benchmarks share: a distributed podweb on a host in a box with pods, and the CPU time of its processes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.stacks import Process, Stack, running, start_distributed, start_embedded
from tests.hosts import Box, make_host
from tests.services.postgres import create_database, running_postgres
from tests.services.redis import running_redis

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: Process) -> float:
    """Return user + system time of a process so far, in seconds (fields 14 and 15 of /proc/PID/stat)."""
    total = 0
    for pid in process.pids():
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
    """Make running pods, each with its infra container and ``containers`` more."""
    for pod in range(pods):
        box.podman("pod", "create", "--name", f"pod{pod}")
        for one in range(containers):
            box.podman("run", "-d", "--pod", f"pod{pod}", "--name", f"pod{pod}-{one}", box.image, "sleep", "100000")
        box.podman("pod", "start", f"pod{pod}")


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
