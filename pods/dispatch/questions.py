"""Questions to a host that change nothing: asked through its queue, answered through the channel layer."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from asgiref.sync import async_to_sync, sync_to_async
from celery import current_app
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from pods.dispatch.waiting import release_connection
from pods.domain import access, hosts
from pods.domain.errors import Conflict, Invalid, Missing, Problem, Unavailable
from pods.domain.operations import SEND_RETRIES
from pods.messages import decode, encode
from pods.messages.names import host_queue
from pods.messages.questions import QUESTION_TASK, Answer, Kind, Question, answer_group
from pods.models import Pod

# What an answer's error is to the asker; every other code is the engine's refusal.
PROBLEMS: dict[str, type[Problem]] = {
    "not_found": Missing,
    "invalid": Invalid,
    "engine_unreachable": Unavailable,
    "timed_out": Unavailable,
    "internal": Unavailable,
}


def ask_question(
    user: User, pod: Pod, kind: Kind, *, arguments: Mapping[str, Any] | None = None, timeout: float = 10.0
) -> Answer:
    """Ask the pod's host and return its answer, which has no error. Call from a synchronous view.

    Raises Missing for what ``user`` may not see or the engine no longer has, Conflict for what makes no sense or the
    engine refuses, Unavailable when host or broker do not answer in ``timeout`` seconds.
    """
    if not access.visible_pods(user).filter(pk=pod.pk).exists():
        raise Missing("not_found", "There is no such pod, or none that you may see.")
    if pod.removed_at is not None:
        raise Conflict("removed", "The pod was removed.", hint="What it was stays readable.")
    hosts.require_reachable(pod.host)
    question = Question(
        id=str(uuid.uuid4()),
        kind=kind,
        host=pod.host.slug,
        pod_id=pod.engine_id,
        timeout=timeout,
        arguments=dict(arguments or {}),
    )
    release_connection()
    try:
        answer = async_to_sync(_ask)(question, _send)
    except (RedisError, OSError) as error:
        hint = "Look at what carries live messages (PODWEB_CHANNEL_LAYER_URL)."
        raise Unavailable("layer_unreachable", "No answer could come back; nothing was sent.", hint=hint) from error
    if answer is None:
        raise Unavailable(
            "no_answer",
            f"{pod.host.name} did not answer in {timeout:g} seconds.",
            hint="It may be busy; try again in a while.",
        )
    if answer.error:
        problem = PROBLEMS.get(answer.error, Conflict)
        raise problem(answer.error, answer.message or "The engine refused.", engine=answer.engine or None)
    return answer


async def _ask(question: Question, send: Callable[[Question], None]) -> Answer | None:
    """Send the question and return its answer, None when none comes in time. Leaves nothing in the layer."""
    layer: Any = get_channel_layer()
    group = answer_group(question.id)
    channel = ""
    try:
        async with asyncio.timeout(question.timeout):
            channel = await layer.new_channel()
            # Before it is sent: the answer may be there within a millisecond.
            await layer.group_add(group, channel)
            # On the asker's own thread, so that a broker that is slow holds up nobody else.
            await sync_to_async(send)(question)
            while True:
                message = await layer.receive(channel)
                if message.get("type") == "question.answer":
                    return decode(message.get("answer"), Answer)
    except TimeoutError:
        return None
    except msgspec.ValidationError as error:
        raise Unavailable("no_answer", "The host's answer could not be read.", hint="Is it of this version?") from error
    finally:
        if channel:
            # The layer may be away by now; what it keeps of this goes with it.
            with contextlib.suppress(RedisError, OSError):
                await layer.group_discard(group, channel)
                await layer.drop(channel)


def _send(question: Question) -> None:
    try:
        current_app.send_task(
            QUESTION_TASK,
            args=[encode(question)],
            queue=host_queue(question.host),
            # Nobody waits any more for an answer to an old question.
            expires=question.timeout,
            retry=True,
            retry_policy=SEND_RETRIES,
        )
    except (OperationalError, OSError) as error:
        raise Unavailable(
            "broker_unreachable",
            "The message broker does not answer; nothing was sent.",
            hint="Look at the broker, then ask again.",
        ) from error
