"""One reading for all who ask the same at the same time: pages that many look at cost what one costs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pods.messages.questions import Answer

FRESH = 1.0  # seconds from the beginning of a reading in which it is given to whoever asks


@dataclass
class _Reading:
    began: float
    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Shared:
    """Thread-safe. Answers by what was asked; one that is an error is given only to those who waited for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, str], _Reading] = {}

    def answer(self, key: tuple[str, str], read: Callable[[], Answer], timeout: float) -> Answer:
        """Return what ``read`` gives, or what somebody else's reading has given in the last second.

        Who waits longer than ``timeout`` seconds for the other's reading makes one of their own.
        """
        with self._lock:
            now = time.monotonic()
            self._readings = {
                one: reading
                for one, reading in self._readings.items()
                if not reading.done.is_set() or now - reading.began < FRESH
            }
            reading = self._readings.get(key)
            mine = reading is None
            if reading is None:
                reading = self._readings[key] = _Reading(now)
        if not mine:
            reading.done.wait(timeout)
            return reading.answer or read()
        try:
            reading.answer = read()
        finally:
            if reading.answer is None or reading.answer.error:
                with self._lock:
                    if self._readings.get(key) is reading:
                        del self._readings[key]
            reading.done.set()
        return reading.answer
