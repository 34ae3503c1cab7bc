"""Lists: who may read them, in which order and pages, with which fields, in how many queries."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.control.operations import make_operation
from tests.many import make_many
from tests.web.api.people import client, get

pytestmark = pytest.mark.django_db
LISTS = ("hosts", "pods", "containers", "operations")


@pytest.mark.parametrize("name", LISTS)
def test_a_viewer_reads_lists(web: Pod, victor: User, name: str) -> None:
    answer = get(victor, f"/{name}/")
    assert answer.status_code == 200
    assert answer.json()["count"] == {"hosts": 1, "pods": 1, "containers": 2, "operations": 0}[name]


@pytest.mark.parametrize("name", LISTS)
def test_nobody_signed_in_is_401(web: Pod, name: str) -> None:
    answer = Client().get(f"/api/v1/{name}/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("name", LISTS)
def test_without_a_role_is_403(web: Pod, mallory: User, name: str) -> None:
    answer = get(mallory, f"/{name}/")
    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_not_written_to(web: Pod, alice: User, name: str) -> None:
    assert client(alice).delete(f"/api/v1/{name}/").status_code == 405
    assert client(alice).put(f"/api/v1/{name}/").status_code == 405


@pytest.mark.parametrize("name", LISTS)
def test_what_is_not_there_is_404(web: Pod, victor: User, name: str) -> None:
    one = "00000000-0000-0000-0000-000000000000" if name == "operations" else "999"
    assert get(victor, f"/{name}/{one}/").json()["code"] == "not_found"
    assert get(victor, f"/{name}/?page=99").status_code == 404


def test_a_token_that_was_made_up_is_401(web: Pod) -> None:
    assert Client(headers={"Authorization": "Token made-up"}).get("/api/v1/pods/").status_code == 401


@pytest.mark.parametrize("path", ["pods/0x1/", "nothing/", "", "operations/1/", "pods/1/nothing/"])
def test_an_address_that_there_is_not_is_a_json_404(web: Pod, victor: User, path: str) -> None:
    for answer in (client(victor).get(f"/api/v1/{path}"), client(victor).post(f"/api/v1/{path}")):
        assert answer.status_code in {404, 405}
    assert client(victor).get(f"/api/v1/{path}").json()["code"] in {"not_found", "method_not_allowed"}


def test_removed_pods_are_listed_only_when_asked_for(web: Pod, victor: User) -> None:
    bring_online("alpha")
    assert get(victor, "/pods/").json()["count"] == 0
    assert get(victor, "/pods/?removed=true").json()["count"] == 1
    assert get(victor, f"/pods/{web.pk}/").json()["removed_at"] is not None
    assert get(victor, "/containers/").json()["count"] == 0
    assert get(victor, "/containers/?removed=true").json()["count"] == 2


def names(user: User, query: str) -> list[str]:
    answer = get(user, f"/pods/?{query}")
    assert answer.status_code == 200, answer.json()
    return [one["name"] for one in answer.json()["results"]]


def test_lists_are_ordered_as_asked(host: Host, victor: User) -> None:
    bring_online(
        "alpha",
        pod("b", state="Exited", created_at="2026-01-01T00:00:00Z"),
        pod("c", state="Running", created_at="2026-03-01T00:00:00Z"),
        pod("a", state="Created", created_at="2026-02-01T00:00:00Z"),
        containers=members("b", "x", "y"),
    )
    assert names(victor, "") == names(victor, "ordering=name") == ["a", "b", "c"]
    assert names(victor, "ordering=-name") == ["c", "b", "a"]
    assert names(victor, "ordering=created_at") == ["b", "a", "c"]
    assert names(victor, "ordering=state") == ["a", "b", "c"]
    assert names(victor, "ordering=-container_count")[0] == "b"


def test_pages_neither_overlap_nor_leave_out(host: Host, victor: User) -> None:
    bring_online("alpha", *(pod(f"p{n}") for n in range(25)))
    first = get(victor, "/pods/?page_size=10&ordering=state").json()
    assert first["count"] == 25
    assert "page=2" in first["next"]
    seen = [
        one["name"]
        for n in (1, 2, 3)
        for one in get(victor, f"/pods/?page_size=10&ordering=state&page={n}").json()["results"]
    ]
    assert sorted(seen) == sorted(f"p{n}" for n in range(25))


def test_only_the_fields_that_are_asked_for_are_shown(web: Pod, victor: User) -> None:
    assert get(victor, "/pods/?fields=id,name&fields=state").json()["results"] == [
        {"id": web.pk, "name": "web", "state": "Running"}
    ]
    assert get(victor, f"/pods/{web.pk}/?fields=name").json() == {"name": "web"}
    for name in LISTS[:3]:
        assert set(get(victor, f"/{name}/?fields=id").json()["results"][0]) == {"id"}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/pods/?fields=nothing", "fields"),
        ("/pods/?fields=%00", "fields"),
        ("/pods/?ordering=colour", "ordering"),
        ("/pods/?ordering=--name", "ordering"),
        ("/pods/?colour=red", "colour"),
        ("/pods/?removed=maybe", "removed"),
        ("/pods/?name=(", "name"),
        ("/pods/?filter=x", "filter"),
        ("/pods/?status=asleep", "status"),
        ("/hosts/?ordering=name", "ordering"),
        ("/hosts/?q=x", "q"),
        ("/containers/?pod=x", "pod"),
        ("/containers/?removed=1", "removed"),
        ("/operations/?state=tired", "state"),
        ("/operations/?verb=fly", "verb"),
        ("/operations/?group=1", "group"),
        ("/operations/?pod=-1", "pod"),
        ("/operations/?asked_by=%00", "asked_by"),
        ("/operations/?host=%00", "host"),
    ],
)
def test_a_query_that_is_not_understood_is_400_with_the_field_named(
    web: Pod, victor: User, path: str, field: str
) -> None:
    answer = get(victor, path)
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.json()


def test_filters_narrow_the_list_of_pods(host: Host, victor: User) -> None:
    bring_online("alpha", pod("web", labels={"app": "shop"}), pod("db", state="Exited"), containers=members("db", "pg"))
    assert names(victor, "filter=label=app=shop") == names(victor, "label=app%3Dshop") == ["web"]
    assert names(victor, "filter=label!=app") == names(victor, "label!=app") == ["db"]
    assert names(victor, "status=exited&ctr-names=^pg$") == ["db"]
    assert names(victor, "q=PG") == ["db"]
    assert names(victor, "host=alpha&name=^w") == ["web"]
    assert names(victor, "host=beta") == []


def test_operations_are_narrowed_by_what_they_are(web: Pod, alice: User, victor: User) -> None:
    stop = make_operation(alice, web, verb="stop", state="done")
    start = make_operation(alice, web, verb="start", group="11111111-1111-1111-1111-111111111111")

    def found(query: str) -> list[str]:
        return [one["id"] for one in get(victor, f"/operations/?{query}").json()["results"]]

    assert found("") == [str(start.pk), str(stop.pk)]
    assert found("ordering=asked_at") == [str(stop.pk), str(start.pk)]
    assert found("state=done") == found("verb=stop") == [str(stop.pk)]
    assert found("state=done&state=asked") == found("asked_by=alice") == found("host=alpha") == found(f"pod={web.pk}")
    assert found("group=11111111-1111-1111-1111-111111111111") == [str(start.pk)]
    assert found("asked_by=victor") == found("pod=999") == found("host=beta") == []


@pytest.mark.parametrize("name", ["pods", "containers", "operations"])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    host: Host, alice: User, victor: User, name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(pods: int) -> None:
        Pod.objects.all().delete()
        Operation.objects.all().delete()
        for row in make_many(host, pods, 3):
            make_operation(alice, row)

    browser = client(victor)
    # Token and its user, the user's groups, count, rows; for pods their containers too.
    expected = {"pods": 6, "containers": 5, "operations": 5}[name]
    for count in (10, 300):
        fill(count)
        with django_assert_num_queries(expected):
            answer = browser.get(f"/api/v1/{name}/?page_size=300")
        assert len(answer.json()["results"]) >= count
