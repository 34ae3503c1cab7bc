"""podweb as a user runs it: real processes, real services, a real engine. Used by the end-to-end tests and benchmarks.

A stack is started on one host in a box. Embedded: ``podweb up`` runs inside the box, where its engine and the
kernel's files are. Distributed: the web, control and beat processes run outside; only the host worker is inside.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import httpx
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"  # of throw-away users on loopback
BIN = Path(sys.executable).parent


class Box(Protocol):
    """What a stack needs of a host in a box."""

    @property
    def name(self) -> str:
        """Its name, which is the host's slug."""

    @property
    def address(self) -> str:
        """Where the outside reaches it."""

    @property
    def gateway(self) -> str:
        """Where it reaches the outside."""

    def enter(self, *args: str) -> list[str]:
        """Return the argument list that runs ``args`` inside the box."""

    @property
    def inner_socket(self) -> str:
        """The engine's socket as a process inside the box sees it."""


@dataclass
class Process:
    """One child process with its output kept for failure messages."""

    name: str
    popen: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def wait_for_line(self, pattern: str, timeout: float = 60) -> re.Match[str]:
        """Return the first match of ``pattern`` in its output; raises AssertionError with that output."""
        until = time.monotonic() + timeout
        seen = 0
        while time.monotonic() < until:
            while seen < len(self.lines):
                if match := re.search(pattern, self.lines[seen]):
                    return match
                seen += 1
            if self.popen.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{self.name} never printed {pattern!r}:\n" + "\n".join(self.lines[-60:]))

    def pids(self) -> list[int]:
        """Return the process itself: inside a box it is the child of the one that entered the box."""
        own = self.popen.pid
        if Path(f"/proc/{own}/comm").read_text().strip() != "nsenter":
            return [own]
        return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def stop(self, how: signal.Signals = signal.SIGTERM, timeout: float = 30) -> int:
        """Send ``how`` and return the exit code; kills what does not end in ``timeout`` seconds."""
        for pid in self.pids() if self.popen.poll() is None else ():
            os.kill(pid, how)
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)
            code = self.popen.wait(10)
        if self.reader is not None:
            self.reader.join(5)
        return code


def start(name: str, args: list[str], env: dict[str, str]) -> Process:
    """Start ``args`` with its output read by a thread."""
    popen = subprocess.Popen(
        args,
        env=env,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    process = Process(name, popen)

    def read(pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                process.lines.append(line.rstrip("\n"))

    assert popen.stdout is not None
    process.reader = threading.Thread(target=read, args=(popen.stdout,), daemon=True)
    process.reader.start()
    return process


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def base_environment(data: Path) -> dict[str, str]:
    """Return an environment that holds no setting of the developer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PODWEB_", "DJANGO_"))}
    return {**kept, "PODWEB_DATA": str(data), "PYTHONUNBUFFERED": "1"}


@dataclass
class Stack:
    """A running podweb. ``url`` has no trailing slash; ``slug`` is the host's."""

    mode: str
    url: str
    slug: str
    environment: dict[str, str]
    processes: list[Process]
    sign_in_link: str = ""
    _tokens: dict[str, str] = field(default_factory=dict)

    def manage(self, *args: str, **extra: str) -> str:
        """Run a management command against this stack's database and return what it printed."""
        done = subprocess.run(
            [str(BIN / "python"), "manage.py", *args],
            env={**self.environment, **extra},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def token(self, user: str = "admin") -> str:
        """Return an API token of ``user``, made at the first time."""
        if user not in self._tokens:
            self._tokens[user] = self.manage("make_token", user).split()[-1]
        return self._tokens[user]

    def api(self, user: str = "admin") -> httpx.Client:
        """Return an API client signed in by a token of ``user``."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Token {self.token(user)}"},
            timeout=15,
        )

    def set_password(self, user: str = "admin") -> None:
        """Give ``user`` the known test password."""
        self.manage(
            "shell",
            "-c",
            "import os; from django.contrib.auth.models import User; "
            f"u = User.objects.get(username={user!r}); u.set_password(os.environ['TEST_PASSWORD']); u.save()",
            TEST_PASSWORD=PASSWORD,
        )

    def output(self) -> str:
        """Return the end of every process's output, for a failure message."""
        return "\n".join(f"--- {p.name}\n" + "\n".join(p.lines[-40:]) for p in self.processes)


def start_embedded(box: Box, data: Path, *, socket: str | None = None) -> Stack:
    """Run ``podweb up`` inside the box and wait until it says that it is ready.

    ``socket`` is the engine's; "" lets podweb look for one, None is the box's own.
    """
    port = free_port()
    env = base_environment(data) | {"PODWEB_ENGINE_SOCKET": box.inner_socket if socket is None else socket}
    args = [str(BIN / "python"), "manage.py", "up", "--bind", box.address, "--port", str(port)]
    process = start("podweb up", box.enter("env", f"--chdir={REPOSITORY}", *args), env)
    stack = Stack("embedded", f"http://{box.address}:{port}", "local", env, [process])
    try:
        process.wait_for_line(r"podweb is ready at (http\S+)")
        stack.sign_in_link = process.wait_for_line(r"(http\S+sesame\S+)").group(1)
    except AssertionError:
        process.stop()
        raise
    return stack


def start_distributed(box: Box, data: Path, *, database_url: str, redis_url: str) -> Stack:
    """Run web, control and beat outside the box and the host worker inside it."""
    slug = box.name
    port = free_port()
    shared = {"PODWEB_BROKER_URL": redis_url, "PODWEB_CHANNEL_LAYER_URL": redis_url, "PODWEB_SECRET_KEY": "t" * 60}
    env = base_environment(data) | shared | {"PODWEB_DATABASE_URL": database_url}
    stack = Stack("distributed", f"http://127.0.0.1:{port}", slug, env, [])
    stack.manage("migrate", "--verbosity", "0")
    stack.manage("collectstatic", "--no-input", "--verbosity", "0")
    stack.manage(
        "createsuperuser", "--no-input", "--username", "admin", "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    stack.manage("add_host", slug)
    # A host worker has no database settings: it gets the broker and its engine, nothing else.
    seen = {name: value.replace("127.0.0.1", box.gateway) for name, value in shared.items()}
    host_env = (
        base_environment(data)
        | seen
        | {
            "DJANGO_SETTINGS_MODULE": "podweb.settings_host",
            "PODWEB_ENGINE_SOCKET": box.inner_socket,
        }
    )
    try:
        web = compose_command("web", {"0.0.0.0": "127.0.0.1", "8000": str(port)})
        control = [*compose_command("control"), "-n", f"control-{port}@test"]
        beat = compose_command("beat", {"/data/beat": str(data / "beat")})
        host = [*compose_command("host", {"host.${PODWEB_HOST:-local}": f"host.{slug}"}), "-n", f"{slug}-{port}@test"]
        stack.processes.append(start("web", web, env))
        stack.processes.append(start("control", control, env))
        stack.processes.append(start("beat", beat, env))
        inside = box.enter("env", f"--chdir={REPOSITORY}", *host)
        stack.processes.append(start("host worker", inside, host_env))
        stack.processes[0].wait_for_line(r"Uvicorn running|Application startup complete")
        wait_until_ready(stack)
    except BaseException:
        stop(stack)
        raise
    return stack


def compose_command(service: str, differences: dict[str, str] | None = None) -> list[str]:
    """Return what compose.yaml runs for ``service``, with some words replaced by those of this machine."""
    command = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())["services"][service]["command"]
    changed = differences or {}
    assert changed.keys() <= set(command), f"compose.yaml's {service} has changed: {command}"
    program, *words = [changed.get(word, word) for word in command]
    return [str(BIN / program), *words]


def wait_until_ready(stack: Stack, timeout: float = 40) -> None:
    """Wait until the engine of the stack's host is known to answer."""
    until = time.monotonic() + timeout
    with stack.api() as api:
        while time.monotonic() < until:
            answer = api.get("/hosts/").json()
            if any(host["answering"] for host in answer["results"]):
                return
            time.sleep(0.1)
    raise AssertionError(f"the host never came online: {answer}\n{stack.output()}")


def stop(stack: Stack) -> None:
    """End every process of the stack, those that ask before those that act."""
    for process in stack.processes:
        process.stop()


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Stop the stack when the block ends."""
    try:
        yield stack
    finally:
        stop(stack)


def session_cookie(stack: Stack, user: str = "admin") -> str:
    """Sign in by the page and return the Cookie header of the session."""
    with httpx.Client(base_url=stack.url, timeout=15, follow_redirects=True) as client:
        client.get("/sign-in/")
        form = {"username": user, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.post("/sign-in/", data=form)
        assert answer.status_code == 200, answer.text
        return f"sessionid={client.cookies['sessionid']}"
