"""What the watcher knows of the engine's pods now, shared with the sampler and the actions."""

import threading
from dataclasses import dataclass

from pods.messages.facts import ContainerFacts, PodFacts


@dataclass(frozen=True)
class Known:
    """One pod and its containers as last read."""

    pod: PodFacts
    containers: tuple[ContainerFacts, ...]


class Inventory:
    """Thread-safe. ``version`` grows with every change, so that a reader can tell cheaply whether to look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pods: dict[str, Known] = {}
        self.version = 0

    def get(self, pod_id: str) -> Known | None:
        """Return what is known of one pod."""
        with self._lock:
            return self._pods.get(pod_id)

    def all(self) -> dict[str, Known]:
        """Return a copy of everything, by pod id."""
        with self._lock:
            return dict(self._pods)

    def replace(self, pods: dict[str, Known], gone: set[str]) -> None:
        """Take in what was read of some pods, and forget those that are gone."""
        with self._lock:
            self._pods.update(pods)
            for pod_id in gone:
                self._pods.pop(pod_id, None)
            self.version += 1

    def clear(self) -> None:
        """Forget everything: another engine may answer next."""
        with self._lock:
            self._pods.clear()
            self.version += 1
