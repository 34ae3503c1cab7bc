"""One terminal: always a new exec, never a container's own first process."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from pods.engine import execs, running
from pods.engine.errors import EngineError
from pods.engine.transport import Engine
from pods.host.streams import processes
from pods.host.streams.outlet import Outlet, Push
from pods.host.streams.screen import Screen
from pods.host.streams.shells import NoShellError, find_shell
from pods.messages.operations import OperationEnded, OperationRequest, Step
from pods.messages.streams import (
    INPUT_WINDOW,
    LINGER,
    MOST_COLUMNS,
    MOST_ROWS,
    SILENT_AFTER,
    Attach,
    Grant,
    Input,
    InputGranted,
    Leave,
    Opened,
    Resize,
    ToHost,
)

CALL_TIMEOUT = 10.0
READ_SIZE = 16 * 1024
EXIT_WITHIN = 3.0  # seconds from the end of the output until the engine knows the exit code


class Terminal:
    """An exec with the reader that it has just now, if any. Everything runs on the streams' loop."""

    def __init__(self, request: OperationRequest, engine: Callable[[], Engine], push: Push) -> None:
        arguments = request.arguments
        self.id = request.id
        self._engine = engine
        self._push = push
        self.container_id = str(arguments["container_id"])
        self._user = str(arguments.get("user", ""))
        self._command = [str(word) for word in arguments.get("command", ())]
        self._size = (int(arguments.get("rows", 24)), int(arguments.get("columns", 80)))
        self.outlet: Outlet | None = Outlet(self.id, str(arguments["reader"]), push, int(arguments["window"]))
        self._left_at = 0.0
        self.screen = Screen()
        self._next = 0  # offset of what the reader gets next
        self._replay = 0  # bytes of it that are old
        self._changed = asyncio.Event()
        self._resized = asyncio.Event()
        self._input: asyncio.Queue[bytes] = asyncio.Queue()
        self._taken = 0  # bytes of input of this reader
        self._granted = INPUT_WINDOW
        self._opened = False
        self.exec_id = ""
        self.shell = ""
        self._pump: asyncio.Task[None] | None = None
        self._end: dict[str, Any] = {}
        self._outcome: dict[str, Any] = {"outcome": "done"}
        self._steps: list[Step] = []

    # What readers say

    def take(self, message: ToHost) -> None:
        """Take one message. Only the newest reader is listened to."""
        if isinstance(message, Attach):
            self._attach(message)
            return
        outlet = self.outlet
        if outlet is None or message.reader != outlet.reader:
            return
        outlet.heard()
        if isinstance(message, Grant):
            outlet.grant(message.total)
            self._flush()
        elif isinstance(message, Input):
            self._type(outlet, message)
        elif isinstance(message, Resize):
            self._resize(message.rows, message.columns)
        elif isinstance(message, Leave):
            if message.why == "page":
                self._detach()
            else:
                words = {"closed": "It was closed.", "denied": "The right to it was withdrawn."}
                self.close(message.why, words[message.why])

    def tend(self, now: float) -> None:
        """Give a sign of life; end what nobody came back to."""
        if self.outlet is not None and now - self.outlet.heard_at > SILENT_AFTER:
            self._detach()
        if self.outlet is not None:
            self.outlet.still_there()
        elif now - self._left_at > LINGER:
            self.close("closed", f"Nobody came back to it within {LINGER:.0f} s.")

    def close(self, code: str, message: str) -> None:
        """End it, and what runs in it."""
        self._end = self._end or {"code": code, "message": message}
        if self._pump is not None:
            self._pump.cancel()

    def refuse(self, code: str, message: str) -> None:
        """End it before it began."""
        self._outcome = {"outcome": "failed", "code": code, "message": message}
        if self.outlet is not None:
            self.outlet.end(code, message)

    def _attach(self, message: Attach) -> None:
        if self.outlet is not None and self.outlet.reader != message.reader:
            self.outlet.end("taken_over", "Another page took it over.")
        self.outlet = Outlet(self.id, message.reader, self._push, message.window)
        self._taken, self._granted = 0, INPUT_WINDOW
        self._next = self.screen.replay_from()
        self._replay = self.screen.end - self._next
        self._resize(message.rows, message.columns)
        if self._opened:
            self._say_opened()
        self._flush()

    def _say_opened(self) -> None:
        if self.outlet is not None:
            self.outlet.say(Opened, input=INPUT_WINDOW, about={"shell": self.shell, "replay": self._replay})

    def _detach(self) -> None:
        self.outlet = None
        self._left_at = time.monotonic()
        self._changed.set()

    def _type(self, outlet: Outlet, message: Input) -> None:
        if message.offset != self._taken or self._taken + len(message.data) > self._granted:
            outlet.end("gap", "A message was lost on the way.")
            self._detach()
            return
        self._taken += len(message.data)
        self._input.put_nowait(message.data)

    def _resize(self, rows: int, columns: int) -> None:
        size = (min(max(rows, 1), MOST_ROWS), min(max(columns, 1), MOST_COLUMNS))
        if size != self._size:
            self._size = size
            self._resized.set()

    def _flush(self) -> None:
        """Send what the reader has room for; the rest waits in the screen, and the command waits for it."""
        outlet = self.outlet
        while outlet is not None and self._opened and outlet.room > 0 and self._next < self.screen.end:
            data = self.screen.read(self._next, min(outlet.room, READ_SIZE))
            self._next += len(data)
            outlet.output(data)
        self._changed.set()

    # The exec

    async def run(self) -> None:
        """Open it and let it run to its end, whichever side brings it."""
        self._pump = asyncio.create_task(self._run())
        with contextlib.suppress(asyncio.CancelledError):
            await self._pump
        if self._end and self.exec_id:
            if not await asyncio.to_thread(processes.end, self.id):
                self._outcome["hint"] = "What runs in it could not be ended from here; it ends with the container."
            await self._exit_code()
        if self._outcome["outcome"] == "done":
            self._outcome.setdefault("message", self._end.get("message", ""))
        if self.outlet is not None:
            end = self._end or {"code": "failed", "message": self._outcome.get("message", "")}
            self.outlet.end(**end, exit_code=self._outcome.get("result", {}).get("exit_code"))

    async def _run(self) -> None:
        try:
            async with contextlib.AsyncExitStack() as stack:
                found = await find_shell(
                    stack,
                    self._engine(),
                    self.container_id,
                    command=self._command,
                    user=self._user,
                    size=self._size,
                    mark=self.id,
                    note=self._note,
                )
                self.shell = found.name
                self.screen.add(found.first, None)
                self._opened = True
                self._say_opened()
                self._flush()
                helpers = [asyncio.create_task(self._write(found.running)), asyncio.create_task(self._keep_size())]
                try:
                    await self._read(found.running)
                finally:
                    for helper in helpers:
                        helper.cancel()
            code = await self._exit_code()
            words = "The command ended." if code is None else f"The command ended with exit code {code}."
            self._end = {"code": "exited", "message": words}
            self.exec_id = ""  # nothing is left to end
        except NoShellError as error:
            self._failed("no_shell", error.message, error.hint, error.engine)
        except EngineError as error:
            self._failed(error.code, error.message, "", error.engine)

    def _note(self, exec_id: str, words: str) -> None:
        self.exec_id = exec_id
        self._steps.append(Step(at=time.time(), text=words))

    def _failed(self, code: str, message: str, hint: str, engine: str) -> None:
        self._outcome = {"outcome": "failed", "code": code, "message": message, "hint": hint, "engine": engine}
        if self.outlet is not None:
            ending = "no_shell" if code == "no_shell" else "failed"
            self.outlet.end(ending, message, hint=hint, engine=engine)
        self._end = self._end or {"code": "failed", "message": message}

    async def _read(self, connection: running.Running) -> None:
        while True:
            while self.outlet is not None and (self._next < self.screen.end or self.outlet.room <= 0):
                self._changed.clear()
                await self._changed.wait()
            data = await connection.read(READ_SIZE)
            if not data:
                return
            self.screen.add(data, None if self.outlet is None else self._next)
            self._flush()

    async def _write(self, connection: running.Running) -> None:
        written = 0
        reader = ""
        while True:
            data = await self._input.get()
            with contextlib.suppress(EngineError):  # the reading side notices too
                await connection.write(data)
            outlet = self.outlet
            if outlet is None:
                continue
            if outlet.reader != reader:
                reader, written = outlet.reader, 0
            written += len(data)
            if written + INPUT_WINDOW - self._granted >= INPUT_WINDOW // 2:
                self._granted = written + INPUT_WINDOW
                outlet.say(InputGranted, total=self._granted)

    async def _keep_size(self) -> None:
        while True:
            await self._resized.wait()
            self._resized.clear()
            rows, columns = self._size
            with contextlib.suppress(EngineError):  # it has just ended
                await asyncio.to_thread(
                    execs.resize, self._engine(), self.exec_id, rows=rows, columns=columns, timeout=CALL_TIMEOUT
                )

    async def _exit_code(self) -> int | None:
        """Return the exit code when the engine knows it, and keep it for the outcome."""
        until = time.monotonic() + EXIT_WITHIN
        with contextlib.suppress(EngineError):
            while time.monotonic() < until:
                state = await asyncio.to_thread(execs.inspect, self._engine(), self.exec_id, timeout=CALL_TIMEOUT)
                if not state.Running:
                    self._outcome["result"] = {"exit_code": state.ExitCode}
                    return state.ExitCode
                await asyncio.sleep(0.05)
        return None

    def outcome(self, host: str, boot: str) -> OperationEnded:
        """Return how the operation ended: done, with the exit code, unless it could not be opened."""
        result = {**self._outcome.get("result", {}), "shell": self.shell, "ended": self._end.get("code", "")}
        values = {**self._outcome, "result": result, "steps": tuple(self._steps)}
        return OperationEnded(id=self.id, host=host, boot=boot, at=time.time(), **values)
