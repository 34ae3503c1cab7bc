"""What an action has at hand: the engine, the request, its deadline and its steps."""

import time
from dataclasses import dataclass, field

from pods.engine import containers
from pods.engine.errors import TimedOutError
from pods.engine.transport import Engine
from pods.messages.facts import ContainerFacts
from pods.messages.operations import OperationRequest, Step


class Refusal(Exception):
    """It makes no sense, or cannot be done: nothing (more) was sent to the engine."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


@dataclass
class Call:
    """One operation as it runs. ``note`` is the closing word of one that found nothing to do."""

    engine: Engine
    request: OperationRequest
    until: float  # monotonic seconds
    steps: list[Step] = field(default_factory=list)
    note: str = ""
    made: str = ""  # the engine's id of a pod that this operation made, also when it failed afterwards

    def left(self) -> float:
        """Return the seconds until the deadline. Raises TimedOutError behind it."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimedOutError("The time for this operation is over.")
        return left

    def step(self, text: str) -> None:
        """Keep what is about to be done."""
        self.steps.append(Step(at=time.time(), text=text))

    def members(self) -> list[ContainerFacts]:
        """Return the pod's containers as the engine lists them now."""
        return containers.list_containers(self.engine, pod_id=self.request.pod_id, timeout=self.left())
