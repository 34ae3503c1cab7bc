"""The kernel's log, where it says whom it killed for want of memory.

Podman forgets it at the next start of the container, conmon does not always see it, and a cgroup's own counter goes
with the cgroup. Format: the kernel's ABI/testing/dev-kmsg, and dump_oom_summary in mm/oom_kill.c (since 5.0).
"""

import errno
import os
import re
import select
from dataclasses import dataclass
from pathlib import Path

KMSG = Path("/dev/kmsg")
_RECORD = 8192  # bytes; the kernel writes no longer one
_OOM = re.compile(
    r"oom-kill:constraint=(?P<constraint>\w+),.*?(?:oom_memcg=(?P<limit>[^,]*),)?task_memcg=(?P<victim>[^,]*),"
    r"task=(?P<process>.*),pid=(?P<pid>\d+),uid=\d+"
)
_CONTAINER = re.compile(r"/libpod-(?:payload-)?([0-9a-f]{64})(?:\.scope)?(?=/|$)")


@dataclass(frozen=True)
class Kill:
    """One process that was killed. ``sequence`` numbers the kernel's records since it started."""

    sequence: int
    process: str
    pid: int  # as the kernel counts, not as a namespace does
    container_id: str  # "" = it was in no container
    victim: str  # the cgroup of the process
    limit: str  # the cgroup whose limit was reached; "" = the machine's memory was


def parse(record: bytes) -> Kill | None:
    """Return what a record of /dev/kmsg says of a kill; None for every other one."""
    head, _, text = record.partition(b";")
    if b"oom-kill:" not in text:
        return None
    line = text.split(b"\n", 1)[0].decode(errors="replace")
    found = _OOM.search(line)
    if found is None:
        return None
    containers = _CONTAINER.findall(found["victim"])
    own = found["constraint"] == "CONSTRAINT_MEMCG"
    return Kill(
        sequence=int(head.split(b",")[1]),
        process=found["process"],
        pid=int(found["pid"]),
        container_id=containers[-1] if containers else "",
        victim=found["victim"],
        limit=(found["limit"] or "") if own else "",
    )


class KernelLog:
    """What the kernel logs from now on. Raises OSError when it may not be read."""

    def __init__(self, path: Path = KMSG) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(self._descriptor, 0, os.SEEK_END)

    def kills(self, timeout: float) -> list[Kill]:
        """Wait at most ``timeout`` seconds for news and return the kills among them."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(timeout * 1000):
            return []
        found = []
        while (record := self._record()) is not None:
            if (kill := parse(record)) is not None:
                found.append(kill)
        return found

    def _record(self) -> bytes | None:
        while True:
            try:
                return os.read(self._descriptor, _RECORD) or None
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno != errno.EPIPE:  # what was not read in time is gone; the next read goes on behind it
                    raise

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)
