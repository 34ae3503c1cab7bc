"""An asked-for action on its way to a host worker, and its outcome on the way back."""

from typing import Any, Literal

from msgspec import Struct

from pods.messages.names import Verb
from pods.messages.snapshots import Snapshot


class OperationRequest(Struct, frozen=True, kw_only=True):
    """What a host worker is asked to do. ``pod_id`` is "" for ``create``; ``pod_name`` is for words only."""

    id: str  # uuid of the Operation row; also the label io.podweb.operation on what it creates
    verb: Verb
    host: str
    pod_id: str
    pod_name: str
    timeout: float  # seconds from receipt until the operation must have ended
    arguments: dict[str, Any] = {}  # per verb: stop {timeout}, kill {signal}, remove {force, timeout},
    # create {spec: PodSpec, start}, add_container {spec: ContainerSpec, start},
    # terminal {container_id, container, user, command, rows, columns, reader, window}


class OperationStarted(Struct, frozen=True, kw_only=True):
    """The host worker holds the pod's lock and begins."""

    id: str
    host: str
    boot: str
    at: float


class Part(Struct, frozen=True, kw_only=True):
    """One thing inside an operation that went wrong, in the engine's own words."""

    name: str  # container name or id; "" when the engine named none
    message: str


class Step(Struct, frozen=True, kw_only=True):
    """One thing the host worker did, with the moment it began."""

    at: float
    text: str


class OperationEnded(Struct, frozen=True, kw_only=True):
    """How it ended. ``code`` is stable (pods.messages.operations.CODES), ``message`` is for a person."""

    id: str
    host: str
    boot: str
    at: float
    outcome: Literal["done", "failed"]
    code: str = ""
    message: str = ""
    hint: str = ""
    engine: str = ""  # the engine's own words, unchanged; "" when it said none
    parts: tuple[Part, ...] = ()
    steps: tuple[Step, ...] = ()
    snapshot: Snapshot | None = None  # the pod as re-read after the action; applied together with the outcome
    result: dict[str, Any] = {}  # create: {"pod_id"}; look_up_cgroup: a CgroupAnswer; else empty


CODES = {
    "engine_unreachable": "The engine did not answer.",
    "engine_refused": "The engine refused.",
    "not_found": "The engine no longer has it.",
    "wrong_state": "It makes no sense in the state the pod is in.",
    "timed_out": "It did not end in time.",
    "unsupported": "This engine's version cannot do it.",
    "no_infra_container": "The pod has no infra container.",
    "no_pod_cgroup": "The pod has no cgroup of its own.",
    "invalid": "What was asked is malformed.",
    "internal": "podweb itself failed.",
    "no_shell": "The container has no shell, or not the command that was asked for.",
    "busy": "Too many terminals are open on the host.",
    "not_sent": "It was never sent.",
    "worker_restarted": "The host worker ended while it ran.",
    "no_word": "No word came back in time.",
}


class CgroupAnswer(Struct, frozen=True, kw_only=True):
    """Where a pod's cgroup is (engine.md 1.4 item 2h). ``None`` = there is none, and ``reason`` says why."""

    cgroup_path: str | None
    infra_cgroup_path: str | None
    source: str  # "inspect" | "infra inspect" | "derived" | "infra started" | ""
    reason: str = ""
