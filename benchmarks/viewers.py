"""What 1, 10 and 100 viewers of the same page cost the host worker and the web process.

Runs the distributed stack (so that each has a process of its own) on a host in a box with some pods, opens that many
websockets for SECONDS each and reads the processes' CPU time from /proc. Prints shares of one core and the ratios to
one viewer. Run by ``make bench``; needs root.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

import websockets

from tests.e2e.stacks import Stack, running, session_cookie, start_distributed
from tests.hosts import Host, make_host
from tests.services.postgres import running_postgres
from tests.services.redis import running_redis

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user + system time of one process so far, in seconds (/proc/PID/stat fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


async def watch(url: str, cookie: str, origin: str, until: float) -> int:
    """Read one page's socket until the moment ``until`` and return how many messages came."""
    count = 0
    async with websockets.connect(url, additional_headers={"Cookie": cookie}, origin=websockets.Origin(origin)) as ws:
        while (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(ws.recv(), left)
            except TimeoutError:
                break
            count += 1
    return count
