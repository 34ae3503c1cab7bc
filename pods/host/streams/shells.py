"""Finds a shell in a container by starting one: what an image has cannot be known before."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from pods.engine import execs, running
from pods.engine.errors import RefusedError
from pods.engine.transport import Engine
from pods.host.streams import processes

SHELLS = ("bash", "ash", "sh")
REFUSED = b"Error: "  # how the runtime's words begin, which come where output would
REFUSALS = ("executable file not found", "no such file or directory")
NOT_FOUND = {126, 127}  # exit codes of a command that could not be started
TIMEOUT = 20.0
FIRST_WORD_WITHIN = 1.0  # seconds; a shell's prompt, or the runtime's refusal, comes much sooner


class NoShellError(Exception):
    """The container has no shell, or not the command that was asked for."""

    def __init__(self, message: str, hint: str, engine: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.engine = engine


@dataclass(frozen=True)
class Found:
    """A command that runs. ``first`` is what it printed already."""

    name: str
    running: running.Running
    first: bytes


async def find_shell(
    stack: AsyncExitStack,
    engine: Engine,
    container_id: str,
    *,
    command: Sequence[str],
    user: str,
    size: tuple[int, int],
    mark: str,
    note: Callable[[str, str], None],
) -> Found:
    """Start ``command``, or the first shell that there is. ``note`` hears each exec's id. Raises NoShellError."""
    engine_words = ""
    for candidate in [list(command)] if command else [[shell] for shell in SHELLS]:
        exec_id = await asyncio.to_thread(
            execs.create,
            engine,
            container_id,
            candidate,
            user=user,
            env={"TERM": "xterm-256color", processes.MARK: mark},
            timeout=TIMEOUT,
        )
        note(exec_id, f"run {candidate[0]}")  # its arguments may hold a secret
        attempt = AsyncExitStack()
        rows, columns = size
        try:
            connection = await attempt.enter_async_context(
                running.exec_start(engine, exec_id, rows=rows, columns=columns, answers_within=TIMEOUT)
            )
        except RefusedError as error:
            if not any(words in error.engine for words in REFUSALS):
                raise
            engine_words = error.engine
            continue
        try:
            first, over = await _first_word(connection)
            refused = over and first.startswith(REFUSED) and await _not_found(engine, exec_id)
        except BaseException:
            await attempt.aclose()
            raise
        if not refused:
            stack.push_async_exit(attempt)
            return Found(candidate[0], connection, first)
        await attempt.aclose()
        engine_words = first.decode(errors="replace").strip()
    if command:
        raise NoShellError(f"The container has no {command[0]!r} to run.", "Choose another command.", engine_words)
    tried = ", ".join(SHELLS)
    hint = "Name a command that the image has, or debug it with a container of another image in the same pod."
    raise NoShellError(f"The container has no shell (tried: {tried}).", hint, engine_words)


async def _first_word(connection: running.Running) -> tuple[bytes, bool]:
    """Return the first output, and whether it may be a refusal: the runtime's words, or nothing at all."""
    first = b""
    try:
        async with asyncio.timeout(FIRST_WORD_WITHIN):
            while True:
                data = await connection.read()
                if not data:
                    return first, True
                first += data
                if not first.startswith(REFUSED[: len(first)]):
                    return first, False
    except TimeoutError:
        return first, False


async def _not_found(engine: Engine, exec_id: str) -> bool:
    for _ in range(40):
        state = await asyncio.to_thread(execs.inspect, engine, exec_id, timeout=TIMEOUT)
        if not state.Running:
            return state.ExitCode in NOT_FOUND
        await asyncio.sleep(0.05)
    return False
