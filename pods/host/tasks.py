"""The Celery tasks of a host's queue: one for each verb, with an OperationRequest, and one for a Question."""

import logging
from typing import Any

import msgspec
from celery import shared_task

from pods.host import bootsteps, questions
from pods.messages import decode, encode
from pods.messages.live import Look
from pods.messages.names import LOOK, OPEN_LOG, Verb, host_task
from pods.messages.operations import OperationRequest
from pods.messages.questions import QUESTION_TASK, Question, answer_group
from pods.messages.streams import LogRequest
from podweb.push import push

log = logging.getLogger(__name__)


def perform(raw: dict[str, Any]) -> None:
    """Hand the request to this boot's worker. A malformed one is logged; its row ends ``lost`` at its deadline."""
    try:
        request = decode(raw, OperationRequest)
    except msgspec.ValidationError as error:
        log.error("a malformed request was dropped: %s", error)
        return
    bootsteps.worker_of(request.host).perform(request)


def look(raw: dict[str, Any]) -> None:
    """Let the sampler read more of the pod that somebody looks at."""
    try:
        message = decode(raw, Look)
    except msgspec.ValidationError as error:
        log.error("a malformed look was dropped: %s", error)
        return
    bootsteps.worker_of(message.host).looks.look(message.pod_id, message.seconds)


shared_task(name=LOOK)(look)


def answer(raw: dict[str, Any]) -> None:
    """Answer a question to whoever waits for it, without the pod's turn. A malformed one is logged."""
    try:
        question = decode(raw, Question)
    except msgspec.ValidationError as error:
        log.error("a malformed question was dropped: %s", error)
        return
    worker = bootsteps.worker_of(question.host)
    found = questions.answer(worker.connection, question, worker.kernel, worker.shared)
    push(answer_group(question.id), {"type": "question.answer", "answer": encode(found)})


QUESTIONS = shared_task(name=QUESTION_TASK)(answer)


@shared_task(name=OPEN_LOG)
def open_log(raw: dict[str, Any]) -> None:
    """Open a log for the reader that the request names. A malformed one is logged; its reader ends by the silence."""
    try:
        request = decode(raw, LogRequest)
    except msgspec.ValidationError as error:
        log.error("a malformed request was dropped: %s", error)
        return
    bootsteps.worker_of(request.host).streams.open_log(request)


TASKS = {verb: shared_task(name=host_task(verb))(perform) for verb in Verb}
