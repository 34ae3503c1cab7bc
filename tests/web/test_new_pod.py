"""The page of a new pod, as a form that needs no scripts; cloning."""

import html
import re
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client

from pods.domain.specs.options import POD_OPTIONS
from pods.messages import plain
from pods.messages.facts import PortMapping
from pods.messages.specs import IdMap, Mount, NetworkAttachment, PodSpec, Resources
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, pod
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db
NEW = "/hosts/alpha/pods/new/"
PREVIEW = "/hosts/alpha/pods/preview/"
# What the form sends when nobody touched it.
UNTOUCHED = {"infra": "on", "share_parent": "on", "start": "on"}


@pytest.fixture
def online(host: Host) -> Host:
    bring_online("alpha", pod("web"))
    Host.objects.update(
        resources_json={
            "host": "alpha", "boot": "b", "epoch": 1, "sequence": 1, "at": 1.0,
            "networks": [{"name": "podman", "driver": "bridge", "default": True, "subnets": ["10.88.0.0/16"]},
                         {"name": "front", "driver": "bridge", "subnets": ["10.89.0.0/24"]}],
            "volumes": ["data"], "images": ["example/image:1"], "cpus": "0-1", "devices": ["/dev/sda"],
            "ports": [{"host_ip": "", "port": 8080, "protocol": "tcp", "by": "web"}],
        }
    )  # fmt: skip
    return Host.objects.get()


def send(user: User, path: str = NEW, **fields: str) -> Any:
    return browser(user).post(path, UNTOUCHED | {name.replace("__", "."): value for name, value in fields.items()})


def asked_spec() -> PodSpec:
    return msgspec.convert(Operation.objects.get().arguments["spec"], PodSpec)


def test_the_form_has_every_option(online: Host, alice: User) -> None:
    page = text(browser(alice), NEW)
    for option in POD_OPTIONS:
        assert f'name="{option.field}"' in page, option.field
        assert html.escape(option.label) in page


def test_a_name_is_enough(online: Host, alice: User) -> None:
    answer = send(alice, name="shop")
    assert (answer.status_code, answer["Location"]) == (302, "/?host=alpha")
    operation = Operation.objects.get()
    assert (operation.verb, operation.pod_name, operation.arguments["start"]) == ("create", "shop", True)
    assert asked_spec() == PodSpec(name="shop")
    assert "shop: Creating" in text(browser(alice), "/?host=alpha")


def test_every_kind_of_field_reaches_the_spec(online: Host, alice: User) -> None:
    answer = send(
        alice,
        name="shop",
        labels="app=shop\r\ntier=front end",
        ports="127.0.0.1:9000-9001:80-81/tcp\n53/udp",
        mounts="data:/data:ro\n/srv:/srv:z",
        networks="front:ip=10.89.0.7,mac=92:d0:c6:0a:29:33,alias=db",
        resources__cpus="1.5",
        resources__memory="512m",
        infra_command="/pause --quiet",
        share="chosen",
        **{"share.of": "net"},
        no_manage_hosts="on",
    )
    assert answer.status_code == 302, answer.content.decode()
    spec = asked_spec()
    assert spec.labels == {"app": "shop", "tier": "front end"}
    assert spec.ports[0] == PortMapping(host_ip="127.0.0.1", host_port=9000, container_port=80, protocol="tcp", range=2)
    assert spec.ports[1].host_port == 0
    assert spec.mounts[0] == Mount(type="volume", source="data", destination="/data", options=("ro",))
    assert spec.networks[0].static_ips == ("10.89.0.7",)
    assert (spec.resources.cpu_quota, spec.resources.memory) == (150_000, 512 << 20)
    assert (spec.infra_command, spec.share, spec.no_manage_hosts) == (("/pause", "--quiet"), ("net",), True)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(online: Host, alice: User) -> None:
    answer = send(alice, name="bad name", hostname="fine", ports="8080:80\nnonsense", resources__memory="lots")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert not Operation.objects.exists()
    assert 'value="bad name"' in page
    assert "8080:80\nnonsense" in page
    for field in ("name", "ports", "resources.memory"):
        assert f'href="#f-{field}"' in page
        assert re.search(rf'id="f-{re.escape(field)}"[^>]*aria-invalid="true"', page), field
        assert re.search(rf'id="e-{re.escape(field)}">', page), field
    assert 'id="e-hostname" hidden' in page
    assert "3 things to mend" in page
    assert "No. 2" in page


def test_a_port_that_is_taken_is_409(online: Host, alice: User) -> None:
    answer = send(alice, name="shop", ports="8080:80")
    assert answer.status_code == 409
    assert "taken by web" in answer.content.decode()


def test_what_the_engine_would_ignore_cannot_be_filled_in(online: Host, alice: User) -> None:
    page = text(browser(alice), NEW)
    assert re.search(r'id="f-restart_policy" name="restart_policy" disabled', page)
    assert "Needs Podman 4.6." in page
    assert re.search(r'<option value="pasta" disabled>pasta \(needs Podman 4.4\)', page)


def test_a_host_that_does_not_answer_keeps_the_form(online: Host, alice: User) -> None:
    Host.objects.update(silent=True)
    assert "does not answer now" in text(browser(alice), NEW)
    answer = send(alice, name="shop", hostname="kept")
    assert answer.status_code == 503
    assert 'value="kept"' in answer.content.decode()
    assert not Operation.objects.exists()


def test_the_preview_says_the_same_in_other_words(online: Host, alice: User) -> None:
    answer = send(alice, PREVIEW, name="shop", ports="9000:80").json()
    assert answer["texts"]["command"] == "podman pod create --name shop --publish 9000:80"
    assert "kind: Pod" in answer["texts"]["kube"]
    assert "[Pod]" in answer["texts"]["quadlet"]
    assert (answer["problems"], answer["left_out"]) == ([], [])
    assert not Operation.objects.exists()


def test_the_preview_leaves_out_what_is_wrong_and_says_so(online: Host, alice: User) -> None:
    answer = send(alice, PREVIEW, ports="9000:80\nx", resources__memory="64m").json()
    assert answer["texts"]["command"].startswith("podman pod create --name NAME ")
    assert "64m" in answer["texts"]["command"]
    assert answer["left_out"] == ["Ports"]
    assert ("ports", 1) in [(one["field"], one["line"]) for one in answer["problems"]]


def test_without_scripts_the_preview_has_a_button(online: Host, alice: User) -> None:
    answer = send(alice, name="shop", ports="9000:80", preview="on")
    assert answer.status_code == 200
    assert "--publish 9000:80" in answer.content.decode()
    assert not Operation.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("get", NEW), ("post", NEW), ("post", PREVIEW)])
def test_only_who_may_create_gets_the_form(online: Host, victor: User, mallory: User, method: str, path: str) -> None:
    assert getattr(browser(victor), method)(path).status_code == 403
    assert getattr(browser(mallory), method)(path).status_code == 403
    assert getattr(Client(), method)(path).status_code == 302
    assert not Operation.objects.exists()


def test_a_host_that_is_not_there_is_404(online: Host, alice: User) -> None:
    assert browser(alice).get("/hosts/nowhere/pods/new/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "\0"},
        {"name": "x", "labels": "\0=\0"},
        {"name": "x", "labels": '"unfinished'},
        {"name": "x" * 30_000},
        {"name": "x", "mounts": "type=tmpfs,=,,destination"},
        {"name": "x", "share": "nonsense"},
        {"name": "x", "ports": "\u0663:80"},
        {"name": "x", "resources__cpus": "NaN"},
        {"name": "x", "infra_command": "'"},
        {"name": "x", "labels": "\n".join(f"a{n}=b" for n in range(1000))},
        {"name": "\ud83e"},
    ],
)
def test_nonsense_is_400(online: Host, alice: User, fields: dict[str, str]) -> None:
    fields = {name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for name, value in fields.items()}
    assert send(alice, **fields).status_code == 400
    assert send(alice, PREVIEW, **fields).status_code == 200
    assert not Operation.objects.exists()


def test_a_clone_starts_from_the_pods_spec_and_says_what_it_would_clash_with(online: Host, alice: User) -> None:
    spec = PodSpec(
        name="web",
        labels={"app": "shop", "note": "two\nlines", "q": '"quoted"'},
        ports=(PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp"),),
        networks=(NetworkAttachment(name="front", static_ips=("10.89.0.7",), aliases=("a", "b")),),
        mounts=(Mount(type="volume", source="data", destination="/data", options=("ro", "z")),),
        uid_maps=(IdMap(container_id=0, host_id=100_000, size=65_536),),
        resources=Resources(cpu_period=100_000, cpu_quota=123_457, memory=512 << 20, memory_swap=-1),
        share=("net",),
        infra_command=("/pause", "with blank"),
        no_manage_hosts=True,
    )
    Pod.objects.update(spec_json=plain(spec))
    page = text(browser(alice), f"{NEW}?clone={Pod.objects.get().pk}")
    assert "Clone web" in page
    assert "taken by web" in page
    assert "10.89.0.7 belongs to the pod web" in page
    sent = UNTOUCHED | typed(page) | {"ports": "9000:80", "networks": "front:alias=a,alias=b"}
    answer = browser(alice).post(NEW, sent)
    assert answer.status_code == 302, answer.content.decode()
    asked = asked_spec()
    expected = msgspec.structs.replace(
        spec, name=asked.name, ports=(msgspec.structs.replace(spec.ports[0], host_port=9000),), network_mode="bridge",
        networks=(NetworkAttachment(name="front", aliases=("a", "b")),),
    )  # fmt: skip
    assert asked == expected
    assert asked.name != "web"


def typed(page: str) -> dict[str, Any]:
    """Return what a browser would send of the page's form."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input id="[^"]*" name="([^"]+)" value="([^"]*)"', page):
        found[name] = html.unescape(value)
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        found[name] = html.unescape(value)
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'type="checkbox" id="[^"]*" name="([^"]+)" value="([^"]*)" checked', page):
        found.setdefault(name, []).append(value)
    for name in ("restart_policy", "restart_tries", "ipc", "shm_size_systemd", "hosts_file"):
        found.pop(name, None)  # disabled
    return found


@pytest.mark.parametrize("key", ["999", "x", "", "٣", "-1", "9" * 40])
def test_a_clone_of_nothing_is_404(online: Host, alice: User, key: str) -> None:
    assert browser(alice).get(NEW, {"clone": key}).status_code == 404


def test_the_preview_is_no_way_around_the_form_of_a_page(online: Host, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(PREVIEW, {"name": "x"}).status_code == 403
    assert client.post(NEW, {"name": "x"}).status_code == 403
    assert not Operation.objects.exists()
