"""``podweb up``: web, control worker and one host worker in one process, started and stopped in the right order."""

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from podweb import embedded
from podweb.celery import app

log = logging.getLogger("podweb.server")
CONTROL_THREADS = 4
# Threads wait more than they work; an operation may wait minutes for its engine.
HOST_THREADS = 32
STOP_GRACE = 20.0  # seconds for running operations
FAILED = 75  # exit code after threads that would not end


class CannotStart(Exception):
    """The sentence says why, and what to do."""


@contextlib.contextmanager
def only_instance(data: Path) -> Iterator[None]:
    """Hold the data directory; raises CannotStart when another podweb has it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "podweb.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(f"Another podweb uses {data}. End it, or choose another DATA directory.") from error
        yield


def listen(address: str, port: int) -> socket.socket:
    """Return a bound socket; raises CannotStart when the address cannot be had."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotStart(
            f"Cannot listen on {address} port {port}: {why}. Choose another with PORT= or BIND=."
        ) from error
    return listener


def run(listener: socket.socket, *, host: str, when_ready: Callable[[], None]) -> int:
    """Serve until SIGINT or SIGTERM and return the exit code. A second signal ends the process at once."""
    config = uvicorn.Config("podweb.asgi:application", access_log=False, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # they are ours
    workers = embedded.start(app, [("control", "control", CONTROL_THREADS), ("hosts", f"host.{host}", HOST_THREADS)])

    async def serve() -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _end, server, number)
        watching = asyncio.create_task(_watch(server, workers, when_ready))
        await server.serve(sockets=[listener])
        watching.cancel()
        # Here, while the loop still runs: operations that end now still reach open pages.
        return 0 if await asyncio.to_thread(workers.stop, STOP_GRACE) else FAILED

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        code = runner.run(serve())
    if code:
        log.error("some threads did not end in %.0f s", STOP_GRACE)
        os._exit(code)  # a thread in a blocked call would hold the process for ever
    return code


def _end(server: uvicorn.Server, number: int) -> None:
    if server.should_exit:
        os._exit(128 + number)
    server.should_exit = True


async def _watch(server: uvicorn.Server, workers: embedded.Embedded, when_ready: Callable[[], None]) -> None:
    while not server.started:  # noqa: ASYNC110  # uvicorn offers no event for it
        await asyncio.sleep(0.02)
    await asyncio.to_thread(when_ready)
    sys.stdout.flush()
    while workers.alive():  # noqa: ASYNC110  # threads have no awaitable
        await asyncio.sleep(1)
    log.error("a worker thread ended by itself; podweb stops")
    server.should_exit = True
