"""All streams of one host worker: one thread with one event loop, which hears readers and lets streams run."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from pods.host.connection import Connection
from pods.host.observer import Identity
from pods.host.streams.logs import LogStream
from pods.host.streams.outlet import Outlet
from pods.host.streams.terminal import Terminal
from pods.messages import names
from pods.messages.events import Event, Kind
from pods.messages.operations import OperationEnded, OperationRequest, OperationStarted
from pods.messages.streams import (
    ALIVE_EVERY,
    SILENT_AFTER,
    Attach,
    Grant,
    Input,
    Leave,
    LogRequest,
    Resize,
    TerminalsOpen,
    ToHost,
    from_channel,
    streams_group,
)
from podweb.push import push
from podweb.subscribe import Subscription

log = logging.getLogger(__name__)
MOST_LOGS = 100
MOST_TERMINALS = 50
SAY_OPEN_EVERY = 10.0  # seconds
STOP_WITHIN = 5.0


class Streams:
    """The open logs and terminals of a host. ``open_*`` may be called from any thread, and return at once."""

    def __init__(self, identity: Identity, connection: Connection, send: Callable[[str, msgspec.Struct], None]) -> None:
        self._identity = identity
        self._connection = connection
        self._send = send
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
        self._subscription: Subscription | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.logs: dict[str, tuple[LogStream, asyncio.Task[None]]] = {}
        self.terminals: dict[str, Terminal] = {}
        self._said_at = 0.0
        self._tending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hear readers."""
        self._thread.start()
        self._subscription = Subscription(streams_group(self._identity.host), self._hear)
        self._call(self._begin)

    def stop(self) -> None:
        """End every stream, its command with it, and the thread."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
        if self._thread.is_alive():
            ending = asyncio.run_coroutine_threadsafe(self._end_all(), self.loop)
            try:
                ending.result(STOP_WITHIN)
            except TimeoutError:
                log.warning("some streams did not end in %.0f s", STOP_WITHIN)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(STOP_WITHIN)
        elif not self.loop.is_closed():  # never started
            self.loop.close()

    def open_log(self, request: LogRequest) -> None:
        """Open a log."""
        self._call(lambda: self._open_log(request))

    def open_terminal(self, request: OperationRequest) -> None:
        """Open a terminal and report it as an operation that runs as long as it is open."""
        self._call(lambda: self._open_terminal(request))

    def hear(self, event: Event) -> None:
        """Show in the pod's open logs whom the kernel killed: the engine does not say."""
        if event.kind is Kind.OOM and event.container_id:
            words = f"out of memory: killed {event.details.get('process', 'a process')}"
            self._call(lambda: self._mark(event.container_id, event.at, words))

    def _mark(self, container_id: str, when: float, words: str) -> None:
        for stream, _ in self.logs.values():
            stream.mark(container_id, when, words)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def _begin(self) -> None:
        self._tending = self._keep(self._tend())

    def _call(self, function: Callable[[], object]) -> None:
        try:
            self.loop.call_soon_threadsafe(function)
        except RuntimeError:
            log.info("the worker ends: a stream was not opened")

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a stream failed inside podweb", exc_info=error)

    def _open_log(self, request: LogRequest) -> None:
        if request.stream in self.logs:
            return
        outlet = Outlet(request.stream, request.reader, push, request.window)
        if len(self.logs) >= MOST_LOGS:
            outlet.end("busy", f"{MOST_LOGS} logs are open on this host.", hint="Close some pages.")
            return
        stream = LogStream(request, self._connection.engine, outlet)
        task = self._keep(stream.run())
        self.logs[request.stream] = (stream, task)
        task.add_done_callback(lambda _: self.logs.pop(request.stream, None))

    def _open_terminal(self, request: OperationRequest) -> None:
        identity = self._identity
        self._send(
            names.OPERATION_STARTED,
            OperationStarted(id=request.id, host=identity.host, boot=identity.boot, at=time.time()),
        )
        terminal = Terminal(request, self._connection.engine, push)
        if len(self.terminals) >= MOST_TERMINALS:
            terminal.refuse("busy", f"{MOST_TERMINALS} terminals are open on this host.")
            self._ended(terminal)
            return
        self.terminals[terminal.id] = terminal
        self._keep(terminal.run()).add_done_callback(lambda _: self._ended(terminal))

    def _ended(self, terminal: Terminal) -> None:
        self.terminals.pop(terminal.id, None)
        identity = self._identity
        ended: OperationEnded = terminal.outcome(identity.host, identity.boot)
        self._send(names.OPERATION_ENDED, ended)

    def _hear(self, raw: dict[str, Any]) -> None:
        """Take one message of a reader, in whatever thread it comes."""
        try:
            message: ToHost = from_channel(raw, ToHost)  # type: ignore[arg-type]  # a union of types is one to msgspec
        except msgspec.ValidationError:
            return  # among others the layer's own word that it lagged: totals and offsets tell what was lost
        self._call(lambda: self._take(message))

    def _take(self, message: ToHost) -> None:
        if terminal := self.terminals.get(message.stream):
            terminal.take(message)
            return
        found = self.logs.get(message.stream)
        if found is None:
            if isinstance(message, Attach):
                Outlet(message.stream, message.reader, push, 0).end("gone", "This terminal has ended.")
            return
        stream, task = found
        stream.outlet.heard()
        if isinstance(message, Grant):
            stream.outlet.grant(message.total)
        elif isinstance(message, Leave):
            stream.outlet.ended = True
            task.cancel()
        elif isinstance(message, Input | Resize | Attach):
            log.info("a log was spoken to as a terminal")

    async def _tend(self) -> None:
        """Give signs of life, and end what has no reader any more."""
        while True:
            await asyncio.sleep(ALIVE_EVERY)
            now = time.monotonic()
            for stream, task in tuple(self.logs.values()):
                if now - stream.outlet.heard_at > SILENT_AFTER:
                    task.cancel()
                else:
                    stream.outlet.still_there()
            for terminal in tuple(self.terminals.values()):
                terminal.tend(now)
            if self.terminals and now - self._said_at > SAY_OPEN_EVERY:
                self._said_at = now
                identity = self._identity
                open_now = TerminalsOpen(host=identity.host, boot=identity.boot, ids=tuple(self.terminals))
                self._send(names.TERMINALS_OPEN, open_now)

    async def _end_all(self) -> None:
        for stream, task in tuple(self.logs.values()):
            stream.outlet.end("stopping", "The host worker ends.")
            task.cancel()
        for terminal in tuple(self.terminals.values()):
            terminal.close("stopping", "The host worker ends.")
        if self._tending is not None:
            self._tending.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # for what is called when they are done
