"""Follows the kernel's log for kills, where this process may read it."""

import logging
import threading

from pods.cgroups.kernel_log import KernelLog
from pods.host.noticer import Noticer

log = logging.getLogger(__name__)
LOOK_UP_EVERY = 1.0  # seconds


class KernelLogFollower:
    """A thread that tells the noticer of kills until ``stop``."""

    def __init__(self, noticer: Noticer) -> None:
        self._noticer = noticer
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to follow; without the right to, kills are told by the cgroups' counters."""
        try:
            kernel_log = KernelLog()
        except OSError as error:
            log.info("the kernel's log cannot be read (%s): kills are told by counters", error.strerror)
            return
        self._noticer.has_kernel_log = True
        self._thread = threading.Thread(target=self._run, args=(kernel_log,), name="kernel-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within a second."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self, kernel_log: KernelLog) -> None:
        try:
            while not self._stopping.is_set():
                for kill in kernel_log.kills(LOOK_UP_EVERY):
                    self._noticer.killed(kill)
        except OSError:
            log.exception("the kernel's log cannot be read any more: kills are told by counters")
            self._noticer.has_kernel_log = False
        finally:
            kernel_log.close()
