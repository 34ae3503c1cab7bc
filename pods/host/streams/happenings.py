"""What befell the containers of one pod: starts, ends, pauses, by the engine's events and what they leave out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from pods.engine import containers, running, system
from pods.engine.errors import EngineError
from pods.engine.transport import Engine

OPEN_TIMEOUT = 10.0
INSPECT_TIMEOUT = 5.0
RETRY_EVERY = 1.0
LOOK_BACK = 6 * 3600.0  # seconds: how old a start may be to be shown when nobody named a time
SIGKILLED = 137
WORDS = {"start": "started", "pause": "paused", "unpause": "went on", "died": "ended", "oom": "out of memory"}
NAMES_RUN = {"start", "unpause", "restart"}


@dataclass(frozen=True)
class Happening:
    """One event of a container. ``words`` is "" for one that is not shown."""

    container_id: str
    name: str
    when: float  # seconds since 1970
    at: str  # the same with all digits
    sorts_at: float
    words: str
    runs: bool  # its log may go on from here
    died: bool = False


class Happenings:
    """Follows the events of one pod's containers. ``known`` are its containers so far."""

    def __init__(self, engine: Callable[[], Engine], pod_id: str, known: set[str]) -> None:
        self._engine = engine
        self._pod_id = pod_id
        self._known = known
        self._seen = 0  # nanoseconds of the newest event

    async def so_far(self, since: float) -> list[Happening]:
        """Return what happened after ``since`` (0: lately). Raises EngineError."""
        self._seen = int((since or time.time() - LOOK_BACK) * 1e9)
        async with running.events(
            self._engine(), since=self._seen / 1e9, stream=False, answers_within=OPEN_TIMEOUT
        ) as stream:
            return [one async for one in self._read(stream, recent=False)]

    async def follow(self) -> AsyncIterator[Happening]:
        """Yield what happens after ``so_far``; while the engine is away it waits, and misses nothing."""
        while True:
            with contextlib.suppress(EngineError):
                async with running.events(
                    self._engine(), since=self._seen / 1e9, stream=True, answers_within=OPEN_TIMEOUT
                ) as stream:
                    async for one in self._read(stream, recent=True):
                        yield one
            await asyncio.sleep(RETRY_EVERY)

    async def _read(self, stream: running.Running, *, recent: bool) -> AsyncIterator[Happening]:
        left = b""
        while data := await stream.read():
            lines, left = running.event_lines(left, data)
            for line in lines:
                event = system.parse_event(line)
                if event is None or event.time_nano <= self._seen:
                    continue
                self._seen = event.time_nano
                if happening := await self._happening(event, recent=recent):
                    yield happening

    async def _happening(self, event: system.Event, *, recent: bool) -> Happening | None:
        if event.pod_id == self._pod_id:
            self._known.add(event.id)
        elif event.id not in self._known:
            return None
        words = WORDS.get(event.action, "")
        if event.action == "died":
            words = await self._ending(event, recent=recent)
        runs = event.action in NAMES_RUN
        if not words and not runs:
            return None
        seconds, rest = divmod(event.time_nano, 1_000_000_000)
        when = event.time_nano / 1e9
        # Lines of an engine that gives whole seconds sort before everything else of their second, the start too.
        coarse = int(self._engine().api_version.split(".")[0]) < 5
        sorts_at = float(seconds) if coarse and event.action == "start" else when
        name = event.name or event.id[:12]
        died = event.action == "died"
        return Happening(event.id, name, when, f"{seconds}.{rest:09d}", sorts_at, words, runs, died)

    async def _ending(self, event: system.Event, *, recent: bool) -> str:
        """Say how it ended. Only the newest end can be asked for: engines before 5 tell no exit code in the event."""
        if not recent:
            return WORDS["died"]
        try:
            found = await asyncio.to_thread(containers.inspect, self._engine(), event.id, timeout=INSPECT_TIMEOUT)
        except EngineError:
            return WORDS["died"]
        if found.State.Status not in {"exited", "stopped", "stopping"}:
            return WORDS["died"]
        code = found.State.ExitCode
        why = ", out of memory" if found.State.OOMKilled else ", killed" if code == SIGKILLED else ""
        return f"ended with exit code {code}{why}"
