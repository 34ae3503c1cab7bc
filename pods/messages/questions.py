"""A question to a host worker that changes nothing, and its answer. It leaves no row; who asks waits for it.

The question travels through the host's queue and the answer through the channel layer, to the group of its id.
"""

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Kind(StrEnum):
    """What may be asked."""

    TOP = "top"  # result: messages.questions.Processes
    INSPECT = "inspect"  # result: {"pod": {...}, "containers": {id: {...}}}: the engine's own words
    KUBE = "kube"  # result: {"yaml": text}: what the engine generates
    CGROUP = "cgroup"  # result: messages.operations.CgroupAnswer
    CGROUP_TREE = "cgroup_tree"  # result: messages.insight.CgroupTree
    NAMESPACES = "namespaces"  # result: messages.insight.Namespaces


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, about which pod."""

    id: str  # uuid; names the group that the answer goes to
    kind: Kind
    host: str
    pod_id: str
    timeout: float  # seconds until nobody waits any more
    arguments: dict[str, Any] = {}  # inspect: {"container": id}


class Answer(Struct, frozen=True, kw_only=True):
    """``error`` "" and a result, or one of messages.operations.CODES with words for a person and the engine's own."""

    id: str
    error: str = ""
    message: str = ""
    engine: str = ""
    result: dict[str, Any] = {}
    at: float = 0.0  # seconds since 1970, when the engine was read


class Processes(Struct, frozen=True, kw_only=True):
    """The processes of a pod. ``titles`` are the engine's column names; containers that do not run have none."""

    titles: tuple[str, ...]
    containers: dict[str, tuple[tuple[str, ...], ...]]  # container id -> rows
    unread: dict[str, str] = {}  # container id -> why


def answer_group(question: str) -> str:
    """Return the channel group that the answer to the question of this id goes to."""
    return f"answer.{question}"


QUESTION_TASK = "pods.host.question"
