"""The one door to actions: what is written and sent, and what is not when the broker is away."""

from collections.abc import Iterator

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.test import Client

from pods.dispatch.operations import ask, ask_add_container, ask_create, ask_group, ask_prune
from pods.domain.errors import Conflict, Denied, Problem, Unavailable
from pods.messages import decode
from pods.messages.names import Verb, host_queue, host_task
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.dispatch.hosts import use_broker
from tests.services.postgres import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """A broker's address at which nobody listens."""
    former = use_broker(f"redis://127.0.0.1:{free_port()}/0")
    yield
    use_broker(former)


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


def test_what_a_new_pod_shall_be_travels_with_the_operation(host: Host, alice: User) -> None:
    bring_online("alpha")
    host.refresh_from_db()
    spec = PodSpec(name="fresh", share=("ipc",))
    operation = ask_create(alice, host, spec, start=False, through="api")
    assert (decode(operation.arguments["spec"], PodSpec), operation.arguments["start"]) == (spec, False)
    assert (operation.pod_name, operation.verb) == ("fresh", "create")


def test_a_container_is_added_to_its_pod_unless_that_is_gone(web: Pod, alice: User, victor: User) -> None:
    spec = ContainerSpec(image="example/image:1")
    with pytest.raises(Denied):
        ask_add_container(victor, web, spec, start=True, through="api")
    operation = ask_add_container(alice, web, spec, start=True, through="api")
    assert (decode(operation.arguments["spec"], ContainerSpec), operation.arguments["start"]) == (spec, True)
    bring_online("alpha")
    with pytest.raises(Conflict):
        ask_add_container(alice, Pod.objects.get(), spec, start=True, through="api")


@pytest.fixture
def several(host: Host) -> list[Pod]:
    """Two that run, one that has ended, one that was never started."""
    facts = [pod("a"), pod("b"), pod("c", state="Exited"), pod("d", state="Created")]
    containers = (*members("a"), *members("b"), *members("c", state="exited"), *members("d", state="created"))
    bring_online("alpha", *facts, containers=containers)
    return list(Pod.objects.order_by("name"))


def test_in_a_group_each_pod_is_judged_by_itself(several: list[Pod], alice: User) -> None:
    asked = ask_group(alice, Verb.STOP, several, {"timeout": 3}, "page")
    assert [one.name for one, _ in asked] == ["a", "b", "c", "d"]
    assert [isinstance(outcome, Problem) for _, outcome in asked] == [False, False, True, True]
    operations = list(Operation.objects.all())
    assert len({operation.group for operation in operations}) == 1
    assert operations[0].group is not None
    assert {operation.pod_name for operation in operations} == {"a", "b"}
    assert all(operation.arguments == {"timeout": 3} for operation in operations)


def test_prune_removes_only_what_was_chosen_and_has_ended(several: list[Pod], alice: User) -> None:
    outcomes = {one.name: outcome for one, outcome in ask_prune(alice, several[1:], "api")}
    assert isinstance(outcomes["c"], Operation)
    assert isinstance(outcomes["b"], Conflict)
    assert isinstance(outcomes["d"], Conflict)
    assert [(one.verb, one.pod_name) for one in Operation.objects.all()] == [("remove", "c")]


def test_a_viewer_asks_nothing_of_a_group(several: list[Pod], victor: User) -> None:
    assert all(isinstance(outcome, Denied) for _, outcome in ask_group(victor, Verb.STOP, several, {}, "api"))
    assert not Operation.objects.exists()
