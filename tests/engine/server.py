"""An engine at the wire: a real HTTP server on a real unix socket that gives recorded answers."""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any


class Answers(dict[tuple[str, str], Any]):
    """``(method, path behind /libpod)`` to ``(status, body)`` or a function that writes to the handler itself.

    ``asked`` keeps what was asked for, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []


@contextmanager
def engine_at_the_wire(socket: Path) -> Iterator[Answers]:
    """Serve until the block ends."""
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            del body
            path = self.path.partition("?")[0].partition("/libpod")[2] or self.path
            answers.asked.append((self.command, self.path))
            if path == "/_ping":
                self.reply(200, "OK", {"Libpod-Api-Version": "4.3.1"})
                return
            found = answers.get((self.command, path), (404, "Not Found"))
            if callable(found):
                found(self)
            else:
                self.reply(*found)

        do_GET = do_POST = do_DELETE = handle_one  # noqa: N815  # the base class's names

        def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            content = b"" if status in {204, 304} else content
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if status not in {204, 304}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

        def address_string(self) -> str:
            return "unix"

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is part of the tests."""

    with Server(str(socket), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield answers
        server.shutdown()


def silent(seconds: float) -> Callable[[Any], None]:
    """Return an answer that does not come in time."""

    def wait(handler: Any) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return wait


def hang_up(handler: Any) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
    handler.connection.shutdown(2)


def lines(*texts: str, cut: bool = False) -> Callable[[Any], None]:
    """Return a stream of lines, ended properly or cut off."""

    def stream(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for text in texts:
            content = (text + "\n").encode()
            handler.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        if cut:
            hang_up(handler)
        else:
            handler.wfile.write(b"0\r\n\r\n")

    return stream
