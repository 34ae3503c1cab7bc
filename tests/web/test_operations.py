"""The pages of operations: filters, one operation with everything, and trying again where that is safe."""

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pods.messages import plain
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod
from tests.control.operations import make_operation
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db
SECRET = "hunter2-Hunter2"


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get(name="web")


def failed(user: User, pod: Pod, /, **values: Any) -> Operation:
    now = timezone.now()
    facts = {"verb": "stop", "state": "failed", "ended_at": now, "started_at": now - timedelta(seconds=2)}
    return make_operation(user, pod, **(facts | values))


def shown(page: str) -> set[str]:
    """Return the keys of the operations in the table."""
    return set(re.findall(r'<tr id="operation-([0-9a-f-]{36})"', page))


def offers_again(page: str, operation: Operation) -> bool:
    return f"/operations/{operation.pk}/again/" in page


def test_filters_narrow_and_stand_in_the_address(web: Pod, alice: User, victor: User) -> None:
    Host.objects.create(slug="beta", name="Beta")
    bring_online("beta", pod("far"))
    far = Pod.objects.get(name="far")
    one = failed(alice, web)
    two = make_operation(victor, far, verb="start", state="done")
    client = browser(alice)
    for query, found in {
        "": {one, two},
        "?state=failed": {one},
        "?state=failed&state=done": {one, two},
        "?verb=start": {two},
        "?host=beta": {two},
        "?by=alice": {one},
        "?by=alice&host=beta": set(),
        "?state=nonsense&verb=nonsense&page=x": {one, two},
    }.items():
        assert shown(text(client, f"/operations/{query}")) == {str(each.pk) for each in found}, query
    page = text(client, "/operations/?state=failed&by=alice")
    assert 'href="?by=alice" aria-current="true">failed' in page
    assert 'href="?state=failed&amp;by=alice&amp;by=victor"' in page
    assert "No operation is like that" in text(client, "/operations/?by=nobody")


def test_the_page_after_keeps_the_filters(web: Pod, alice: User) -> None:
    for _ in range(51):
        make_operation(alice, web, state="done")
    assert 'href="?state=done&amp;page=2"' in text(browser(alice), "/operations/?state=done")


def test_a_group_is_shown_while_one_of_it_is_like_that(web: Pod, alice: User) -> None:
    group = uuid.uuid4()
    for state in ("done", "done", "failed"):
        make_operation(alice, web, state=state, group=group, ended_at=timezone.now())
    assert f"/operations/groups/{group}/" in text(browser(alice), "/operations/?state=failed")
    assert f"/operations/groups/{group}/" not in text(browser(alice), "/operations/?state=lost")


def test_nothing_asked_yet_is_said(host: Host, victor: User) -> None:
    assert "Nothing was asked for yet" in text(browser(victor), "/operations/")


def test_an_operations_page_has_everything(web: Pod, alice: User) -> None:
    operation = failed(
        alice,
        web,
        arguments={"timeout": 7},
        code="engine_refused",
        message="The engine refused.",
        engine="cannot do that",
        hint="Do this.",
        parts_json=[{"name": "app", "message": "is stuck"}],
        steps_json=[{"at": 100.0, "text": "read the pod"}, {"at": 101.5, "text": "stopped app"}],
        result={"left": 1},
    )
    page = text(browser(alice), f"/operations/{operation.pk}/")
    for words in (
        *("The engine refused.", "cannot do that", "Do this.", "is stuck", "read the pod", "+1.50 s", "in 2.00 s"),
        *("engine_refused", str(operation.pk), "&quot;timeout&quot;: 7", "&quot;left&quot;: 1", "through the page"),
    ):
        assert words in page, words
    for path in ("/operations/", f"/pods/{web.pk}/"):
        assert f'href="/operations/{operation.pk}/"' in text(browser(alice), path)


def test_what_the_host_never_said_is_unknown(web: Pod, victor: User, alice: User) -> None:
    lost = make_operation(alice, web, state="lost", ended_at=timezone.now())
    page = text(browser(victor), f"/operations/{lost.pk}/")
    assert "the host said of no start" in page
    assert "the host did not say when it ended" in page


def test_secrets_are_hidden_on_an_operations_page(web: Pod, alice: User, victor: User) -> None:
    spec = plain(PodSpec(name="web", labels={"token": SECRET}))
    operation = failed(alice, web, verb="create", arguments={"spec": spec, "start": True}, result={"password": SECRET})
    path = f"/operations/{operation.pk}/"
    assert SECRET not in text(browser(victor), path)
    assert SECRET in text(browser(alice), path)


def test_who_may_not_see_it_gets_404_or_403(web: Pod, alice: User, mallory: User) -> None:
    operation = failed(alice, web)
    text(browser(alice), f"/operations/{uuid.uuid4()}/", 404)
    text(browser(mallory), f"/operations/{operation.pk}/", 403)
    assert Client().get(f"/operations/{operation.pk}/").status_code == 302


@pytest.mark.parametrize("state", ["failed", "lost", "cancelled"])
def test_what_ended_without_success_is_tried_again_with_the_same_arguments(web: Pod, alice: User, state: str) -> None:
    operation = failed(alice, web, state=state, arguments={"timeout": 7})
    client = browser(alice)
    assert offers_again(text(client, "/operations/"), operation)
    answer = client.post(f"/operations/{operation.pk}/again/")
    fresh = Operation.objects.exclude(pk=operation.pk).get()
    assert answer["Location"] == f"/operations/{fresh.pk}/"
    assert (fresh.verb, fresh.pod, fresh.arguments, fresh.asked_through) == ("stop", web, {"timeout": 7}, "page")
    # One at a time: while that is open, and when the same was asked since, it is not offered.
    assert not offers_again(text(client, "/operations/"), operation)
    assert client.post(f"/operations/{operation.pk}/again/").status_code == 409
    Operation.objects.filter(pk=fresh.pk).update(state="done", ended_at=timezone.now())
    assert not offers_again(text(client, "/operations/"), operation)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "done"},
        {"state": "running"},
        {"verb": "start"},  # it runs already
        {"verb": "terminal"},
        {"pod": None},
    ],
)
def test_what_makes_no_sense_is_not_offered_and_refused(web: Pod, alice: User, values: dict[str, Any]) -> None:
    operation = failed(alice, web, **values)
    client = browser(alice)
    for path in ("/operations/", f"/operations/{operation.pk}/", f"/pods/{web.pk}/"):
        assert not offers_again(text(client, path), operation)
    for answer in (client.get(f"/operations/{operation.pk}/again/"), client.post(f"/operations/{operation.pk}/again/")):
        assert answer.status_code == 409
    assert Operation.objects.count() == 1


def test_a_removed_pods_operation_is_not_tried_again(web: Pod, alice: User) -> None:
    operation = failed(alice, web)
    bring_online("alpha")
    assert not offers_again(text(browser(alice), "/operations/"), operation)
    assert browser(alice).post(f"/operations/{operation.pk}/again/").status_code == 409


def test_while_something_is_open_on_the_pod_nothing_is_tried_again(web: Pod, alice: User) -> None:
    operation = failed(alice, web)
    other = make_operation(alice, web, verb="restart", asked_at=operation.asked_at - timedelta(minutes=1))
    assert not offers_again(text(browser(alice), "/operations/"), operation)
    other.verb = "terminal"  # which keeps nobody from acting
    other.save()
    assert offers_again(text(browser(alice), "/operations/"), operation)


def test_a_viewer_is_offered_nothing_and_may_not(web: Pod, alice: User, victor: User) -> None:
    operation = failed(alice, web)
    assert not offers_again(text(browser(victor), "/operations/"), operation)
    assert browser(victor).get(f"/operations/{operation.pk}/again/").status_code == 403
    assert browser(victor).post(f"/operations/{operation.pk}/again/").status_code == 403
    spec = plain(PodSpec(name="web", labels={"token": SECRET}))
    made = failed(alice, web, verb="create", arguments={"spec": spec, "start": True})
    assert "?again=" not in text(browser(victor), "/operations/")
    assert browser(victor).get(f"/hosts/alpha/pods/new/?again={made.pk}").status_code == 403


@pytest.mark.parametrize("verb", ["remove", "kill"])
def test_what_loses_something_is_asked_first(web: Pod, alice: User, verb: str) -> None:
    operation = failed(alice, web, verb=verb, arguments={"force": True} if verb == "remove" else {"signal": "SIGHUP"})
    client = browser(alice)
    path = f"/operations/{operation.pk}/again/"
    assert f'href="{path}"' in text(client, "/operations/")
    assert f'action="{path}"' not in text(client, "/operations/")
    question = text(client, path)
    assert f'action="{path}"' in question
    assert "app" in question
    assert ("What runs is stopped first" if verb == "remove" else "SIGHUP") in question


def test_where_systemd_would_act_back_it_is_asked_first(web: Pod, alice: User) -> None:
    Pod.objects.update(systemd_unit="pod-web.service")
    operation = failed(alice, web)
    assert f'action="/operations/{operation.pk}/again/"' not in text(browser(alice), "/operations/")
    assert "systemd will act back" in text(browser(alice), f"/operations/{operation.pk}/again/")


def test_a_pod_that_was_not_made_is_tried_again_by_its_form(web: Pod, alice: User) -> None:
    spec = plain(PodSpec(name="other", hostname="inside", labels={"tier": "front"}))
    operation = failed(alice, web, verb="create", pod=None, pod_name="other", arguments={"spec": spec, "start": False})
    client = browser(alice)
    path = f"/hosts/alpha/pods/new/?again={operation.pk}"
    assert f'href="{path}"' in text(client, "/operations/")
    form = text(client, path)
    assert 'value="other"' in form
    assert 'value="inside"' in form
    assert "tier=front" in form
    assert client.post(f"/operations/{operation.pk}/again/").status_code == 409


def test_a_container_that_was_not_added_is_tried_again_by_its_form(web: Pod, alice: User) -> None:
    spec = plain(ContainerSpec(image="example/tool:2", name="tool"))
    operation = failed(alice, web, verb="add_container", arguments={"spec": spec, "start": True})
    path = f"/pods/{web.pk}/containers/new/?again={operation.pk}"
    assert f'href="{path}"' in text(browser(alice), "/operations/")
    assert "example/tool:2" in text(browser(alice), path)


@pytest.mark.parametrize("word", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_form_of_no_such_operation_is_404(web: Pod, alice: User, word: str) -> None:
    text(browser(alice), f"/hosts/alpha/pods/new/?again={word}", 404)
    text(browser(alice), f"/pods/{web.pk}/containers/new/?again={word}", 404)


def test_the_pages_take_as_many_queries_for_2_operations_as_for_40(web: Pod, alice: User) -> None:
    client = browser(alice)
    group = uuid.uuid4()
    seen = []
    for count in (2, 38):
        names = [f"pod{count}-{number}" for number in range(count)]
        containers = tuple(one for name in names for one in members(name, "app"))
        bring_online("alpha", *(pod(name) for name in names), containers=containers)
        for one in Pod.objects.filter(name__in=names):
            failed(alice, one)
            failed(alice, one, group=group)
        counts = []
        for path in ("/operations/", f"/operations/groups/{group}/", "/operations/?state=failed&by=alice"):
            with CaptureQueriesContext(connection) as queries:
                text(client, path)
            counts.append(len(queries))
        seen.append(counts)
    assert seen[0] == seen[1]


def test_arguments_are_shown_as_json(web: Pod, alice: User) -> None:
    operation = failed(alice, web, verb="kill", arguments={"signal": "SIGHUP"})
    page = text(browser(alice), f"/operations/{operation.pk}/")
    found = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert found
    assert json.loads(found[1].replace("&quot;", '"')) == {"signal": "SIGHUP"}
