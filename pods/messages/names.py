"""Names that both columns know: queues, tasks and channel groups. Nothing else ties them together."""

from enum import StrEnum

CONTROL_QUEUE = "control"
# On what podweb makes: the id of the operation. By it a half-made pod is found, and a repeat finds its own work.
OPERATION_LABEL = "io.podweb.operation"


class Verb(StrEnum):
    """What an operation may ask of a host worker. The host task of a verb is named by ``host_task``."""

    CREATE = "create"
    ADD_CONTAINER = "add_container"
    START = "start"
    STOP = "stop"
    RESTART = "restart"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    KILL = "kill"
    REMOVE = "remove"
    START_INFRA = "start_infra"
    LOOK_UP_CGROUP = "look_up_cgroup"
    TERMINAL = "terminal"


def host_queue(slug: str) -> str:
    """Return the queue that the host worker of ``slug`` alone consumes."""
    return f"host.{slug}"


def host_task(verb: Verb) -> str:
    """Return the name of the Celery task that performs ``verb`` on a host; its one argument is an OperationRequest."""
    return f"pods.host.{verb}"


# Tasks of the control worker; each takes one message, named behind it.
HOST_ONLINE = "pods.control.host_online"  # hosts.HostOnline
ENGINE_STATUS = "pods.control.engine_status"  # hosts.EngineStatus
SNAPSHOT = "pods.control.snapshot"  # snapshots.Snapshot
RESOURCES = "pods.control.resources"  # resources.HostResources
OPERATION_STARTED = "pods.control.operation_started"  # operations.OperationStarted
OPERATION_ENDED = "pods.control.operation_ended"  # operations.OperationEnded
SAMPLES = "pods.control.samples"  # samples.Samples
EVENTS = "pods.control.events"  # events.Events
TERMINALS_OPEN = "pods.control.terminals_open"  # streams.TerminalsOpen
# A task of a host worker that is no operation: nothing is changed.
OPEN_LOG = "pods.host.open_log"  # streams.LogRequest
# Periodic tasks of the control worker; no argument.
REAP = "pods.control.reap"
RESEND = "pods.control.resend"
MARK_SILENT = "pods.control.mark_silent"
KEEP_HISTORY = "pods.control.keep_history"

# A task of a host worker that is no operation: it leaves no trace.
LOOK = "pods.host.look"  # live.Look


def live_group(slug: str) -> str:
    """Return the channel group that carries the live ticks of one host (written by its host worker)."""
    return f"live.{slug}"


def changes_group(slug: str) -> str:
    """Return the channel group that says which rows of one host changed (written by the web side's database half)."""
    return f"changes.{slug}"
