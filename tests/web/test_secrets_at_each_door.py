"""What looks like a secret, at each door: hidden from a viewer, shown to an administrator."""

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.messages.questions import Answer, Question
from pods.models import Container, Host, Operation, Pod
from tests.builders import bring_online, container, pod
from tests.control.operations import make_operation
from tests.dispatch.hosts import answering

pytestmark = pytest.mark.django_db
SECRET = "hunter2"
ARGV = ("server", "--password", SECRET)
LABELS = {"db_password": SECRET}
API = "/api/v1"


@pytest.fixture
def paths(host: Host, alice: User) -> dict[str, str]:
    """Every address that shows something of a pod full of secrets, by what it is."""
    facts = pod("web", labels=LABELS, create_command=("podman", "pod", "create", "--label", f"TOKEN={SECRET}"))
    assert facts.infra is not None
    facts = msgspec.structs.replace(facts, infra=msgspec.structs.replace(facts.infra, command=ARGV))
    more = {"labels": LABELS, "command": ARGV, "env": (f"DB_PASSWORD={SECRET}",)}
    bring_online("alpha", facts, containers=(container("web", "infra", is_infra=True), container("web", "app", **more)))
    web = Pod.objects.get()
    app = Container.objects.get(name="app")
    asked = {"spec": {"image": "x", "env": {"DB_PASSWORD": SECRET}}}
    operation = make_operation(alice, web, verb="add_container", arguments=asked)
    Operation.objects.update(result={"env": [f"DB_PASSWORD={SECRET}"]})
    return {
        "pods": f"{API}/pods/",
        "pod": f"{API}/pods/{web.pk}/",
        "its containers": f"{API}/pods/{web.pk}/containers/",
        "containers": f"{API}/containers/",
        "container": f"{API}/containers/{app.pk}/",
        "operations": f"{API}/operations/",
        "operation": f"{API}/operations/{operation.pk}/",
        "the pod's row": f"/admin/pods/pod/{web.pk}/change/",
        "the container's row": f"/admin/pods/container/{app.pk}/change/",
        "the operation's row": f"/admin/pods/operation/{operation.pk}/change/",
        "the pod's page": f"/pods/{web.pk}/",
        "the container's page": f"/containers/{app.pk}/",
        "the operation's page": f"/operations/{operation.pk}/",
        "the list by its label": "/?group=label:db_password",
    }


DOORS = (
    *("pods", "pod", "its containers", "containers", "container", "operations", "operation"),
    *("the pod's row", "the container's row", "the operation's row"),
    *("the pod's page", "the container's page", "the operation's page", "the list by its label"),
)


def says(question: Question) -> Answer:
    """Answer as the host whose engine is asked about the container's health."""
    inspect = {"State": {}, "Config": {"Healthcheck": {"Test": ["CMD", "ask", "--token", SECRET]}}}
    return Answer(id=question.id, result={"containers": {question.arguments["container"]: inspect}}, at=1.0)


def read(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_a_viewer_sees_no_secret_and_an_administrator_does(
    paths: dict[str, str], alice: User, victor: User, door: str
) -> None:
    with answering("alpha", says):
        assert SECRET in read(alice, paths[door])
        assert SECRET not in read(victor, paths[door])


def test_no_door_is_left_out(paths: dict[str, str]) -> None:
    assert set(DOORS) == set(paths)
