"""A pod's page: every answer, asked for and in force; its containers; what is wrong with it."""

import html
import re

import msgspec
import pytest
from django.contrib.auth.models import User

from pods.domain.accessors import accessors
from pods.messages import plain
from pods.messages.facts import KernelLimits, PortMapping
from pods.messages.specs import PodSpec, Resources
from pods.models import Host, Pod
from pods.web.pages.answers import ELSEWHERE, GROUPS
from tests.builders import bring_online, container, engine_id, members, pod
from tests.control.operations import make_operation
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db
SECRET = "hunter2-Hunter2"


@pytest.fixture
def web(host: Host) -> Pod:
    env = ("MODE=x", f"DB_PASSWORD={SECRET}")
    app = container("web", "app", command=("serve", "--password", SECRET), env=env, init="")
    bring_online(
        "alpha",
        pod(
            "web",
            create_command=("podman", "pod", "create", "-e", f"TOKEN={SECRET}"),
            kernel_limits=KernelLimits(path="/x", memory=512 << 20, missing={"cpu_quota": "There is no such file."}),
            stale_network=(engine_id("web/app"),),
        ),
        containers=(*members("web"), app, container("web", "setup", init="once")),
    )
    Pod.objects.update(spec_json=plain(PodSpec(name="web", resources=Resources(memory=256 << 20))))
    return Pod.objects.get()


def line(page: str, label: str) -> str:
    found = re.search(rf'<tr class="([^"]*)">\s*<th scope="row"[^>]*>{label}</th>(.*?)</tr>', page, re.DOTALL)
    assert found, label
    return found[1].strip() + " " + " ".join(re.sub(r"<[^>]+>", " ", found[2]).split())


def test_the_page_has_every_answer_of_the_contract(web: Pod, alice: User) -> None:
    known = {name for group in GROUPS.values() for name in group} | ELSEWHERE
    assert {one.name for one in accessors(web, reveal=True)} <= known
    page = text(browser(alice), f"/pods/{web.pk}/")
    for group in GROUPS.values():
        for label in group.values():
            assert line(page, html.escape(label))


def infra_of(page: str) -> str:
    found = re.search(r'<div class="infra-role">(.*?)</div>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(found[1])).split())


def test_the_infra_container_is_explained(host: Host, alice: User) -> None:
    ports = (PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),)
    facts = pod("web")
    assert facts.infra is not None
    facts = msgspec.structs.replace(facts, infra=msgspec.structs.replace(facts.infra, port_bindings=ports))
    bring_online("alpha", facts, containers=members("web", "app"))
    path = f"/pods/{Pod.objects.get().pk}/"
    said = infra_of(text(browser(alice), path))
    assert "its command only waits" in said
    assert (
        "what the pod's containers share: the network with its addresses and ports, shared memory and semaphores (IPC)"
        " and the hostname (UTS)"
    ) in said
    assert "running since" in said
    assert "process 100 on the host" in said
    assert "Published ports: *:8080→80/tcp" in said
    dead = container("web", "infra", is_infra=True, state="exited", pid=None, exit_code=137, exited_at="1800000000")
    bring_online("alpha", pod("web", state="Degraded"), containers=(dead, container("web", "app")))
    said = infra_of(text(browser(alice), path))
    assert said.count("exited") == 1
    assert "exit code 137" in said


def test_a_pod_without_an_infra_container_says_why(host: Host, alice: User) -> None:
    alone = {"infra": None, "infra_container_id": "", "has_infra_container": False}
    bring_online("alpha", pod("web", shared_namespaces=(), **alone), containers=(container("web", "app"),))
    path = f"/pods/{Pod.objects.get().pk}/"
    assert infra_of(text(browser(alice), path)).startswith("There is none: the pod was made without")
    bring_online("alpha", pod("web", **alone), containers=(container("web", "app"),))
    assert infra_of(text(browser(alice), path)).endswith("It is not there.")
    bring_online("alpha", pod("web", shared_namespaces=()), containers=members("web", "app"))
    assert "but they share nothing" in infra_of(text(browser(alice), path))


def test_what_was_asked_for_stands_beside_what_is_in_force_with_where_it_is_known_from(web: Pod, alice: User) -> None:
    page = text(browser(alice), f"/pods/{web.pk}/")
    memory = line(page, "Memory")
    assert memory == "differs 256.0 MiB podweb's request differs 512.0 MiB kernel".replace("podweb's", "podweb&#x27;s")
    assert line(page, "CPU quota") == "unasked \N{EN DASH} unknown There is no such file."
    assert "engine inspect" in line(page, "Cgroup parent")


def test_containers_are_shown_with_what_makes_them(web: Pod, alice: User) -> None:
    page = text(browser(alice), f"/pods/{web.pk}/")
    assert "2 variables" in page
    assert re.search(r'data-label="Init">\s*once', page)
    assert f"/pods/{web.pk}/containers/new/" in page


def test_secrets_are_hidden_from_who_may_not_see_them(web: Pod, alice: User, victor: User) -> None:
    make_operation(
        alice, web, verb="create", state="done", arguments={"spec": {"name": "web", "labels": {"token": SECRET}}}
    )
    for path in (f"/pods/{web.pk}/", "/operations/"):
        hidden = text(browser(victor), path)
        assert SECRET not in hidden
        assert "••••••" in hidden
        assert SECRET in text(browser(alice), path)


def test_a_container_in_an_old_network_is_an_alert_that_offers_a_restart(web: Pod, alice: User, victor: User) -> None:
    page = text(browser(alice), f"/pods/{web.pk}/")
    assert "app has lost the pod" in page
    assert f'action="/pods/{web.pk}/restart/"' in page.partition("pods detail")[0]
    assert "app has lost the pod" in text(browser(victor), f"/pods/{web.pk}/")
    assert "/restart/" not in text(browser(victor), f"/pods/{web.pk}/")


def test_an_infra_container_that_was_asked_for_and_is_missing_is_an_alert(host: Host, alice: User) -> None:
    bring_online("alpha", pod("half", has_infra_container=False, infra_container_id="", infra=None, state="Created"))
    half = Pod.objects.get()
    page = text(browser(alice), f"/pods/{half.pk}/")
    assert "The infra container was asked for and is not there" in page
    assert f"?clone={half.pk}&amp;name=half" in page


@pytest.mark.parametrize("verb", ["stop", "kill", "remove", "restart", "pause"])
def test_acting_on_what_systemd_manages_warns_that_systemd_will_act_back(web: Pod, alice: User, verb: str) -> None:
    Pod.objects.update(systemd_unit="pod-web.service")
    page = text(browser(alice), "/")
    assert "systemd: pod-web.service" in page
    assert f'hx-get="/pods/{web.pk}/{verb}/"' in page
    assert f'hx-post="/pods/{web.pk}/{verb}/"' not in page
    asked = text(browser(alice), f"/pods/{web.pk}/{verb}/")
    assert "systemd will act back: pod-web.service" in asked
    assert ("ends every process" in asked) == (verb == "kill")


def test_a_pod_of_nobody_else_is_stopped_without_a_question(web: Pod, alice: User) -> None:
    assert f'hx-post="/pods/{web.pk}/stop/"' in text(browser(alice), "/")
