"""The Celery tasks of a host's queue: one for each verb, each with an OperationRequest as its one argument."""

import logging
from typing import Any

import msgspec
from celery import shared_task

from pods.host import bootsteps
from pods.messages import decode
from pods.messages.live import Look
from pods.messages.names import LOOK, Verb, host_task
from pods.messages.operations import OperationRequest

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
TASKS = {verb: shared_task(name=host_task(verb))(perform) for verb in Verb}
