"""Bodies as clients really send them, on the real server."""

from collections.abc import Iterator

import httpx
import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from pods.models import Host, Operation, Pod
from tests.browser.server import running_server
from tests.builders import bring_online, members, pod

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(host: Host, alice: User) -> Iterator[httpx.Client]:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    _, token = AuthToken.objects.create(alice)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    with running_server() as url, httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=20) as client:
        yield client


def in_pieces(*pieces: bytes) -> Iterator[bytes]:
    yield from pieces


def test_a_body_without_a_length_is_heard(api: httpx.Client) -> None:
    path = f"/pods/{Pod.objects.get().pk}/stop/"
    refused = api.post(path, content=in_pieces(b'{"timeout"', b': "soon"}'))
    assert (refused.status_code, refused.json()["field"]) == (400, "timeout")
    assert api.post(path, content=in_pieces(b'{"timeout"', b": 7}")).status_code == 202
    assert Operation.objects.get().arguments == {"timeout": 7}


@pytest.mark.parametrize("pieces", [True, False])
def test_a_body_that_is_too_large_is_refused_and_nothing_is_asked(api: httpx.Client, pieces: bool) -> None:
    large = b'{"timeout": 7, "x": "' + b"y" * 70_000 + b'"}'
    answer = api.post(f"/pods/{Pod.objects.get().pk}/stop/", content=in_pieces(large) if pieces else large)
    assert (answer.status_code, answer.json()["field"]) == (400, "body")
    assert not Operation.objects.exists()
