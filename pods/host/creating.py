"""Making pods and containers. What is made carries the operation's label, so that a repeat finds its own work."""

from typing import Any, Literal, TypeVar

import msgspec

from pods.cgroups import orphans
from pods.cgroups.layout import detect
from pods.engine import containers, images, pods, system
from pods.engine.container_specs import container_body
from pods.engine.errors import EngineError, NotFoundError
from pods.engine.init import INIT_LABEL
from pods.engine.specs import pod_body
from pods.engine.state import PAUSED, RUNNING
from pods.host.call import Call, Refusal
from pods.messages import decode
from pods.messages.facts import ContainerFacts
from pods.messages.names import OPERATION_LABEL
from pods.messages.specs import ContainerSpec, PodSpec

Shape = TypeVar("Shape")
CLEAN_UP_TIMEOUT = 10.0  # seconds, also when the operation's own time is over


class _CreatePod(msgspec.Struct, frozen=True):
    spec: PodSpec
    start: bool = True


class _AddContainer(msgspec.Struct, frozen=True):
    spec: ContainerSpec
    start: bool = True


def create(call: Call) -> dict[str, Any]:
    """Make the pod of ``arguments["spec"]`` and start it unless told not to.

    One that cannot be started stays as it was made: the failure says so.
    """
    asked = _arguments(call, _CreatePod)
    pod_id = _pod_made_before(call, asked.spec.name)
    if pod_id is None:
        info = system.known(call.engine, timeout=call.left())
        body = pod_body(asked.spec, info, labels=_label(call), command=_maker(call))
        call.step("create the pod")
        try:
            pod_id = pods.create(call.engine, body, timeout=call.left())
        except EngineError as error:
            _remove_orphan(call, error)
            raise
    call.made = pod_id
    if asked.start and not asked.spec.infra:
        call.note = "There is nothing to start yet: the pod has no infra container."
    elif asked.start:
        call.step("start the pod")
        try:
            pods.start(call.engine, pod_id, timeout=call.left())
        except EngineError as error:
            error.message = f"The pod was made, but not started. {error.message}"
            raise
    return {"pod_id": pod_id}


def add_container(call: Call) -> dict[str, Any]:
    """Make the container of ``arguments["spec"]`` in the pod; start it if asked to and the pod runs.

    Nothing half-made stays behind a failure, a container that cannot be started included.
    """
    asked = _arguments(call, _AddContainer)
    members = call.members()
    if not members and not pods.exists(call.engine, call.request.pod_id, timeout=call.left()):
        raise NotFoundError("The engine no longer has the pod.")
    try:
        container_id = _container_made_before(call, members)
        if container_id is None:
            container_id = _make_container(call, asked.spec)
        _start_container(call, asked, members, container_id)
    except EngineError:
        _remove_half_made(call)
        raise
    return {"container_id": container_id}


def _make_container(call: Call, spec: ContainerSpec) -> str:
    info = system.known(call.engine, timeout=call.left())
    labels = _label(call) | ({INIT_LABEL: spec.init} if spec.init else {})
    body = container_body(spec, info, pod_id=call.request.pod_id, labels=labels, command=_maker(call))
    _fetch_image(call, spec.image, spec.pull)
    call.step("create the container")
    return containers.create(call.engine, body, timeout=call.left())


def _fetch_image(call: Call, image: str, policy: Literal["missing", "always", "newer", "never"]) -> None:
    there = images.exists(call.engine, image, timeout=call.left())
    if there and policy in {"missing", "never"}:
        return
    if policy == "never":
        raise Refusal("not_found", f"The host has no image {image}.", "Pull it there, or let it be pulled.")
    call.step(f"pull {image}")
    images.pull(call.engine, image, policy=policy, left=call.left)


def _start_container(call: Call, asked: _AddContainer, members: list[ContainerFacts], container_id: str) -> None:
    if not asked.start:
        return
    if asked.spec.init:
        call.note = "It runs when the pod starts next."
    elif any(member.state == PAUSED for member in members):
        call.note = "It was not started: the pod is paused."
    elif not any(member.state == RUNNING and member.id != container_id for member in members):
        call.note = "It was not started: the pod does not run."
    else:
        call.step("start the container")
        containers.start(call.engine, container_id, timeout=call.left())


def _arguments(call: Call, shape: type[Shape]) -> Shape:
    try:
        return decode(call.request.arguments, shape)
    except msgspec.ValidationError as error:
        raise Refusal("invalid", f"What was asked is malformed: {error}") from error


def _label(call: Call) -> dict[str, str]:
    return {OPERATION_LABEL: call.request.id}


def _maker(call: Call) -> list[str]:
    return ["podweb", "operation", call.request.id]


def _pod_made_before(call: Call, name: str) -> str | None:
    """Look only at the pod of this name: the list of all would wait for any pod that is just stopping."""
    if not pods.exists(call.engine, name, timeout=call.left()):
        return None
    found = pods.inspect(call.engine, name, timeout=call.left())
    return found.id if found.labels.get(OPERATION_LABEL) == call.request.id else None


def _remove_orphan(call: Call, error: EngineError) -> None:
    """Remove the cgroup that a refused pod left behind (a bad cpuset does), where it is in our reach."""
    pod_id = orphans.named_pod(error.engine)
    try:
        if pod_id and not pods.exists(call.engine, pod_id, timeout=CLEAN_UP_TIMEOUT):
            orphans.remove_orphan(detect(), error.engine)
    except EngineError:
        return


def _container_made_before(call: Call, members: list[ContainerFacts]) -> str | None:
    for member in members:
        if not member.is_infra and member.labels.get(OPERATION_LABEL) == call.request.id:
            return member.id
    return None


def _remove_half_made(call: Call) -> None:
    """Remove what carries this operation's label; the first error says more than one of this."""
    try:
        found = containers.list_containers(call.engine, pod_id=call.request.pod_id, timeout=CLEAN_UP_TIMEOUT)
        if container_id := _container_made_before(call, found):
            containers.remove(call.engine, container_id, grace=1, timeout=CLEAN_UP_TIMEOUT)
    except EngineError:
        return
