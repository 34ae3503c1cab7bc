"""One at a time per pod, in the order of asking, without a waiting operation holding a thread of the pool."""

import collections
import threading
from collections.abc import Callable


class Turns:
    """Per-pod queues. Whoever finds a pod free works its queue until it is empty; others only leave work there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, collections.deque[Callable[[], None]]] = {}

    def take(self, pod: str, work: Callable[[], None]) -> None:
        """Run ``work`` when it is its turn: now in this thread, or later in the thread that has the pod."""
        with self._lock:
            queue = self._queues.get(pod)
            if queue is not None:
                queue.append(work)
                return
            self._queues[pod] = collections.deque([work])
        self._work(pod)

    def _work(self, pod: str) -> None:
        while True:
            with self._lock:
                queue = self._queues[pod]
                if not queue:
                    del self._queues[pod]
                    return
                work = queue.popleft()
            try:
                work()
            except BaseException:
                # The work reports its own failures; those behind it must have their turn whatever happens.
                threading.Thread(target=self._work, args=(pod,), daemon=True).start()
                raise
