"""``?wait=`` holds the answer until the operation ended, holds nobody else up, and keeps no connection meanwhile."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connection
from knox.models import AuthToken

from pods.control.operations import operation_ended
from pods.messages.operations import OperationEnded
from pods.messages.questions import Answer, Question
from pods.models import Host, Operation, Pod
from tests.browser.server import running_server
from tests.builders import BOOT, bring_online, engine_id, members, pod, snapshot
from tests.dispatch.hosts import answering
from tests.web.api.people import get, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def end_soon(outcome: str = "done", **values: object) -> threading.Thread:
    """End the next operation that is asked for, as its host does."""

    def work() -> None:
        try:
            until = time.monotonic() + 20
            while (operation := Operation.objects.filter(state="asked").first()) is None:
                assert time.monotonic() < until
                time.sleep(0.02)
            facts = {"id": str(operation.pk), "host": "alpha", "boot": BOOT, "at": time.time(), "outcome": outcome}
            operation_ended(OperationEnded(**(facts | values)))  # type: ignore[arg-type]
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_an_operation_that_ends_in_time_is_answered_with_its_end(web: Pod, alice: User) -> None:
    thread = end_soon()
    answer = post(alice, f"/pods/{web.pk}/stop/?wait=20")
    thread.join()
    assert (answer.status_code, answer.json()["state"]) == (200, "done")


def test_a_failure_is_an_end_too(web: Pod, alice: User) -> None:
    thread = end_soon("failed", code="engine_refused", message="No.", engine="its words")
    answer = post(alice, f"/pods/{web.pk}/stop/?wait=20")
    thread.join()
    assert (answer.status_code, answer.json()["state"], answer.json()["engine"]) == (200, "failed", "its words")


def test_a_pod_that_was_made_is_201_with_its_address(web: Pod, alice: User) -> None:
    seen = snapshot(pod("fresh"), complete=False, pod_ids=(engine_id("fresh"),))
    thread = end_soon(snapshot=seen, result={"pod_id": engine_id("fresh")})
    answer = post(alice, "/pods/?wait=20", {"host": "alpha", "name": "fresh"})
    thread.join()
    assert answer.status_code == 201, answer.json()
    assert answer["Location"].endswith(f"/api/v1/pods/{Pod.objects.get(name='fresh').pk}/")


def test_what_does_not_end_in_time_is_202(web: Pod, alice: User) -> None:
    begun = time.monotonic()
    answer = post(alice, f"/pods/{web.pk}/stop/?wait=0.3")
    assert time.monotonic() - begun >= 0.3
    assert (answer.status_code, answer.json()["state"]) == (202, "asked")
    where = f"/operations/{answer.json()['id']}/"
    assert get(alice, f"{where}?wait=0.1").json()["state"] == "asked"
    thread = end_soon()
    assert get(alice, f"{where}?wait=20").json()["state"] == "done"
    thread.join()
    assert get(alice, f"{where}?wait=99").json()["field"] == "wait"


@pytest.fixture
def api(alice: User) -> Iterator[httpx.Client]:
    """The real application under its real server, asked over HTTP."""
    _, token = AuthToken.objects.create(alice)
    with (
        running_server() as url,
        httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Token {token}"}, timeout=30) as client,
    ):
        yield client


def test_those_who_wait_hold_nobody_up(web: Pod, api: httpx.Client) -> None:
    names = [f"pod{n}" for n in range(30)]
    bring_online("alpha", *(pod(name) for name in names), containers=tuple(c for n in names for c in members(n)))
    keys = list(Pod.objects.filter(removed_at=None).values_list("pk", flat=True))
    with ThreadPoolExecutor(len(keys)) as pool:
        # More than the pool of connections has, where there is one.
        waiting = [pool.submit(api.post, f"/pods/{key}/stop/?wait=3", json={}) for key in keys]
        time.sleep(1)
        answered = api.get("/pods/?fields=id")
        assert answered.status_code == 200
        assert not all(one.done() for one in waiting)
        assert {one.result().status_code for one in waiting} == {202}


def test_questions_are_answered_under_the_real_server_many_at_once(web: Pod, api: httpx.Client) -> None:
    def reply(question: Question) -> Answer:
        return Answer(id=question.id, result={"yaml": question.id}, at=1.0)

    with answering("alpha", reply) as asked, ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: api.get(f"/pods/{web.pk}/kube/"), range(30)))
    assert {answer.status_code for answer in answers} == {200}
    # Each got its own answer.
    assert {answer.json()["yaml"] for answer in answers} == {one.id for one in asked}
    assert len(asked) == 30
