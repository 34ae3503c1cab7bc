"""Looking at a pod asks its host for details, in nobody else's name."""

from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User

from pods.dispatch.looks import look
from pods.messages.names import LOOK, host_queue
from pods.models import Host
from tests.builders import bring_online, engine_id, pod

pytestmark = pytest.mark.django_db


def waiting(host: str) -> list[Any]:
    """Take what waits in the host's queue."""
    with current_app.connection_or_acquire() as connection:
        queue = connection.SimpleQueue(host_queue(host))
        found = []
        while queue.qsize():
            message = queue.get_nowait()
            message.ack()
            found.append((message.headers["task"], message.payload[0]))
        queue.close()
    return found


def test_a_look_goes_to_the_pods_host(host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"))
    waiting("alpha")
    look(victor, engine_id("web"))
    ((task, (message,)),) = waiting("alpha")
    assert task == LOOK
    assert (message["host"], message["pod_id"]) == ("alpha", engine_id("web"))
    assert message["seconds"] > 5


def test_what_you_may_not_see_or_is_not_there_is_not_looked_at(host: Host, victor: User, mallory: User) -> None:
    bring_online("alpha", pod("web"))
    waiting("alpha")
    look(mallory, engine_id("web"))
    look(victor, engine_id("other"))
    Host.objects.update(silent=True)
    look(victor, engine_id("web"))
    assert waiting("alpha") == []
