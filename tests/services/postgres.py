"""A PostgreSQL server with a cluster of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def binaries() -> Path | None:
    """Return the newest installed version's directory of programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


def why_not() -> str | None:
    """Return why it cannot run here, or None."""
    if binaries() is None:
        return "needs PostgreSQL (Debian: postgresql)"
    return None if os.geteuid() == 0 or shutil.which("initdb") else "needs root, to run PostgreSQL as its own user"


def free_port() -> int:
    """Return a port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the URL of a running server's ``postgres`` database, without its name: ``postgres://user@host:port/``."""
    programs = binaries()
    assert programs is not None
    directory = Path(tempfile.mkdtemp(prefix="pw-postgres-"))
    # PostgreSQL refuses to run as root.
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(directory, "postgres", "postgres")
    data, port = directory / "data", free_port()
    initdb = [*user, str(programs / "initdb"), "-D", str(data), "-U", "podweb", "-A", "trust", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, timeout=60, cwd="/")
    options = ["-p", str(port), "-k", str(directory), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    server = subprocess.Popen(
        [*user, str(programs / "postgres"), "-D", str(data), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    url = f"postgres://podweb@127.0.0.1:{port}/"
    try:
        wait(url + "postgres")
        yield url
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(directory, ignore_errors=True)


def wait(url: str) -> None:
    """Return when the server answers."""
    until = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def create_database(url: str, name: str) -> str:
    """Make an empty database and return its URL."""
    with psycopg.connect(url + "postgres", autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    return url + name
