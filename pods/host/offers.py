"""Reports what the host offers to new pods: at once, when something of it changed, and on a look every ten seconds."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from pods.engine import images, stock
from pods.engine.errors import EngineError
from pods.engine.transport import Engine
from pods.host import machine
from pods.host.connection import Connection
from pods.host.in_force import Kernel
from pods.host.observer import Identity
from pods.messages import names
from pods.messages.resources import HostResources, PortInUse

log = logging.getLogger(__name__)
EVERY = 10.0  # seconds
TIMEOUT = 10.0
GATHER = 0.3  # a pod that is made touches several things at once
# The engine adds up the size of each image for its list: only when one came or went, and rarely anyhow.
IMAGES_EVERY = 60.0


@dataclass
class Offers:
    """A thread that reports HostResources until ``stop``. ``changed`` may be called from any thread."""

    identity: Identity
    connection: Connection
    send: Callable[[str, msgspec.Struct], None]
    kernel: Kernel = field(default_factory=Kernel)
    _said: HostResources | None = None
    _sequence: int = 0
    _engine: Engine | None = None  # the one that was asked last: another one's images are not known
    _images: tuple[str, ...] = ()
    _images_at: float = -IMAGES_EVERY
    _hint: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="offers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within seconds."""
        self._stopping.set()
        self._hint.set()
        if self._thread is not None:
            self._thread.join(5)

    def changed(self, kind: str = "") -> None:
        """Look soon. ``kind`` is the event's type: after one of an image, the images are read again."""
        if kind == "image":
            self._images_at = -IMAGES_EVERY
        self._hint.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look(self.connection.engine())
            except EngineError:
                self._said = None  # whoever answers next is reported anew
            except Exception:
                log.exception("the look at what the host offers failed; the next one comes")
            self._hint.wait(EVERY)
            self._stopping.wait(GATHER)
            self._hint.clear()

    def look(self, engine: Engine) -> None:
        """Read everything, and report it if it is news. Raises EngineError."""
        if engine is not self._engine:
            self._engine, self._images_at = engine, -IMAGES_EVERY
        if time.monotonic() - self._images_at >= IMAGES_EVERY:
            at = time.monotonic()
            self._images, self._images_at = tuple(images.names(engine, timeout=TIMEOUT)), at
        found = HostResources(
            host=self.identity.host,
            boot=self.identity.boot,
            epoch=self.identity.epoch,
            sequence=0,
            at=0.0,
            networks=stock.networks(engine, timeout=TIMEOUT),
            volumes=stock.volumes(engine, timeout=TIMEOUT),
            images=self._images,
            ports=self._ports(engine),
            cpus=machine.processors(self.kernel.layout),
            memory_nodes=machine.memory_nodes(self.kernel.layout),
            devices=machine.block_devices(),
        )
        if found != self._said:
            self._said = found
            self._sequence += 1
            self.send(names.RESOURCES, msgspec.structs.replace(found, sequence=self._sequence, at=time.time()))

    def _ports(self, engine: Engine) -> tuple[PortInUse, ...]:
        """Return each port once. The engine holds a container's ports by a socket: the container's name says more."""
        named = {_key(port): port for port in stock.ports(engine, timeout=TIMEOUT)}
        others = {_key(port): port for port in machine.listening(self.kernel.proc_root)}
        return tuple((others | named)[key] for key in sorted(others | named))


def _key(port: PortInUse) -> tuple[int, str, str]:
    return port.port, port.protocol, port.host_ip
