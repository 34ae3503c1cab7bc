"""Answers that run on: a container's log, the engine's events, the two-way connection of an exec.

Over asyncio, and by hand: an engine sends each log line as two chunks of HTTP/1.1, which costs a general HTTP client
more than the line itself. Asked as HTTP/1.0 it sends the bare bytes. What is not read is not fetched: the engine waits.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from pods.engine.errors import TimedOutError, UnexpectedError, UnreachableError
from pods.engine.transport import CONNECT_TIMEOUT, Engine, refusal

READ_SIZE = 64 * 1024
LONGEST_HEAD = 64 * 1024
STDOUT, STDERR = 1, 2
FRAME_HEAD = 8


class Running:
    """An open connection. ``read`` gives bytes as they come, ``b""`` at the end."""

    def __init__(self, engine: Engine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._socket = engine.socket
        self._reader = reader
        self._writer = writer

    async def read(self, most: int = READ_SIZE) -> bytes:
        """Return what is there, at most ``most`` bytes. Raises UnreachableError when the engine breaks off."""
        try:
            return await self._reader.read(most)
        except OSError as error:
            raise UnreachableError(f"The engine on {self._socket} broke off.", engine=str(error)) from error

    async def write(self, data: bytes) -> None:
        """Send; waits while the other end does not take more. Raises UnreachableError."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise UnreachableError(f"The engine on {self._socket} broke off.", engine=str(error)) from error

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


@asynccontextmanager
async def logs(
    engine: Engine, container_id: str, *, follow: bool, since: str = "", tail: int | None = None, answers_within: float
) -> AsyncIterator[Running]:
    """Open a container's log, standard output and error together: frames, each line with its time in front.

    ``since`` is RFC 3339; lines of exactly that moment are left out. Raises NotFoundError and its like.
    """
    params = {"follow": str(follow).lower(), "stdout": "true", "stderr": "true", "timestamps": "true"}
    if since:
        params["since"] = since
    if tail is not None:
        params["tail"] = str(tail)
    async with opened(
        engine, "GET", f"/containers/{container_id}/logs", params=params, answers_within=answers_within
    ) as running:
        yield running


@asynccontextmanager
async def events(engine: Engine, *, since: float, stream: bool, answers_within: float) -> AsyncIterator[Running]:
    """Open the events of containers from ``since`` (seconds since 1970) on, one JSON object a line.

    ``stream`` goes on with what happens; without it the answer ends with what has happened.
    """
    params = {"stream": str(stream).lower(), "since": f"{since:.9f}", "filters": json.dumps({"type": ["container"]})}
    async with opened(engine, "GET", "/events", params=params, answers_within=answers_within) as running:
        yield running


@asynccontextmanager
async def exec_start(
    engine: Engine, exec_id: str, *, rows: int, columns: int, answers_within: float
) -> AsyncIterator[Running]:
    """Start an exec on a terminal of this size and take over the connection: bytes both ways."""
    body = {"Tty": True, "h": rows, "w": columns}
    async with opened(
        engine, "POST", f"/exec/{exec_id}/start", body=body, upgrade=True, answers_within=answers_within
    ) as running:
        yield running


@asynccontextmanager
async def opened(
    engine: Engine,
    method: str,
    path: str,
    *,
    answers_within: float,
    params: Mapping[str, str] | None = None,
    body: object = None,
    upgrade: bool = False,
) -> AsyncIterator[Running]:
    """Send a request and return its answer as it runs. ``answers_within`` is until the answer begins."""
    try:
        async with asyncio.timeout(min(CONNECT_TIMEOUT, answers_within)):
            reader, writer = await asyncio.open_unix_connection(str(engine.socket), limit=READ_SIZE)
    except (OSError, TimeoutError) as error:
        raise UnreachableError(f"The engine on {engine.socket} does not accept connections.") from error
    running = Running(engine, reader, writer)
    try:
        try:
            async with asyncio.timeout(answers_within):
                await running.write(_request(engine, method, path, params, body, upgrade=upgrade))
                status = await _read_head(reader)
                if status >= 400:
                    raise refusal(status, await _rest(reader))
        except TimeoutError as error:
            raise TimedOutError(f"The engine on {engine.socket} did not answer in time.") from error
        except OSError as error:
            raise UnreachableError(f"The engine on {engine.socket} broke off.", engine=str(error)) from error
        yield running
    finally:
        await running.close()


def _request(
    engine: Engine, method: str, path: str, params: Mapping[str, str] | None, body: object, *, upgrade: bool
) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    query = f"?{urlencode(params)}" if params else ""
    lines = [
        f"{method} {engine.url(path)}{query} HTTP/{'1.1' if upgrade else '1.0'}",
        "Host: podman",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    if upgrade:
        lines += ["Connection: Upgrade", "Upgrade: tcp"]
    return "\r\n".join([*lines, "", ""]).encode() + content


async def _read_head(reader: asyncio.StreamReader) -> int:
    """Read the answer's first line and headers; return the status. Raises UnexpectedError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1])
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            raise ConnectionResetError("it hung up without an answer") from error
        raise UnexpectedError("The engine's answer was cut off.") from error
    except (asyncio.LimitOverrunError, ValueError, IndexError) as error:
        raise UnexpectedError("The engine's answer could not be read.") from error


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """Return the body of a refusal. The engine may leave the connection open behind it."""
    content = b""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(0.5):
            while len(content) < LONGEST_HEAD and (chunk := await reader.read(LONGEST_HEAD)):
                content += chunk
                with contextlib.suppress(ValueError):
                    json.loads(content)
                    break
    return content


class Frames:
    """Cuts the bytes of a log into frames: which output, and its bytes."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the frames that are whole now. Raises UnexpectedError when these are no frames."""
        data = self._left + data if self._left else data
        at, end, found = 0, len(data), []
        while end - at >= FRAME_HEAD:
            if data[at] not in {STDOUT, STDERR}:
                raise UnexpectedError("The engine's log is not in frames.", engine=repr(data[at : at + 80]))
            size = int.from_bytes(data[at + 4 : at + FRAME_HEAD], "big")
            start = at + FRAME_HEAD
            if end - start < size:
                break
            found.append((data[at], data[start : start + size]))
            at = start + size
        self._left = data[at:]
        return found


def event_lines(left: bytes, data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole lines of ``left`` and ``data`` together, and what is left behind the last."""
    *whole, rest = (left + data).split(b"\n")
    return [line for line in whole if line], rest
