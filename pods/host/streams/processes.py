"""Ends what a terminal started. Hanging up does not: an engine lets an exec run on when its connection is gone."""

import contextlib
import os
import signal
import time
from pathlib import Path

MARK = "PODWEB_TERMINAL"  # in the environment of the shell, and so of all that it starts
GRACE = 0.5  # seconds between asking and killing
PROC = Path("/proc")


def find(mark: str, proc: Path = PROC) -> list[int]:
    """Return the processes of the terminal ``mark``, those included that left its shell behind."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit():
            # Gone meanwhile, or not ours to read.
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def end(mark: str) -> bool:
    """Hang up on the terminal's processes, kill what stays; returns whether none is left. Takes up to a second."""
    pids = find(mark)
    _send(pids, signal.SIGHUP, signal.SIGCONT)
    until = time.monotonic() + GRACE
    while pids and time.monotonic() < until:
        time.sleep(0.02)
        pids = find(mark)
    while pids and time.monotonic() < until + GRACE:
        _send(pids, signal.SIGKILL)
        time.sleep(0.02)
        pids = find(mark)
    return not pids


def _send(pids: list[int], *signals: signal.Signals) -> None:
    for pid in pids:
        for number in signals:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
