"""The page of a new container in a pod."""

from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from pods.domain.specs.options import CONTAINER_OPTIONS
from pods.messages.specs import ContainerSpec, HealthCheck, Mount
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def send(user: User, pk: int, where: str = "new", **fields: str) -> Any:
    sent = {"start": "on"} | {name.replace("__", "."): value for name, value in fields.items()}
    return browser(user).post(f"/pods/{pk}/containers/{where}/", sent)


def asked_spec() -> ContainerSpec:
    return msgspec.convert(Operation.objects.get().arguments["spec"], ContainerSpec)


def test_the_form_has_every_option(web: Pod, alice: User) -> None:
    page = text(browser(alice), f"/pods/{web.pk}/containers/new/")
    for option in CONTAINER_OPTIONS:
        assert f'name="{option.field}"' in page, option.field


def test_an_image_is_enough(web: Pod, alice: User) -> None:
    answer = send(alice, web.pk, image="example/image:1")
    assert (answer.status_code, answer["Location"]) == (302, f"/pods/{web.pk}/")
    operation = Operation.objects.get()
    assert (operation.verb, operation.pod, operation.arguments["start"]) == ("add_container", web, True)
    assert asked_spec() == ContainerSpec(image="example/image:1")
    assert "Adding a container…" in text(browser(alice), f"/pods/{web.pk}/")


def test_every_kind_of_field_reaches_the_spec(web: Pod, alice: User) -> None:
    answer = send(
        alice,
        web.pk,
        image="example/image:1",
        name="front",
        command="nginx -g 'daemon off;'",
        entrypoint="/bin/sh -c",
        env="MODE=production\nEMPTY=",
        mounts="type=tmpfs,destination=/tmp,size=64m\ndata:/data",
        resources__pids_limit="500",
        health__command="curl -fs http://localhost/",
        health__interval="10",
        health__retries="3",
        init="",
        cap_drop="ALL",
        read_only="on",
    )
    assert answer.status_code == 302, answer.content.decode()
    spec = asked_spec()
    assert spec.command == ("nginx", "-g", "daemon off;")
    assert spec.entrypoint == ("/bin/sh", "-c")
    assert spec.env == {"MODE": "production", "EMPTY": ""}
    assert spec.mounts[0] == Mount(type="tmpfs", destination="/tmp", options=("size=64m",))
    assert spec.health == HealthCheck(command=("curl -fs http://localhost/",), interval=10)
    assert (spec.resources.pids_limit, spec.cap_drop, spec.read_only) == (500, ("ALL",), True)


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(web: Pod, alice: User) -> None:
    answer = send(alice, web.pk, command="nginx '", name="kept", health__interval="10")
    page = answer.content.decode()
    assert answer.status_code == 400
    for field in ("image", "command", "health.command"):
        assert f'href="#f-{field}"' in page or field == "image"
    assert 'value="kept"' in page
    assert not Operation.objects.exists()


def test_the_preview_says_the_same_in_other_words(web: Pod, alice: User) -> None:
    answer = send(alice, web.pk, "preview", image="example/image:1", env="A=b").json()
    assert answer["texts"]["command"] == "podman create --pod web --env A=b example/image:1"
    assert "[Container]" in answer["texts"]["quadlet"]
    assert "image: example/image:1" in answer["texts"]["kube"]


def test_only_who_may_act_adds(web: Pod, victor: User) -> None:
    assert browser(victor).get(f"/pods/{web.pk}/containers/new/").status_code == 403
    assert send(victor, web.pk, image="x").status_code == 403
    assert send(victor, web.pk, "preview", image="x").status_code == 403
    assert Client().get(f"/pods/{web.pk}/containers/new/").status_code == 302
    assert not Operation.objects.exists()


def test_a_pod_that_is_gone_takes_none(web: Pod, alice: User) -> None:
    assert browser(alice).get("/pods/999/containers/new/").status_code == 404
    Pod.objects.update(removed_at=timezone.now())
    assert browser(alice).get(f"/pods/{web.pk}/containers/new/").status_code == 409
    assert send(alice, web.pk, image="example/image:1").status_code == 409
    assert not Operation.objects.exists()
