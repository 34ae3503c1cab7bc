"""Pods, one short function per verb of the engine."""

from typing import Any, cast

import msgspec

from pods.engine import parse
from pods.engine.containers import Inspect
from pods.engine.containers import inspect as inspect_container
from pods.engine.errors import EngineError, NotFoundError, RefusedError
from pods.engine.transport import Engine, decode
from pods.messages.facts import PodFacts
from pods.messages.names import OPERATION_LABEL


class Listed(msgspec.Struct):
    """One entry of the pod list."""

    Id: str
    Name: str = ""
    Labels: dict[str, str] | None = None


# An engine without pods answers null.
_List = cast("type[list[Listed] | None]", list[Listed] | None)


def list_pods(engine: Engine, *, timeout: float) -> list[Listed]:
    """Return every pod, also those without containers. Blocks while any pod is stopping: TimedOutError is ordinary."""
    return engine.get("/pods/json", _List, timeout=timeout) or []


def exists(engine: Engine, pod: str, *, timeout: float) -> bool:
    """Return whether the engine has the pod. Does not wait for the pod's lock."""
    try:
        engine.request("GET", f"/pods/{pod}/exists", timeout=timeout)
    except NotFoundError:
        return False
    return True


def inspect(engine: Engine, pod: str, *, timeout: float) -> PodFacts:
    """Return the pod and its infra container. Blocks while the pod is stopping. Raises NotFoundError."""
    return read(engine, pod, timeout=timeout)[0]


def read(engine: Engine, pod: str, *, timeout: float) -> tuple[PodFacts, Inspect | None]:
    """Return what ``inspect`` does, and the infra container's own inspect, as far as podweb reads it."""
    raw = engine.get(f"/pods/{pod}/json", parse.PodInspect, timeout=timeout)
    infra: Inspect | None = None
    if raw.InfraContainerID:
        try:
            infra = inspect_container(engine, raw.InfraContainerID, timeout=timeout)
        except NotFoundError:
            infra = None  # it went between the two calls
    return parse.pod_facts(raw, infra), infra


def raw_inspect(engine: Engine, pod: str, *, timeout: float) -> dict[str, Any]:
    """Return the pod's inspect in the engine's own words. Blocks while the pod is stopping. Raises NotFoundError."""
    return engine.get(f"/pods/{pod}/json", dict[str, Any], timeout=timeout)


def kube(engine: Engine, pod: str, *, timeout: float) -> str:
    """Return the Kubernetes YAML that the engine generates for the pod."""
    return engine.request("GET", "/generate/kube", timeout=timeout, params={"names": pod}).text


def create(engine: Engine, spec: dict[str, Any], *, timeout: float) -> str:
    """Create a pod from a PodSpecGenerator and return its id.

    Asks for the name first: an engine up to 5.8 leaves a cgroup directory behind for each duplicate it refuses. A
    failed create may leave half a pod; it is removed if it carries this spec's operation label. Raises RefusedError.
    """
    name = str(spec["name"])
    if exists(engine, name, timeout=timeout):
        raise RefusedError("A pod with this name exists already.", engine="pod already exists")
    try:
        return decode(engine.request("POST", "/pods/create", timeout=timeout, body=spec).content, _Created).Id
    except EngineError:
        _remove_half_made(engine, name, dict(spec.get("labels") or {}).get(OPERATION_LABEL), timeout=timeout)
        raise


class _Created(msgspec.Struct):
    Id: str


def _remove_half_made(engine: Engine, name: str, operation: str | None, *, timeout: float) -> None:
    if not operation:
        return
    try:
        raw = engine.get(f"/pods/{name}/json", parse.PodInspect, timeout=timeout)
        if (raw.Labels or {}).get(OPERATION_LABEL) == operation:
            remove(engine, raw.Id, force=True, grace=1, timeout=timeout)
    except EngineError:
        return  # nothing was left, or the first error says more than this one


def start(engine: Engine, pod: str, *, timeout: float) -> bool:
    """Start what does not run; False when all of it ran. Refused while paused."""
    return _post(engine, pod, "start", timeout=timeout)


def stop(engine: Engine, pod: str, *, grace: int | None, timeout: float) -> bool:
    """Stop a running pod; **False also for a degraded or paused one**, with which the engine does nothing.

    ``grace`` is at least 1 second (0 means each container's own StopTimeout to the engine), None the engine's own.
    """
    params = {} if grace is None else {"t": str(grace)}
    return _post(engine, pod, "stop", timeout=timeout, params=params)


def restart(engine: Engine, pod: str, *, timeout: float) -> bool:
    """Restart each container, waiting its own StopTimeout; starts a pod that was never started."""
    return _post(engine, pod, "restart", timeout=timeout)


def pause(engine: Engine, pod: str, *, timeout: float) -> bool:
    """Freeze the running containers."""
    return _post(engine, pod, "pause", timeout=timeout)


def unpause(engine: Engine, pod: str, *, timeout: float) -> bool:
    """Let the frozen containers run on; does nothing for a pod that the engine does not call paused."""
    return _post(engine, pod, "unpause", timeout=timeout)


def kill(engine: Engine, pod: str, *, signal: str, timeout: float) -> bool:
    """Send ``signal`` to every running container, infra included. Refused when none runs."""
    return _post(engine, pod, "kill", timeout=timeout, params={"signal": signal})


def remove(engine: Engine, pod: str, *, force: bool, grace: int, timeout: float) -> None:
    """Remove the pod and its containers. Refused while containers run, unless ``force``. Raises NotFoundError."""
    params = {"force": "true" if force else "false", "timeout": str(grace)}
    engine.request("DELETE", f"/pods/{pod}", timeout=timeout, params=params)


def _post(engine: Engine, pod: str, verb: str, *, timeout: float, params: dict[str, str] | None = None) -> bool:
    return engine.request("POST", f"/pods/{pod}/{verb}", timeout=timeout, params=params).status_code != 304
