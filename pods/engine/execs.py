"""Execs: a command run in a container that runs already, one short function per verb of the engine."""

from collections.abc import Mapping, Sequence

import msgspec

from pods.engine.transport import Engine


class _Made(msgspec.Struct):
    Id: str


class ExecState(msgspec.Struct):
    """The part of an exec's inspect that says how it runs. It stays readable for about five minutes after the end."""

    Running: bool = False
    Pid: int = 0
    ExitCode: int = 0


def create(
    engine: Engine,
    container_id: str,
    command: Sequence[str],
    *,
    user: str = "",
    env: Mapping[str, str] | None = None,
    timeout: float,
) -> str:
    """Make an exec on a terminal, with its input attached, and return its id. Raises NotFoundError, RefusedError."""
    body = {
        "Cmd": list(command),
        "User": user,
        "Env": [f"{name}={value}" for name, value in (env or {}).items()],
        "Tty": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
    }
    path = f"/containers/{container_id}/exec"
    made = msgspec.json.decode(engine.request("POST", path, timeout=timeout, body=body).content, type=_Made)
    return made.Id


def inspect(engine: Engine, exec_id: str, *, timeout: float) -> ExecState:
    """Return how it runs, or ended. Raises NotFoundError."""
    return engine.get(f"/exec/{exec_id}/json", ExecState, timeout=timeout)


def resize(engine: Engine, exec_id: str, *, rows: int, columns: int, timeout: float) -> None:
    """Set the size of its terminal. Raises RefusedError when it does not run."""
    engine.request("POST", f"/exec/{exec_id}/resize", timeout=timeout, params={"h": rows, "w": columns})
