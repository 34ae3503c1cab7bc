"""Where the engine is: an existing socket, else one of podweb's own."""

import os
import threading
from pathlib import Path

from pods.engine import system
from pods.engine.errors import EngineError, UnreachableError
from pods.engine.transport import Engine
from pods.host.own_engine import OwnEngine, findings
from pods.messages.hosts import Attempt, EngineInfo

PING_TIMEOUT = 2.0  # seconds


def usual_sockets(configured: str) -> list[Path]:
    """Return the sockets to try, in order; ``configured`` alone when it is given."""
    if configured:
        return [Path(configured.removeprefix("unix://"))]
    if os.geteuid() == 0:
        return [Path("/run/podman/podman.sock")]
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    return [Path(runtime) / "podman" / "podman.sock"]


class Connection:
    """The one engine of this host. ``attempts`` and ``advice`` say what was tried while nothing answers."""

    def __init__(self, configured: str, own: OwnEngine | None) -> None:
        self._configured = configured
        self._own = own
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self.attempts: tuple[Attempt, ...] = ()
        self.advice = ""
        self.notes: tuple[str, ...] = ()
        self.socket: Path | None = None

    def engine(self) -> Engine:
        """Return the engine that answers. Raises UnreachableError while there is none."""
        with self._lock:
            if self._engine is None:
                raise UnreachableError("The engine does not answer.", engine="; ".join(a.answer for a in self.attempts))
            return self._engine

    def connect(self) -> Engine:
        """Try every way to an engine and return the first that answers. Raises UnreachableError."""
        attempts: list[Attempt] = []
        for socket in usual_sockets(self._configured):
            if engine := self._try(socket, attempts):
                return engine
        if self._own is not None and not self._configured:
            try:
                socket = self._own.ensure()
            except OSError as error:
                attempts.append(Attempt(socket="podman system service", answer=str(error)))
            else:
                self.notes = self._own.notes
                if engine := self._try(socket, attempts):
                    return engine
        self._forget(tuple(attempts))
        raise UnreachableError("No engine answers.")

    def _try(self, socket: Path, attempts: list[Attempt]) -> Engine | None:
        if not socket.exists():
            attempts.append(Attempt(socket=str(socket), answer="there is no such socket"))
            return None
        engine = Engine(socket)
        try:
            system.ping(engine, timeout=PING_TIMEOUT)
        except EngineError as error:
            engine.close()
            said = error.message.removeprefix(f"The engine on {socket} ")
            why = "you may not open it" if not os.access(socket, os.W_OK) else said
            attempts.append(Attempt(socket=str(socket), answer=why))
            return None
        with self._lock:
            former, self._engine = self._engine, engine
            self.socket, self.attempts, self.advice = socket, (), ""
        if former is not None:
            former.close()
        return engine

    def notice(self, info: EngineInfo) -> None:
        """Say what of a found engine's defaults cannot work on this machine; podweb changes only its own."""
        if self._own is None or self.socket != self._own.socket:
            self.notes = tuple(findings(info))

    def lost(self, error: EngineError) -> None:
        """Forget the engine; what it said last is shown until another answers."""
        if self._engine is not None:
            self._forget((Attempt(socket=str(self.socket), answer=error.message),))

    def _forget(self, attempts: tuple[Attempt, ...]) -> None:
        with self._lock:
            former, self._engine = self._engine, None
            self.attempts = attempts
            self.advice = advice(usual_sockets(self._configured)[0])
        if former is not None:
            former.close()

    def close(self) -> None:
        """Close the connections; ends podweb's own engine."""
        with self._lock:
            former, self._engine = self._engine, None
        if former is not None:
            former.close()
        if self._own is not None:
            self._own.stop()


def advice(socket: Path) -> str:
    """Return the command that most likely brings an engine to ``socket``."""
    if not any((Path(folder) / "podman").exists() for folder in os.get_exec_path()):
        return "apt-get install podman"
    if Path("/run/systemd/system").exists() and socket.name == "podman.sock":
        user = "" if os.geteuid() == 0 else "--user "
        return f"systemctl {user}enable --now podman.socket"
    return f"podman system service --time 0 unix://{socket}"
