"""How bytes travel to an engine: HTTP over its unix socket, its errors turned into ours in this one place."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from pods.engine.errors import (
    EngineError,
    NotFoundError,
    RefusedError,
    TimedOutError,
    UnexpectedError,
    UnreachableError,
)
from pods.messages.hosts import EngineInfo
from pods.messages.operations import Part

Shape = TypeVar("Shape")
CONNECT_TIMEOUT = 2.0  # seconds; a local socket accepts at once or not at all
# Any engine of the 4 series answers this; the server's own version replaces it after the first ping.
OLDEST_API = "4.0.0"
# What is just being removed is answered with 500 and these words.
GONE = ("no such pod", "no such container")


class Engine:
    """One engine's socket. Safe to share between threads; connections are pooled.

    Every call takes ``timeout``, the seconds that the engine may stay silent. Ending a call on our side does not end
    it in the engine.
    """

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.api_version = OLDEST_API
        self.info: EngineInfo | None = None  # what system.info found; another engine is another object
        self.client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=64)),
            base_url="http://podman",
            trust_env=False,
        )

    def close(self) -> None:
        """Close every connection."""
        self.client.close()

    def url(self, path: str) -> str:
        """Return the libpod address of ``path`` in the server's own version: older ones answer other types."""
        return f"/v{self.api_version}/libpod{path}"

    def request(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        params: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> httpx.Response:
        """Return the answer with status below 400 (304 included). Raises the errors of ``pods.engine.errors``."""
        with our_errors(self.socket):
            response = self.client.request(
                method,
                self.url(path),
                params=params,
                json=body,
                timeout=httpx.Timeout(max(timeout, 0.001), connect=min(CONNECT_TIMEOUT, max(timeout, 0.001))),
            )
        if response.status_code >= 400:
            error = refusal(response.status_code, response.content)
            if method == "GET" and any(words in error.engine for words in GONE):
                raise NotFoundError("The engine no longer has it.", engine=error.engine)
            raise error
        return response

    def get(self, path: str, shape: type[Shape], *, timeout: float, params: Mapping[str, Any] | None = None) -> Shape:
        """Return the JSON answer as ``shape``; raises UnexpectedError when it does not fit."""
        return decode(self.request("GET", path, timeout=timeout, params=params).content, shape)

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        silence: float | None = None,
    ) -> Iterator["LineStream"]:
        """Open a stream of JSON lines. ``silence`` is the longest pause in seconds; None = as long as it takes."""
        timeout = httpx.Timeout(silence, connect=CONNECT_TIMEOUT)
        # A client of its own: closing it from another thread ends the read that waits in this one.
        transport = httpx.HTTPTransport(uds=str(self.socket))
        with httpx.Client(transport=transport, base_url="http://podman", trust_env=False, timeout=timeout) as client:
            with our_errors(self.socket):
                response = client.send(client.build_request(method, self.url(path), params=params), stream=True)
            try:
                if response.status_code >= 400:
                    with our_errors(self.socket):
                        raise refusal(response.status_code, response.read())
                yield LineStream(self.socket, response)
            finally:
                response.close()


class LineStream:
    """The lines of a running answer. ``end`` may be called from another thread."""

    def __init__(self, socket: Path, response: httpx.Response) -> None:
        self._socket = socket
        self._response = response
        self._ended = threading.Event()

    def until_end(self) -> Iterator[bytes]:
        """Yield the lines of an answer that ends by itself."""
        with our_errors(self._socket):
            for line in self._response.iter_lines():
                if line:
                    yield line.encode()

    def __iter__(self) -> Iterator[bytes]:
        """Yield lines until ``end`` is called (returns) or the engine hangs up (raises UnreachableError)."""
        try:
            yield from self.until_end()
        except EngineError:
            if not self._ended.is_set():
                raise
            return
        if not self._ended.is_set():
            raise UnreachableError(f"The engine on {self._socket} ended the stream.")

    def end(self) -> None:
        """Make the iteration return, also while it waits for a line."""
        self._ended.set()
        network = self._response.extensions["network_stream"].get_extra_info("socket")
        if network is not None:
            try:
                network.shutdown(2)
            except OSError:
                return  # it has ended by itself


def decode(content: bytes, shape: type[Shape]) -> Shape:
    """Return JSON ``content`` as ``shape``; raises UnexpectedError."""
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnexpectedError(f"The engine's answer could not be read: {error}", engine=_text(content)) from error


@contextmanager
def our_errors(socket: Path) -> Iterator[None]:
    """Turn what httpx raises inside the block into our errors."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise UnreachableError(f"The engine on {socket} does not accept connections.") from error
    except httpx.TimeoutException as error:
        raise TimedOutError(f"The engine on {socket} did not answer in time.") from error
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"The engine on {socket} cannot be reached: {str(error) or type(error).__name__}"
        ) from error
    except RuntimeError as error:  # the client was closed by another thread
        raise UnreachableError(f"The connection to {socket} was closed.") from error


def refusal(status: int, content: bytes) -> EngineError:
    """Return our error for an answer of 400 or more.

    A failure in part is 409 with ``Errs``; a whole one has ``cause`` and ``message``; an unknown address is plain text.
    """
    words = _text(content)
    try:
        raw = json.loads(content)
    except ValueError:
        raw = {}
    if not isinstance(raw, dict):
        raw = {}
    failures = raw.get("Errs")
    if isinstance(failures, list) and failures:
        parts = tuple(_part(str(failure)) for failure in failures)
        said = "; ".join(str(failure) for failure in failures)
        return RefusedError("The engine could not do all of it.", engine=said, parts=parts)
    said = str(raw.get("message") or raw.get("cause") or words)
    if status == 404:
        return NotFoundError("The engine does not have it.", engine=said)
    return RefusedError("The engine refused.", engine=said)


def _part(words: str) -> Part:
    """Split ``starting container <id>: reason`` into who and what."""
    head, colon, rest = words.partition(": ")
    last = head.rpartition(" ")[2]
    known = colon and len(last) >= 12 and all(letter in "0123456789abcdef" for letter in last)
    return Part(name=last, message=rest) if known else Part(name="", message=words)


def _text(content: bytes) -> str:
    return content[:2000].decode(errors="replace").strip()
