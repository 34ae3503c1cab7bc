"""One boot of a host worker: what it holds, and how it performs an operation from request to outcome."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from pods.engine.errors import EngineError
from pods.host.actions import ACTIONS
from pods.host.call import Call, Refusal
from pods.host.connection import Connection
from pods.host.in_force import Kernel
from pods.host.inventory import Inventory
from pods.host.ledger import Ledger
from pods.host.looks import Looks
from pods.host.observer import Identity, Observer, try_observe
from pods.host.shared import Shared
from pods.host.streams import Streams
from pods.host.turns import Turns
from pods.messages import names
from pods.messages.hosts import HostOnline
from pods.messages.operations import OperationEnded, OperationRequest, OperationStarted

log = logging.getLogger(__name__)
HINTS = (
    ("address already in use", "Another process on the host listens on this port: end it, or publish another port."),
    ("cannot listen on the", "Another process on the host listens on this port: end it, or publish another port."),
    ("cannot add init-ctr to a running pod", "Stop the pod first: init containers run before the others start."),
    ("no such image", "Pull the image on the host first."),
    ("have no dependencies", "Half of this pod is missing: remove it and make it again."),
    ("error setting rlimit", "This machine allows less: lower default_ulimits in containers.conf, make the pod again."),
    ("cgroups in hybrid mode", 'Set runtime = "runc" in this machine\'s containers.conf, and make the pod again.'),
    ("permission denied", "The engine's user may not do this on the host."),
)
_CODE_HINTS = {
    "engine_unreachable": "Start the engine on the host; podweb connects again by itself.",
    "timed_out": "The engine may still be at it: look at the state before trying again.",
    "not_found": "It was removed in the meantime.",
}


@dataclass
class HostWorker:
    """``send`` takes a control task's name and its message."""

    identity: Identity
    connection: Connection
    send: Callable[[str, msgspec.Struct], None]
    inventory: Inventory = field(default_factory=Inventory)
    ledger: Ledger = field(default_factory=Ledger)
    turns: Turns = field(default_factory=Turns)
    kernel: Kernel = field(default_factory=Kernel)
    looks: Looks = field(default_factory=Looks)
    shared: Shared = field(default_factory=Shared)

    def __post_init__(self) -> None:
        self.observer = Observer(self.identity, self.inventory, kernel=self.kernel)
        self.streams = Streams(self.identity, self.connection, self.send)

    def announce(self) -> None:
        """Say that this boot speaks for the host now: what the former one had running is lost."""
        identity = self.identity
        self.send(
            names.HOST_ONLINE,
            HostOnline(host=identity.host, boot=identity.boot, epoch=identity.epoch, at=time.time()),
        )

    def perform(self, request: OperationRequest) -> None:
        """Do what is asked when it is the pod's turn; one that is known already is only answered again."""
        if not self.ledger.begin(request.id):
            if ended := self.ledger.outcome(request.id):
                self.send(names.OPERATION_ENDED, ended)
            return
        if request.verb is names.Verb.TERMINAL:
            self.streams.open_terminal(request)  # it runs as long as somebody looks, and changes nothing of the pod
            return
        until = time.monotonic() + request.timeout
        self.turns.take(request.pod_id or f"name {request.pod_name}", lambda: self._perform(request, until))

    def _perform(self, request: OperationRequest, until: float) -> None:
        identity = self.identity
        self.send(
            names.OPERATION_STARTED,
            OperationStarted(id=request.id, host=identity.host, boot=identity.boot, at=time.time()),
        )
        ended = self._outcome(request, until)
        self.ledger.end(ended)
        self.send(names.OPERATION_ENDED, ended)

    def _outcome(self, request: OperationRequest, until: float) -> OperationEnded:
        ended = OperationEnded(
            id=request.id, host=self.identity.host, boot=self.identity.boot, at=time.time(), outcome="failed"
        )
        call: Call | None = None
        try:
            engine = self.connection.engine()
            call = Call(engine, request, until)
            result = ACTIONS[request.verb](call)
            ended = msgspec.structs.replace(ended, outcome="done", message=call.note, result=result or {})
        except Refusal as refusal:
            ended = msgspec.structs.replace(ended, code=refusal.code, message=refusal.message, hint=refusal.hint)
        except EngineError as error:
            ended = msgspec.structs.replace(
                ended,
                code=error.code,
                message=error.message,
                hint=hint_for(error),
                engine=error.engine,
                parts=error.parts,
            )
        except Exception:
            log.exception("operation %s failed inside podweb", request.id)
            ended = msgspec.structs.replace(
                ended, code="internal", message="podweb itself failed.", hint="The host worker's log says where."
            )
        snapshot = None
        if call is not None:
            if call.made:
                ended = msgspec.structs.replace(ended, result={**ended.result, "pod_id": call.made})
            pod_id = request.pod_id or call.made
            snapshot = try_observe(self.observer, call.engine, pod_id) if pod_id else None
        return msgspec.structs.replace(
            ended, at=time.time(), steps=tuple(call.steps) if call else (), snapshot=snapshot
        )


def hint_for(error: EngineError) -> str:
    """Return what to do about it, as far as the engine's words tell."""
    said = error.engine.lower()
    for words, hint in HINTS:
        if words in said:
            return hint
    return _CODE_HINTS.get(error.code, "")


def new_identity(host: str) -> Identity:
    """Return the identity of a new boot."""
    return Identity(host=host, boot=str(uuid.uuid4()), epoch=time.time_ns() // 1_000_000)
