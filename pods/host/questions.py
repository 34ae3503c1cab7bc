"""Answers questions that change nothing. They take no pod's turn: an operation that runs does not hold them up."""

import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from pods.engine import containers, pods
from pods.engine.errors import EngineError, NotFoundError, TimedOutError
from pods.engine.state import RUNNING
from pods.engine.transport import Engine
from pods.host.connection import Connection
from pods.host.in_force import Kernel
from pods.host.infra import find_cgroup
from pods.host.insight import cgroup_tree, members_of, namespaces
from pods.host.shared import Shared
from pods.messages import plain
from pods.messages.questions import Answer, Kind, Processes, Question

log = logging.getLogger(__name__)
LARGEST = 768 * 1024  # bytes of JSON: an answer travels through the channel layer in one piece
MOST_PROCESSES = 4000
SHARED = {Kind.CGROUP_TREE, Kind.NAMESPACES, Kind.TOP}  # of the pages that read themselves again
Left = Callable[[], float]


def answer(
    connection: Connection, question: Question, kernel: Kernel | None = None, shared: Shared | None = None
) -> Answer:
    """Return the answer, also where it is that nothing could be read. ``kernel``: that of the engine; ours if None.

    What pages ask again and again is read once for all of them, through ``shared``.
    """

    def read() -> Answer:
        return _answer(connection, question, kernel)

    if shared is None or question.kind not in SHARED:
        return read()
    found = shared.answer((question.kind, question.pod_id), read, question.timeout)
    return msgspec.structs.replace(found, id=question.id)


def _answer(connection: Connection, question: Question, kernel: Kernel | None) -> Answer:
    until = time.monotonic() + question.timeout

    def left() -> float:
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise TimedOutError("The time for this question is over.")
        return seconds

    at = time.time()
    try:
        engine = connection.engine()
        if about := _OF_THE_KERNEL.get(question.kind):
            result = _plain(about(engine, kernel or Kernel(), question.pod_id, left))
        else:
            result = _READERS[question.kind](engine, question, left)
    except EngineError as error:
        return Answer(id=question.id, error=error.code, message=error.message, engine=error.engine, at=at)
    except Exception:
        log.exception("question %s about %s failed inside podweb", question.kind, question.pod_id)
        return Answer(id=question.id, error="internal", message="podweb itself failed.", at=at)
    return Answer(id=question.id, result=result, at=at)


def top(engine: Engine, question: Question, left: Left) -> dict[str, Any]:
    """Return the Processes of every running container."""
    members = members_of(engine, question.pod_id, left)
    running = [member for member in members if member.state == RUNNING]
    unread = {member.id: "It is paused." for member in members if member.state == "paused"}
    if len(running) > 1:
        # With one PID namespace each container would list the processes of all.
        pod = pods.inspect(engine, question.pod_id, timeout=left())
        joined = {member.id for member in running if not member.is_infra and "pid" in pod.shared_namespaces}
        running = [member for member in running if member.id not in joined]
        unread |= dict.fromkeys(joined, "It shares the PID namespace: see the infra container.")
    titles: tuple[str, ...] = ()
    rows: dict[str, tuple[tuple[str, ...], ...]] = {}
    room = MOST_PROCESSES
    for member in running:
        found = containers.top(engine, member.id, timeout=left())
        if found is None:
            unread[member.id] = "It stopped running."
            continue
        titles = tuple(found.Titles)
        processes = tuple(map(tuple, found.Processes or ()))
        if len(processes) > room:
            unread[member.id] = f"Only the first of its {len(processes)} processes are listed."
        rows[member.id] = processes[:room]
        room -= len(rows[member.id])
    return _plain(Processes(titles=titles, containers=rows, unread=unread))


def inspect(engine: Engine, question: Question, left: Left) -> dict[str, Any]:
    """Return the engine's own words about the pod and its containers, or about the one container asked for.

    Containers that are too many for one answer are named in ``left_out``.
    """
    wanted = question.arguments.get("container")
    members = [one for one in members_of(engine, question.pod_id, left) if wanted in (None, one.id)]
    if wanted is not None and not members:
        raise NotFoundError("The engine no longer has the container.")
    pod = pods.raw_inspect(engine, question.pod_id, timeout=left())
    size = len(msgspec.json.encode(pod))
    read: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for member in members:
        if size >= LARGEST:
            left_out.append(member.id)
            continue
        try:
            found = containers.raw_inspect(engine, member.id, timeout=left())
        except NotFoundError:
            continue  # it went meanwhile
        size += len(msgspec.json.encode(found))
        read[member.id] = found
    return {"pod": pod, "containers": read, "left_out": left_out}


def kube(engine: Engine, question: Question, left: Left) -> dict[str, Any]:
    """Return the Kubernetes YAML that the engine generates."""
    text = pods.kube(engine, question.pod_id, timeout=left())
    return {"yaml": text[:LARGEST]}


def cgroup(engine: Engine, question: Question, left: Left) -> dict[str, Any]:
    """Return a CgroupAnswer. Starts nothing."""
    pod = pods.inspect(engine, question.pod_id, timeout=left())
    return _plain(find_cgroup(engine, pod, left=left))


def _plain(shape: msgspec.Struct) -> dict[str, Any]:
    built: dict[str, Any] = plain(shape)
    return built


_READERS: dict[Kind, Callable[[Engine, Question, Left], dict[str, Any]]] = {
    Kind.TOP: top,
    Kind.INSPECT: inspect,
    Kind.KUBE: kube,
    Kind.CGROUP: cgroup,
}
_OF_THE_KERNEL: dict[Kind, Callable[[Engine, Kernel, str, Left], msgspec.Struct]] = {
    Kind.CGROUP_TREE: cgroup_tree,
    Kind.NAMESPACES: namespaces,
}
