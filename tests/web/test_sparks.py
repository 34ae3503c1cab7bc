"""What the small lines in the list begin with: the last minutes, as history keeps them."""

import time

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pods.control.history import take_samples
from pods.models import Host, Pod
from tests.builders import bring_online, pod
from tests.control.test_history import samples
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db


def answer(client: Client, *pods: Pod) -> dict[str, list[list[float | None]]]:
    found = client.get(f"/fragments/sparks/?ids={','.join(str(one.pk) for one in pods)}")
    assert found.status_code == 200
    body = found.json()
    assert body["step"] == 10
    return dict(body["pods"])


def test_the_last_minutes_of_each_pod_by_name_or_unit(host: Host, victor: User) -> None:
    bring_online("alpha", pod("web"), pod("renamed"), pod("quiet"))
    Pod.objects.filter(name="renamed").update(systemd_unit="db.service")
    now = int(time.time()) // 10 * 10
    take_samples(samples(now - 600, {"web": 1.0}))
    take_samples(samples(now - 20, {"web": 25.0}))
    take_samples(samples(now - 10, {"web": 50.0}))
    take_samples(samples(now - 10, {"db": 5.0}, unit="db.service"))
    web, renamed, quiet = (Pod.objects.get(name=name) for name in ("web", "renamed", "quiet"))
    found = answer(browser(victor), web, renamed, quiet)
    assert [(at, cpu) for at, cpu, _ in found[str(web.pk)]] == [(now - 20, 25.0), (now - 10, 50.0)]
    assert [(at, cpu) for at, cpu, _ in found[str(renamed.pk)]] == [(now - 10, 5.0)]
    assert str(quiet.pk) not in found


def test_the_number_of_queries_does_not_depend_on_how_many_pods(host: Host, victor: User) -> None:
    client = browser(victor)
    counts = []
    for number in (3, 90):
        bring_online("alpha", *(pod(f"p{n}") for n in range(number)))
        take_samples(samples(int(time.time()) // 10 * 10 - 10, {f"p{n}": 1.0 for n in range(number)}))
        with CaptureQueriesContext(connection) as seen:
            found = answer(client, *Pod.objects.all())
        assert len(found) == number
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_it_is_for_those_who_may_see_the_pods(host: Host, victor: User, mallory: User) -> None:
    bring_online("alpha", pod("web"))
    key = Pod.objects.get().pk
    text(browser(mallory), f"/fragments/sparks/?ids={key}", 403)
    assert Client().get(f"/fragments/sparks/?ids={key}").status_code == 302
    text(browser(victor), "/fragments/sparks/?ids=x", 400)
    text(browser(victor), "/fragments/sparks/", 400)
