"""The Celery tasks of the control queue. Thin: decode at the edge, drop what is malformed, do one thing."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from celery import shared_task

from pods.control import events, history, hosts, operations, reaper, resources, snapshots, streams
from pods.messages import decode, names
from pods.messages.events import Events
from pods.messages.hosts import EngineStatus, HostOnline
from pods.messages.operations import OperationEnded, OperationStarted
from pods.messages.resources import HostResources
from pods.messages.samples import Samples
from pods.messages.snapshots import Snapshot
from pods.messages.streams import TerminalsOpen

log = logging.getLogger(__name__)
Message = TypeVar("Message")


def _task(name: str, shape: type[Message], apply: Callable[[Message], None]) -> None:
    def receive(raw: Any) -> None:
        try:
            message = decode(raw, shape)
        except msgspec.ValidationError as error:
            log.error("a malformed message for %s was dropped: %s", name, error)
            return
        apply(message)

    shared_task(name=name)(receive)


_task(names.HOST_ONLINE, HostOnline, hosts.host_online)
_task(names.ENGINE_STATUS, EngineStatus, hosts.engine_status)
_task(names.SNAPSHOT, Snapshot, snapshots.apply_snapshot)
_task(names.RESOURCES, HostResources, resources.host_resources)
_task(names.OPERATION_STARTED, OperationStarted, operations.operation_started)
_task(names.OPERATION_ENDED, OperationEnded, operations.operation_ended)
_task(names.EVENTS, Events, events.take_events)
_task(names.SAMPLES, Samples, history.take_samples)
_task(names.TERMINALS_OPEN, TerminalsOpen, streams.terminals_open)
shared_task(name=names.REAP)(reaper.reap)
shared_task(name=names.RESEND)(reaper.resend)
shared_task(name=names.MARK_SILENT)(hosts.mark_silent)
shared_task(name=names.KEEP_HISTORY)(history.keep_history)
