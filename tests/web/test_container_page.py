"""A container's page: what it is, how it does, why it ended, and what the host says of its health."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pods.domain.health import health_of
from pods.messages.facts import PortMapping
from pods.messages.questions import Answer, Question
from pods.models import Container, Event, Host
from pods.web.pages.containers import address_of, port_of
from tests.builders import bring_online, container, members, pod
from tests.dispatch.hosts import answering
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db
SECRET = "hunter2-Hunter2"


def inspected(**state: Any) -> dict[str, Any]:
    """Return what the engine's inspect says, as far as the page reads it."""
    log = [
        {"Start": "2026-11-25T10:00:00.123456789+01:00", "End": "2026-11-25T10:00:01.623456789+01:00", "ExitCode": 0},
        {"Start": "odd", "End": "", "ExitCode": 1, "Output": f"refused: password={SECRET}\n"},
    ]
    check = {"Test": ["CMD-SHELL", f"ask --token {SECRET}"], "Interval": 30_000_000_000, "Timeout": 0, "Retries": 3}
    health = {"Status": "unhealthy", "FailingStreak": 2, "Log": log}
    return {"State": {"Health": health, **state}, "Config": {"Healthcheck": check}}


def says(raw: Any) -> Any:
    """Return a host's reply: the container's inspect is ``raw``."""

    def reply(question: Question) -> Answer:
        result = {"pod": {}, "containers": {question.arguments["container"]: raw}, "left_out": []}
        return Answer(id=question.id, result=result, at=1_800_000_000.0)

    return reply


@pytest.fixture
def app(host: Host) -> Container:
    one = container(
        "web",
        "app",
        command=("serve", "--password", SECRET),
        create_command=("podman", "create", "-e", f"TOKEN={SECRET}", "app"),
        env=(f"DB_PASSWORD={SECRET}", "MODE=x"),
        labels={"tier": "front", "api_token": SECRET},
        ports=(PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),),
        mounts=("/srv", "data:/var/lib/data"),
        restarts=4,
        init="",
    )
    bring_online("alpha", pod("web"), containers=(*members("web"), one))
    return Container.objects.get(name="app")


def test_the_page_says_what_the_container_is(app: Container, alice: User) -> None:
    with answering("alpha", says(inspected())):
        page = text(browser(alice), f"/containers/{app.pk}/")
    for word in ("example/image:1", "DB_PASSWORD", "tier=front", "data:/var/lib/data", ">4<", app.engine_id):
        assert word in page
    assert 'href="http://alpha:8080"' in page
    for path in (f"/pods/{app.pod_id}/", f"/pods/{app.pod_id}/logs/", f"/containers/{app.pk}/terminal/"):
        assert f'href="{path}"' in page


def test_health_and_its_log_come_from_the_engine(app: Container, alice: User) -> None:
    with answering("alpha", says(inspected())) as asked:
        page = text(browser(alice), f"/containers/{app.pk}/")
    assert [one.arguments for one in asked] == [{"container": app.engine_id}]
    assert "unhealthy" in page
    assert "failed 2 times in a row" in page
    assert "every 30 s" in page
    assert "1.50 s" in page
    assert "the engine's time could not be read" in page


def test_secrets_are_hidden_from_who_may_not_see_them(app: Container, alice: User, victor: User) -> None:
    with answering("alpha", says(inspected())):
        hidden = text(browser(victor), f"/containers/{app.pk}/")
        shown = text(browser(alice), f"/containers/{app.pk}/")
    assert SECRET not in hidden
    assert "What looks like a secret is hidden." in hidden
    # Command, create command, variable, label, check, and what the check said.
    assert shown.count(SECRET) == 6
    assert "/terminal/" not in hidden


def test_no_check_is_said_to_be_none(app: Container, alice: User) -> None:
    with answering("alpha", says({"State": {}, "Config": {}})):
        assert "The container has none." in text(browser(alice), f"/containers/{app.pk}/")


@pytest.mark.parametrize("raw", [{"State": {}, "Config": {"Healthcheck": {"Test": [1]}}}, None, {}])
def test_an_answer_that_cannot_be_read_is_unknown(app: Container, alice: User, raw: Any) -> None:
    with answering("alpha", says(raw)):
        assert "answer about the container could not be read" in text(browser(alice), f"/containers/{app.pk}/")


def test_a_host_that_does_not_answer_leaves_health_unknown_and_shows_what_was_seen(app: Container, alice: User) -> None:
    Host.objects.update(silent=True)
    page = text(browser(alice), f"/containers/{app.pk}/")
    assert "example/image:1" in page
    assert '<span class="unknown">unknown</span> The host worker of Alpha does not answer' in page


def test_a_removed_container_stays_readable(app: Container, alice: User) -> None:
    bring_online("alpha", pod("web"), containers=members("web"))
    page = text(browser(alice), f"/containers/{app.pk}/")
    assert "This container was removed" in page
    assert "example/image:1" in page
    assert "/terminal/" not in page
    assert "Read again" not in page


def test_an_end_by_the_kernel_is_out_of_memory(app: Container, alice: User) -> None:
    now = timezone.now()
    Container.objects.filter(pk=app.pk).update(state="exited", exit_code=137, exited_at=now, pid=None)
    Event.objects.create(
        host=app.pod.host,
        key="x",
        at=now - timedelta(seconds=1),
        kind="oom",
        pod_engine_id=app.pod.engine_id,
        pod_name="web",
        container="app",
        container_engine_id=app.engine_id,
        details={"process": "java", "pid": 7, "limit": "container"},
    )
    Host.objects.update(silent=True)
    page = text(browser(alice), f"/containers/{app.pk}/")
    assert "exited with exit code 137. Out of memory: the kernel killed java" in page


def test_what_is_not_there_or_not_yours(app: Container, mallory: User, alice: User) -> None:
    assert "no role" in text(browser(mallory), f"/containers/{app.pk}/", 403)
    text(browser(alice), "/containers/987654/", 404)
    assert Client().get(f"/containers/{app.pk}/").status_code == 302


def test_the_page_takes_as_many_queries_among_60_containers_as_among_2(host: Host, alice: User) -> None:
    client = browser(alice)
    seen = []
    for count in (1, 60):
        names = [f"c{number}" for number in range(count)]
        bring_online("alpha", pod("web"), containers=members("web", *names))
        one = Container.objects.get(name="c0")
        with answering("alpha", says(inspected())), CaptureQueriesContext(connection) as queries:
            text(client, f"/containers/{one.pk}/")
        seen.append(len(queries))
    assert seen[0] == seen[1]


def test_container_rows_lead_to_the_page(app: Container, alice: User) -> None:
    for path in (f"/?open={app.pod_id}", f"/pods/{app.pod_id}/"):
        assert f'href="/containers/{app.pk}/"' in text(browser(alice), path)


@pytest.mark.parametrize(
    ("slug", "ip", "here", "found"),
    [
        ("local", "", "podweb.example:8000", "podweb.example"),
        ("local", "0.0.0.0", "podweb.example", "podweb.example"),
        ("local", "127.0.0.1", "localhost:8000", "localhost"),
        ("local", "127.0.0.1", "podweb.example", ""),
        ("local", "::", "[fe80::1]:8000", "[fe80::1]"),
        ("other", "10.1.2.3", "podweb.example", "10.1.2.3"),
        ("other", "fd00::1", "podweb.example", "[fd00::1]"),
        ("other", "127.0.0.1", "localhost", ""),
        ("other", "", "localhost", ""),
    ],
)
def test_where_a_port_is_found(slug: str, ip: str, here: str, found: str) -> None:
    name, note = address_of(Host(slug=slug, name="H"), ip, here)
    assert name == found
    assert bool(note) == (found == "")


def test_only_published_tcp_ports_are_links() -> None:
    host = Host(slug="local", name="H")
    udp = PortMapping(host_ip="", host_port=53, container_port=53, protocol="udp")
    assert port_of(udp, host, "here").link == ""
    several = PortMapping(host_ip="", host_port=8000, container_port=443, protocol="tcp", range=3)
    assert (port_of(several, host, "here").text, port_of(several, host, "here").link) == (
        "*:8000-8002→443-445/tcp",
        "https://here:8000",
    )


def test_a_disabled_check_is_none() -> None:
    raw = {"State": {"Health": {"Status": "", "Log": None}}, "Config": {"Healthcheck": {"Test": ["NONE"]}}}
    assert health_of(raw, reveal=True) is None


def test_checks_are_newest_first() -> None:
    found = health_of(inspected(), reveal=True)
    assert found is not None
    assert [one.exit_code for one in found.checks] == [1, 0]
    assert found.timeout is None
