"""What 1, 10 and 100 viewers of the same page cost the host worker and the web process.

Opens that many websockets on the distributed stack, some seconds each, and reads the processes' CPU time. Prints
shares of one core, and the host worker's ratio to one viewer (to reach: 1.2 at most). Needs root.
"""

import argparse
import asyncio
import time

import websockets

from benchmarks.stage import cpu_seconds, distributed
from tests.e2e.stacks import session_cookie


async def watch(url: str, cookie: str, until: float) -> int:
    """Read one page's socket until the moment ``until`` (monotonic) and return how many messages came."""
    count = 0
    address = url.replace("http", "ws") + "/ws/live/"
    origin = websockets.Origin(url)
    async with websockets.connect(address, additional_headers={"Cookie": cookie}, origin=origin) as socket:
        while (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(socket.recv(), left)
            except TimeoutError:
                break
            count += 1
    return count


async def watch_all(url: str, cookie: str, viewers: int, seconds: float) -> int:
    """Let ``viewers`` read at once; returns the messages of all."""
    until = time.monotonic() + seconds
    return sum(await asyncio.gather(*(watch(url, cookie, until) for _ in range(viewers))))


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--pods", type=int, default=5)
    chosen = arguments.parse_args()
    seconds, pods = chosen.seconds, chosen.pods
    with distributed(pods, 3) as (_, stack):
        by_name = {process.name: process for process in stack.processes}
        cookie = session_cookie(stack)
        time.sleep(3)
        first = 0.0
        print(f"{pods} pods x 4 containers, {seconds:.0f} s each; percent of one core")
        print("viewers  messages/s  host worker     web   ratio of the host worker to one viewer")
        for viewers in (1, 10, 100):
            before = {name: cpu_seconds(process) for name, process in by_name.items()}
            messages = asyncio.run(watch_all(stack.url, cookie, viewers, seconds))
            used = {name: cpu_seconds(process) - before[name] for name, process in by_name.items()}
            worker, web = (100 * used[name] / seconds for name in ("host worker", "web"))
            first = first or worker
            print(f"{viewers:7}  {messages / seconds:10.1f}  {worker:10.2f}%  {web:6.2f}%  {worker / first:.2f}")


if __name__ == "__main__":
    main()
