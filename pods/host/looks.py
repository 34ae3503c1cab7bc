"""Which pods somebody looks at just now: theirs alone are the dear counters read each second."""

import threading
import time

KEPT = 200  # pods at once; more is no looking


class Looks:
    """Thread-safe. A look ends by itself unless it is said again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def look(self, pod_id: str, seconds: float) -> None:
        """Somebody looks at the pod for ``seconds`` from now."""
        now = time.monotonic()
        with self._lock:
            self._until = {pod: until for pod, until in self._until.items() if until > now}
            if pod_id in self._until or len(self._until) < KEPT:
                self._until[pod_id] = max(self._until.get(pod_id, 0.0), now + seconds)

    def at(self, pod_id: str) -> bool:
        """Return whether somebody looks at the pod."""
        return self._until.get(pod_id, 0.0) > time.monotonic()
