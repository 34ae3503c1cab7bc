"""The Celery application. It carries what must not be lost; the rows, not the broker, are the truth."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

import podweb.transport  # noqa: F401  # makes memory:// block instead of poll
from pods.messages.names import CONTROL_QUEUE, KEEP_HISTORY, MARK_SILENT, REAP, RESEND

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podweb.settings")

app = Celery("podweb")


def configure() -> dict[str, Any]:
    """Return Celery's settings, from Django's."""
    return {
        "broker_url": settings.BROKER_URL,
        "imports": settings.CELERY_IMPORTS,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_default_queue": CONTROL_QUEUE,
        "task_create_missing_queues": True,
        # Acknowledged before it runs and never redelivered: on Redis a late acknowledgement runs a long task twice.
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_timer_precision": 0.1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # Longer than any operation: a shorter one would run a task again while it still runs.
        "broker_transport_options": {"visibility_timeout": 24 * 3600},
        "beat_schedule": {
            name: {"task": name, "schedule": every, "options": {"queue": CONTROL_QUEUE, "expires": every - 0.1}}
            for name, every in ((REAP, 2.0), (RESEND, 2.0), (MARK_SILENT, 2.0), (KEEP_HISTORY, 60.0))
        },
        "beat_max_loop_interval": 2,
        "beat_schedule_filename": str(settings.DATA / "beat-schedule"),
    }


app.add_defaults(configure)
app.steps["worker"].add("pods.host.bootsteps:HostWorkerStep")


@setup_logging.connect
def keep_djangos_logging(**_: object) -> None:
    """Having a receiver stops Celery from replacing the logging set-up."""
