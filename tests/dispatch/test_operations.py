"""The one door to actions: what is written and sent, and what is not when the broker is away."""

from collections.abc import Iterator
from typing import Any

import kombu.pools
import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.test import Client

from pods.dispatch.operations import ask
from pods.domain.errors import Conflict, Denied, Unavailable
from pods.messages.names import Verb, host_queue, host_task
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.services.postgres import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def _use_broker(url: str) -> str:
    app: Any = current_app
    former: str = app.conf.broker_url
    app.conf.broker_url = url
    # Celery keeps the connections and producers of the broker that it spoke to last.
    kombu.pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
    return former


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """A broker's address at which nobody listens."""
    former = _use_broker(f"redis://127.0.0.1:{free_port()}/0")
    yield
    _use_broker(former)


@pytest.mark.usefixtures("dead_broker")
def test_without_a_broker_it_fails_at_once_and_nothing_looks_asked(web: Pod, alice: User) -> None:
    with pytest.raises(Unavailable):
        ask(alice, Verb.STOP, web, through="page")
    operation = Operation.objects.get()
    assert (operation.state, operation.code) == ("failed", "not_sent")
    assert operation.ended_at is not None


@pytest.mark.usefixtures("dead_broker")
def test_without_a_broker_the_api_answers_503(web: Pod, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.post(f"/pods/{web.pk}/stop/", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "broker" in answer.content.decode()


def test_what_is_refused_is_not_written(web: Pod, alice: User, victor: User) -> None:
    with pytest.raises(Denied):
        ask(victor, Verb.STOP, web, through="api")
    with pytest.raises(Conflict):
        ask(alice, Verb.START, web, through="api")
    assert not Operation.objects.exists()


def test_what_is_asked_is_on_the_hosts_queue(web: Pod, alice: User) -> None:
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue(host_queue("alpha"))
        queue.clear()
        operation = ask(alice, Verb.STOP, web, arguments={"timeout": 3}, through="api")
        message = queue.get(timeout=10)
        message.ack()
        queue.close()
    (body,) = message.payload[0]
    assert message.headers["task"] == host_task(Verb.STOP)
    assert (body["id"], body["pod_id"], body["arguments"]) == (str(operation.pk), web.engine_id, {"timeout": 3})
    assert operation.state == "asked"
