"""A Redis server that keeps nothing."""

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.services.postgres import free_port


def why_not() -> str | None:
    """Return why it cannot run here, or None."""
    return None if shutil.which("redis-server") else "needs Redis (Debian: redis-server)"


@contextmanager
def running_redis() -> Iterator[str]:
    """Yield a URL on loopback. Boxes reach it by their gateway's address, so it has a password."""
    port, password = free_port(), secrets.token_hex(16)
    server = subprocess.Popen(
        ["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdin is not None
    # By its input, so that the password is on no command line.
    server.stdin.write(f'bind 0.0.0.0\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n')
    server.stdin.close()
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        until = time.monotonic() + 10
        client = redis.Redis.from_url(url)
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                break
        client.close()
        yield url
    finally:
        server.terminate()
        server.wait(10)
