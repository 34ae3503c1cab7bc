"""The log of a pod: all its containers, in order of time, with their starts and ends between the lines."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from pods.engine import containers
from pods.engine.errors import EngineError
from pods.engine.transport import Engine
from pods.host.streams.happenings import Happening, Happenings
from pods.host.streams.merge import Markers, take
from pods.host.streams.outlet import Outlet
from pods.host.streams.source import KEPT, LogSource
from pods.messages.facts import ContainerFacts
from pods.messages.streams import Containers, LogContainer, LogRequest, Opened

log = logging.getLogger(__name__)
LIST_TIMEOUT = 10.0
LARGEST_MESSAGE = 32 * 1024  # bytes of lines in one message
GATHER = 0.03  # seconds: lines that come one by one travel together
LOOK_EVERY = 0.15  # seconds, while a line waits for order
HELD_BACK = 10.0  # seconds for the end of what has an `until`
MOST_SOURCES = 200


class LogStream:
    """One reader's log. Everything runs on the streams' loop."""

    def __init__(self, request: LogRequest, engine: Callable[[], Engine], outlet: Outlet) -> None:
        self.request = request
        self.outlet = outlet
        self._engine = engine
        self._changed = asyncio.Event()
        self._markers = Markers()
        self._sources: dict[str, LogSource] = {}
        self._named: list[LogContainer] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until the end, or until cancelled; says how it ended."""
        request = self.request
        try:
            found = await asyncio.to_thread(self._list)
            self.outlet.say(Opened, input=0)
            for facts in sorted(found, key=lambda one: (one.is_infra, one.name)):
                self._join(facts.id, facts.name, is_infra=facts.is_infra)
            self._name()
            happenings = Happenings(self._engine, request.pod_id, set(self._sources))
            with contextlib.suppress(EngineError):  # lines without starts and ends are better than none
                for one in await happenings.so_far(max(request.since or 0.0, request.markers_after)):
                    self._happened(one)
            if request.follow:
                self._start(self._follow(happenings))
            await self._send_all()
            self.outlet.end("end", "This is all.")
        except EngineError as error:
            self.outlet.end("failed", error.message, engine=error.engine)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _list(self) -> list[ContainerFacts]:
        return containers.list_containers(self._engine(), pod_id=self.request.pod_id, timeout=LIST_TIMEOUT)

    def _wanted(self, container_id: str) -> bool:
        return not self.request.containers or container_id in self.request.containers

    def _join(self, container_id: str, name: str, *, is_infra: bool = False) -> bool:
        """Take a container in; returns whether it is a new one."""
        if container_id in self._sources or not self._wanted(container_id) or len(self._sources) >= MOST_SOURCES:
            return False
        request = self.request
        number = len(self._named)
        self._named.append(LogContainer(number=number, id=container_id, name=name, is_infra=is_infra))
        source = LogSource(
            self._engine,
            container_id,
            number,
            changed=self._changed,
            follow=request.follow,
            since=request.since,
            tail=request.tail,
            position=request.resume.get(container_id),
        )
        self._sources[container_id] = source
        self._start(source.run())
        return True

    def _name(self) -> None:
        self.outlet.say(Containers, containers=tuple(self._named))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of a log ended by itself", exc_info=error)
            self.outlet.end("failed", "podweb itself failed.", hint="The host worker's log says where.")
        self._changed.set()

    async def _follow(self, happenings: Happenings) -> None:
        async for happening in happenings.follow():
            self._happened(happening)

    def _happened(self, happening: Happening) -> None:
        if happening.runs and self._join(happening.container_id, happening.name):
            self._name()
        source = self._sources.get(happening.container_id)
        if source is None:
            return
        if happening.runs:
            source.again()
        if happening.died:
            source.died(happening.when)
        if happening.words and happening.when > self.request.markers_after:
            self._mark(happening.container_id, happening.at, happening.sorts_at, happening.words)

    def mark(self, container_id: str, when: float, words: str) -> None:
        """Show that something befell a container, if it is one of this log's."""
        if container_id in self._sources:
            self._mark(container_id, f"{when:.6f}", when, words)

    def _mark(self, container_id: str, at: str, sorts_at: float, words: str) -> None:
        number = next(one.number for one in self._named if one.id == container_id)
        # A process may call itself what it likes, a line feed included.
        self._markers.add(sorts_at, f"{number} m {at} {' '.join(words.split())}\n".encode())
        self._changed.set()

    async def _send_all(self) -> None:
        request = self.request
        first = request.tail is not None
        while not self.outlet.ended:
            self._changed.clear()
            if first and (oldest := self._oldest()) is not None:
                # Nobody who asked for the last lines wants the starts of weeks ago.
                first = False
                while (head := self._markers.head()) is not None and head < oldest - 1:
                    self._markers.take()
            lines, needs = take(self._sources.values(), self._markers, min(self.outlet.room, LARGEST_MESSAGE))
            lines, over = self._cut(lines)
            if lines:
                self.outlet.lines(b"".join(lines))
            if over or self._finished():
                return
            if needs:
                await self.outlet.wait_for_room(min(needs, KEPT))
            elif not lines:
                waits = LOOK_EVERY if self._holds_back() else None
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), waits if request.until is None else waits or 1.0)
                await asyncio.sleep(GATHER)
            else:
                await asyncio.sleep(0)

    def _oldest(self) -> float | None:
        heads = [source.entries[0][0] for source in self._sources.values() if source.entries]
        return min(heads) if heads else None

    def _holds_back(self) -> bool:
        return bool(self._markers.entries) or any(source.entries for source in self._sources.values())

    def _cut(self, lines: list[bytes]) -> tuple[list[bytes], bool]:
        """Leave out what is later than ``until``; returns whether that was reached."""
        until = self.request.until
        if until is None:
            return lines, False
        for number, line in enumerate(lines):
            if float(line.split(b" ", 3)[2]) > until:
                return lines[:number], True
        return lines, time.time() > until + HELD_BACK and not lines

    def _finished(self) -> bool:
        return not self._holds_back() and all(source.ended for source in self._sources.values())
