"""The forms of a new pod and container, cloning, pruning, and what systemd manages: in both widths and schemes."""

import re
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from pods.messages import plain
from pods.messages.facts import PortMapping
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host, Operation, Pod
from tests.browser.conftest import LookAt
from tests.browser.test_pages import LOOKS, check
from tests.builders import bring_online, members, pod

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NEW = "/hosts/alpha/pods/new/"
RESOURCES: dict[str, Any] = {
    "host": "alpha",
    "boot": "b",
    "epoch": 1,
    "sequence": 1,
    "at": 1.0,
    "networks": [{"name": "podman", "driver": "bridge", "default": True, "subnets": ["10.88.0.0/16"]}],
    "volumes": ["data"],
    "images": ["example/image:1", "example/other:2"],
    "cpus": "0-1",
    "ports": [{"host_ip": "", "port": 8080, "protocol": "tcp", "by": "web"}],
}


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), pod("old", state="Exited"), containers=members("web", "app"))
    Host.objects.update(resources_json=RESOURCES)
    return Pod.objects.get(name="web")


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[id="f-{name}"]')


def add_to(page: Page, name: str) -> None:
    """Add a row to a list, which is a text until the page's scripts have run."""
    page.locator(f'button[id="f-{name}"]').click()


def unfold(page: Page, title: str) -> None:
    page.locator("details.group > summary", has=page.get_by_role("heading", name=title, exact=True)).click()


def unfold_all(page: Page) -> None:
    page.evaluate("for (const group of document.querySelectorAll('details.group')) group.open = true")


def command(page: Page) -> Locator:
    return page.locator("#c-command")


def asked() -> Operation:
    return Operation.objects.get()


def test_a_pod_with_ports_labels_and_limits(look_at: LookAt, web: Pod, alice: User) -> None:
    page = look_at("/", alice).page
    page.get_by_role("link", name="More options for a pod on Alpha").click()
    field(page, "name").fill("shop")
    add_to(page, "labels")
    page.keyboard.type("app")
    page.keyboard.press("Tab")
    page.keyboard.type("my shop")
    unfold(page, "Network")
    add_to(page, "ports")
    page.get_by_label("Port on the host, port 1").fill("9000")
    page.get_by_label("Port in the pod, port 1").fill("80")
    page.keyboard.press("Enter")
    page.get_by_label("Port in the pod, port 2").fill("53")
    page.get_by_label("Protocol, port 2").select_option("udp")
    unfold(page, "Resources")
    field(page, "resources.memory").fill("64m")
    expect(command(page)).to_contain_text("podman pod create --name shop --label 'app=my shop' ")
    expect(command(page)).to_contain_text(" --publish 9000:80 --publish 53/udp --memory 64m")
    expect(page.locator("details.group", has_text="Network").locator(".set")).to_have_text("1 set")
    page.get_by_role("tab", name="Quadlet").click()
    expect(page.locator("#c-quadlet")).to_contain_text("PublishPort=9000:80")
    page.get_by_role("button", name="Create pod").click()
    expect(page.locator("#host-alpha .outcome")).to_contain_text("shop: Creating")
    spec = msgspec.convert(asked().arguments["spec"], PodSpec)
    assert spec.labels == {"app": "my shop"}
    assert [(one.host_port, one.container_port, one.protocol) for one in spec.ports] == [
        (9000, 80, "tcp"),
        (0, 53, "udp"),
    ]
    assert (spec.resources.memory, asked().arguments["start"]) == (64 << 20, True)


def test_what_is_wrong_is_said_when_its_field_is_left_and_not_before(look_at: LookAt, web: Pod, alice: User) -> None:
    page = look_at(NEW, alice).page
    fault = page.locator('[id="e-hostname"]')
    with page.expect_response("**/preview/"):
        field(page, "hostname").press_sequentially("bad name")
    expect(page.locator(".preview-state")).to_contain_text("Hostname")
    expect(fault).to_be_hidden()
    field(page, "name").focus()
    expect(fault).to_contain_text("This is no hostname.")
    expect(field(page, "hostname")).to_have_attribute("aria-invalid", "true")
    # Once it was said, it goes as soon as it is mended.
    field(page, "hostname").fill("good")
    expect(fault).to_be_hidden()
    expect(field(page, "hostname")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".preview-state")).to_be_empty()


def test_a_form_that_is_refused_leads_to_its_faults_and_keeps_what_was_typed(
    look_at: LookAt, web: Pod, alice: User
) -> None:
    watched = look_at(NEW, alice)
    page = watched.page
    watched.expected.add(400)
    unfold(page, "Network")
    add_to(page, "ports")
    page.get_by_label("Port in the pod, port 1").fill("80")
    page.keyboard.press("Enter")
    page.get_by_label("Port in the pod, port 2").fill("nonsense")
    page.get_by_role("button", name="Create pod").click()
    summary = page.locator(".faults")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Port in the pod, port 1")).to_have_value("80")
    expect(page.get_by_label("port 2", exact=True)).to_have_value("nonsense")
    check(watched)
    summary.get_by_role("link", name=re.compile("Ports")).click()
    expect(field(page, "ports")).to_be_focused()
    assert not Operation.objects.exists()


def test_without_scripts_the_form_has_all_it_needs(look_at: LookAt, web: Pod, alice: User) -> None:
    watched = look_at(NEW, alice, scripts=False, wait=False)
    page = watched.page
    watched.expected.add(400)
    field(page, "name").fill("bad name")
    unfold(page, "Network")
    field(page, "ports").fill("9000:80\n9001:81")
    page.get_by_role("button", name="Create pod").click()
    page.get_by_role("link", name="Name").click()
    field(page, "name").fill("shop")
    expect(field(page, "ports")).to_have_value("9000:80\n9001:81")
    page.get_by_role("button", name="Only show what it would be").click()
    expect(command(page)).to_contain_text("--publish 9000:80 --publish 9001:81")
    assert not Operation.objects.exists()
    page.get_by_role("button", name="Create pod").click()
    page.wait_for_url("**/?host=alpha")
    assert asked().pod_name == "shop"


def test_options_are_found_by_words_and_flags(look_at: LookAt, web: Pod, alice: User) -> None:
    page = look_at(NEW, alice).page
    page.fill("#options-search", "--sysctl")
    expect(page.locator("[data-field]:visible")).to_have_count(1)
    expect(page.locator("#options-found")).to_have_text("1 option")
    expect(page.get_by_role("button", name="Add parameter")).to_be_visible()
    page.fill("#options-search", "")
    expect(page.get_by_role("button", name="Add parameter")).to_be_hidden()
    expect(field(page, "name")).to_be_visible()


def test_a_clone_says_what_it_would_clash_with(look_at: LookAt, web: Pod, alice: User) -> None:
    taken = PortMapping(host_ip="", host_port=8080, container_port=80, protocol="tcp")
    Pod.objects.filter(pk=web.pk).update(spec_json=plain(PodSpec(name="web", labels={"a": "b"}, ports=(taken,))))
    page = look_at("/", alice).page
    page.get_by_label("More actions on web").click()
    page.get_by_role("link", name="Clone web").click()
    expect(page.locator(".faults")).to_contain_text("taken by web")
    expect(page.get_by_label("Value, label 1")).to_have_value("b")
    page.get_by_label("Port on the host, port 1").fill("9000")
    expect(command(page)).to_contain_text("--publish 9000:80")
    page.get_by_role("button", name="Create pod").click()
    expect(page.locator("#host-alpha .outcome")).to_contain_text("Creating")
    assert asked().arguments["spec"]["ports"][0]["host_port"] == 9000


def test_a_container_is_added(look_at: LookAt, web: Pod, alice: User) -> None:
    page = look_at(f"/pods/{web.pk}/", alice).page
    page.locator(".members").get_by_role("link", name="Add a container…").click()
    field(page, "image").fill("example/image:1")
    field(page, "command").fill("sleep 1000")
    add_to(page, "env")
    page.get_by_label("Name, variable 1").fill("MODE")
    page.get_by_label("Value, variable 1").fill("a b")
    expect(command(page)).to_have_text("podman create --pod web --env 'MODE=a b' example/image:1 sleep 1000")
    page.get_by_role("button", name="Add container").click()
    expect(page.locator(".outcome")).to_contain_text("Adding a container…")
    spec = msgspec.convert(asked().arguments["spec"], ContainerSpec)
    assert (spec.image, spec.command, spec.env) == ("example/image:1", ("sleep", "1000"), {"MODE": "a b"})


def test_pruning_removes_those_ticked(look_at: LookAt, web: Pod, alice: User) -> None:
    page = look_at("/", alice).page
    page.get_by_role("link", name="Prune…").click()
    button = page.get_by_role("button", name=re.compile("Remove"))
    expect(button).to_be_disabled()
    page.get_by_label("Every pod shown").check()
    expect(button).to_have_text(re.compile(r"Remove\s+1 pod"))
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove 1 pod")
    expect(page.locator(".operations tbody tr")).to_have_count(1)
    assert (asked().verb, asked().pod_name) == ("remove", "old")


def test_stopping_what_systemd_manages_is_asked_about_first(look_at: LookAt, web: Pod, alice: User) -> None:
    Pod.objects.filter(pk=web.pk).update(systemd_unit="pod-web.service")
    page = look_at("/", alice).page
    expect(page.locator("tbody.pod[data-name=web] .unit")).to_have_text("systemd: pod-web.service")
    page.get_by_role("button", name="Stop web").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("systemd will act back: pod-web.service")
    assert not Operation.objects.exists()
    dialog.get_by_role("button", name="Stop").click()
    expect(page.locator("tbody.pod[data-name=web] .outcome")).to_contain_text("Stopping")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_form_of_a_pod_is_for_everybody(look_at: LookAt, web: Pod, alice: User, width: int, dark: bool) -> None:
    watched = look_at(NEW, alice, width=width, dark=dark)
    page = watched.page
    check(watched)
    unfold_all(page)
    for name in ("ports", "mounts", "networks", "labels", "uid_maps", "resources.device_read_bps"):
        add_to(page, name)
    expect(page.locator(".line")).to_have_count(6)
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_form_of_a_container_is_for_everybody(
    look_at: LookAt, web: Pod, alice: User, width: int, dark: bool
) -> None:
    watched = look_at(f"/pods/{web.pk}/containers/new/", alice, width=width, dark=dark)
    unfold_all(watched.page)
    check(watched)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_pruning_is_for_everybody(look_at: LookAt, web: Pod, alice: User, width: int, dark: bool) -> None:
    watched = look_at("/prune/", alice, width=width, dark=dark)
    check(watched)
    watched.page.get_by_label("old", exact=True).check()
    watched.page.get_by_role("button", name=re.compile("Remove")).click()
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("Remove 1 pod")
    check(watched)
