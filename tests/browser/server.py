"""podweb's real ASGI application on a free port of loopback, in a thread of this process."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
import uvicorn

from pods.messages.live import PodUsage, Usage
from pods.messages.names import live_group
from podweb.push import push
from tests.builders import engine_id

STARTS_WITHIN = 20.0  # seconds


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the address, without a trailing slash. Rows written and messages pushed by this process are seen."""
    config = uvicorn.Config(
        "podweb.asgi:application",
        port=0,
        access_log=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="browser-test-server", daemon=True)
    thread.start()
    until = time.monotonic() + STARTS_WITHIN
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        assert thread.is_alive(), "the server ended at once"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive()


def usage(**values: float) -> Usage:
    """Return numbers of one cgroup, with ``values`` in place of the usual ones."""
    usual: dict[str, float] = {
        "cpu": 12.5,
        "memory": 96 * 2**20,
        "memory_limit": 512 * 2**20,
        "pids": 7,
        "read": 0.0,
        "write": 20_480.0,
        "received": 1250.0,
        "sent": 640_000.0,
    }
    return Usage(**(usual | values))  # type: ignore[arg-type]  # the whole numbers are whole


def send_tick(host: str, pods: Mapping[str, tuple[str, ...]], at: float | None = None, **values: float) -> None:
    """Push one tick as a host worker does: the numbers of each pod, and of its containers by name."""
    moment = time.time() if at is None else at
    texts = {
        engine_id(pod): msgspec.json.encode(
            PodUsage(
                at=moment,
                source="cgroup v1",
                total=usage(**values),
                containers={engine_id(f"{pod}/{name}"): usage(**values) for name in names},
            )
        ).decode()
        for pod, names in pods.items()
    }
    push(live_group(host), {"type": "live.tick", "host": host, "sequence": 1, "at": moment, "pods": texts})
