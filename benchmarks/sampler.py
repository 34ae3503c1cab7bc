"""CPU per container-sample: our sampler against the engine's own ``/containers/stats``, on the same pods, at once.

Both sample every second for SECONDS: the engine as a stream with ``interval=1``, whose service's utime + stime come
from /proc; ours (network, pod totals, details every ten seconds, history and JSON included) by the CPU time of the
thread that it runs in. A container-sample is one container in one tick. Prints both and their ratio, and asserts
nothing. Run by ``make bench``; needs root.
"""

import argparse
import contextlib
import os
import threading
import time
from pathlib import Path

import httpx

from pods.engine.transport import Engine
from pods.host.inventory import Inventory
from pods.host.observer import Identity, Observer
from pods.host.sampler import DETAIL_EVERY, Sampler
from pods.host.samples import Collector
from tests.hosts import Box, Missing, make_host

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
TARGET = 1 / 20
IDLE = ["sleep", "3600"]
BUSY = ["sh", "-c", "while :; do sleep 0.1; done"]


class EngineStream(threading.Thread):
    """Reads the engine's stream of all containers and counts what comes."""

    def __init__(self, socket: Path) -> None:
        super().__init__(daemon=True)
        self._socket = socket
        self.ticks = self.rows = 0

    def run(self) -> None:
        url = "http://engine/v4.0.0/libpod/containers/stats?stream=true&interval=1"
        transport = httpx.HTTPTransport(uds=str(self._socket))
        with (
            contextlib.suppress(httpx.TransportError),  # the engine ends with the box
            httpx.Client(transport=transport, timeout=10) as client,
            client.stream("GET", url) as response,
        ):
            for line in response.iter_lines():
                self.ticks += 1
                self.rows += line.count('"ContainerID"')


def cpu_seconds(pids: list[int]) -> float:
    """Return user + system time of processes so far (/proc/PID/stat fields 14 and 15)."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_SECOND


def start_pods(box: Box, pods: int, containers: int, command: list[str]) -> None:
    """Start pods of ``containers`` each, the infra container included; the others run ``command``."""
    for pod in range(pods):
        box.podman("pod", "create", "--name", f"bench{pod}")
        for container in range(containers - 1):
            name = f"bench{pod}-{container}"
            box.podman("run", "-d", "--pod", f"bench{pod}", "--name", name, box.image, *command)


def make_sampler(box: Box) -> Sampler:
    """Return a sampler of what the box's engine runs, with every file open already."""
    inventory = Inventory()
    Observer(Identity("bench", "bench", 0), inventory).observe_all(Engine(box.socket))
    # The box's processes by the box's numbers; their cgroup paths as this process sees them.
    collector = Collector(Identity("bench", "bench", 0), lambda *_: None)
    proc = Path(f"/proc/{box.pid}/root/proc")
    sampler = Sampler("bench", inventory, lambda _: None, collector, proc_root=proc)
    for _ in range(DETAIL_EVERY + 1):
        sampler.sample_once()
    return sampler


def ours(sampler: Sampler, seconds: int) -> tuple[float, int]:
    """Sample every second; return CPU seconds of this thread in the sampler, and container-samples."""
    spent, rows = 0.0, 0
    for _ in range(seconds):
        time.sleep(1)
        before = time.thread_time()
        tick = sampler.sample_once()
        spent += time.thread_time() - before
        rows += sum(text.count('"cpu":') for text in tick["pods"].values()) - len(tick["pods"])
    return spent, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pods", type=int, default=6)
    parser.add_argument("--containers", type=int, default=5, help="per pod, infra included (default: 5)")
    parser.add_argument("--busy", action="store_true", help="every container runs ten times a second, none idles")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    try:
        with make_host("bench") as box:
            start_pods(box, options.pods, options.containers, BUSY if options.busy else IDLE)
            measure(box, options.seconds)
    except Missing as reason:
        print(f"sampler: skipped: {reason}")


def measure(box: Box, seconds: int) -> None:
    """Run both for ``seconds`` and print what they cost."""
    sampler = make_sampler(box)
    stream = EngineStream(box.socket)
    stream.start()
    while stream.ticks < 2:
        time.sleep(0.05)
    pids = box.engine_pids()
    engine_before, rows_before = cpu_seconds(pids), stream.rows
    spent, rows = ours(sampler, seconds)
    engine_spent, engine_rows = cpu_seconds(pids) - engine_before, stream.rows - rows_before
    sampler.stop()
    if not rows or not engine_rows or not engine_spent:
        print(f"sampler: nothing to compare ({rows} samples of ours, {engine_rows} of the engine's)")
        return
    mine, theirs = spent / rows * 1e6, engine_spent / engine_rows * 1e6
    print(f"sampler, {rows // seconds} containers, {seconds} s at 1 Hz ({sampler.source}):")
    print(f"  podweb  {mine:8.1f} µs CPU per container-sample (network, pod totals, details, history, JSON)")
    print(f"  engine  {theirs:8.1f} µs CPU per container-sample (/containers/stats stream)")
    print(f"  ratio   1/{theirs / mine:.1f}  (target: at most 1/{1 / TARGET:.0f})")


if __name__ == "__main__":
    main()
