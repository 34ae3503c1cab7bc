"""The admin site asks the same rules."""

import pytest
from django.contrib.auth.models import User
from django.db.models.signals import post_save
from django.test import Client

from pods.models import Host, Pod
from tests.builders import bring_online, members, pod
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
MODELS = ("host", "pod", "container", "operation")


@pytest.fixture
def web(host: Host, alice: User) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web"))
    row = Pod.objects.get()
    make_operation(alice, row)
    return row


def rows(web: Pod) -> dict[str, object]:
    one = web.containers.get().pk
    return {"host": web.host_id, "pod": web.pk, "container": one, "operation": web.operations.get().pk}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_a_viewer_reads_lists_and_rows(web: Pod, victor: User, model: str) -> None:
    client = browser(victor)
    assert client.get(f"/admin/pods/{model}/").status_code == 200
    row = {
        "host": web.host_id,
        "pod": web.pk,
        "container": web.containers.get().pk,
        "operation": web.operations.get().pk,
    }
    assert client.get(f"/admin/pods/{model}/{row[model]}/change/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_without_a_role_nothing_is_shown(web: Pod, mallory: User, model: str) -> None:
    assert browser(mallory).get(f"/admin/pods/{model}/").status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_deleted_and_only_hosts_are_added(web: Pod, alice: User, victor: User, model: str) -> None:
    assert browser(alice).get(f"/admin/pods/{model}/add/").status_code == (200 if model == "host" else 403)
    assert browser(victor).get(f"/admin/pods/{model}/add/").status_code == 403
    row = {
        "host": web.host_id,
        "pod": web.pk,
        "container": web.containers.get().pk,
        "operation": web.operations.get().pk,
    }
    assert browser(alice).get(f"/admin/pods/{model}/{row[model]}/delete/").status_code == 403


def test_an_administrator_registers_a_host(alice: User) -> None:
    answer = browser(alice).post("/admin/pods/host/add/", {"slug": "beta", "name": "Beta"})
    assert answer.status_code == 302
    assert Host.objects.get().slug == "beta"


def test_an_administrator_renames_a_host_and_nothing_else_of_it_is_written(web: Pod, alice: User) -> None:
    written: list[list[str]] = []

    def note(update_fields: frozenset[str] | None, **_: object) -> None:
        written.append(sorted(update_fields or ()))

    post_save.connect(note, sender=Host)
    try:
        answer = browser(alice).post(f"/admin/pods/host/{web.host_id}/change/", {"name": "Renamed"})
    finally:
        post_save.disconnect(note, sender=Host)
    assert answer.status_code == 302
    assert written == [["name"]]
    assert Host.objects.get().name == "Renamed"


def test_nobody_else_reaches_it(web: Pod) -> None:
    assert Client().get("/admin/").status_code == 302
