"""The operations that this boot knows by id, so that one sent twice is done once."""

import collections
import threading

from pods.messages.operations import OperationEnded

REMEMBERED = 10_000


class Ledger:
    """Thread-safe. Remembers the newest ten thousand."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: collections.OrderedDict[str, OperationEnded | None] = collections.OrderedDict()

    def begin(self, operation: str) -> bool:
        """Return whether this operation is new; it is known from now on."""
        with self._lock:
            if operation in self._known:
                return False
            self._known[operation] = None
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return True

    def end(self, ended: OperationEnded) -> None:
        """Keep how it ended, to answer again."""
        with self._lock:
            self._known[ended.id] = ended

    def outcome(self, operation: str) -> OperationEnded | None:
        """Return how it ended; None while it runs or waits."""
        with self._lock:
            return self._known.get(operation)
