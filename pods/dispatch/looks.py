"""Tells a host worker that somebody looks at one pod, so that it reads more of it."""

import logging

from celery import current_app
from django.contrib.auth.models import AbstractBaseUser
from kombu.exceptions import OperationalError

from pods.domain import access
from pods.messages import encode
from pods.messages.live import Look
from pods.messages.names import LOOK, host_queue

log = logging.getLogger(__name__)
LASTS = 15.0  # seconds; a page says it again every five


def look(user: AbstractBaseUser, engine_id: str) -> None:
    """Ask for the details of a pod for a while, if the user may see it; changes nothing and leaves no trace."""
    pod = access.visible_pods(user).filter(engine_id=engine_id, removed_at=None).select_related("host").first()
    if pod is None or pod.host.silent:
        return
    message = Look(host=pod.host.slug, pod_id=engine_id, seconds=LASTS)
    try:
        current_app.send_task(LOOK, args=[encode(message)], queue=host_queue(pod.host.slug), expires=LASTS, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("a look was not sent: %s", error)  # live numbers go on without details
