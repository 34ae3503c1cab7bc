"""The pages, for each person."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from sesame.utils import get_query_string

from pods.control.hosts import engine_status
from pods.messages.hosts import Attempt
from pods.models import Host, Operation, Pod
from tests.builders import bring_online, members, pod, status
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"), containers=members("web", "app"))
    return Pod.objects.get()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str, status_code: int = 200, headers: dict[str, str] | None = None) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status_code, answer.content
    return answer.content.decode()


def test_the_pods_page_shows_pods_containers_and_actions(web: Pod, alice: User) -> None:
    page = text(browser(alice), "/")
    assert "web" in page
    assert "app" in page
    assert f"/pods/{web.pk}/stop/" in page
    assert "cgroup v1" in page


def test_a_viewer_is_offered_no_actions(web: Pod, victor: User) -> None:
    page = text(browser(victor), "/")
    assert "web" in page
    assert f"/pods/{web.pk}/stop/" not in page
    assert "/hosts/alpha/pods/" not in page


@pytest.mark.parametrize("path", ["/", "/operations/", "/pods/1/", "/fragments/pods/?ids=1", "/fragments/counts/"])
def test_nobody_signed_in_is_sent_to_the_sign_in_page(web: Pod, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("path", ["/", "/operations/", "/fragments/pods/?ids=1", "/fragments/counts/"])
def test_without_a_role_is_403(web: Pod, mallory: User, path: str) -> None:
    assert "no role" in text(browser(mallory), path, 403)


@pytest.mark.parametrize("path", ["/pods/999/", "/pods/999/stop/", "/nothing/"])
def test_what_is_not_there_is_a_404_page(web: Pod, alice: User, path: str) -> None:
    assert "no such thing" in text(browser(alice), path, 404)


def test_a_host_without_pods_offers_a_first_one(host: Host, alice: User, victor: User) -> None:
    bring_online()
    page = text(browser(alice), "/")
    assert "No pods on Alpha" in page
    assert 'value="first"' in page
    assert "Create and start" not in text(browser(victor), "/")


def test_no_host_says_how_to_add_one(alice: User) -> None:
    assert "podweb add_host" in text(browser(alice), "/")


def test_an_engine_that_does_not_answer_is_shown_with_what_was_tried(web: Pod, alice: User) -> None:
    attempts = (Attempt(socket="/run/podman/podman.sock", answer="there is no such socket"),)
    engine_status(status(answering=False, attempts=attempts, advice="apt-get install podman"))
    page = text(browser(alice), "/")
    for words in (
        "not answering since",
        "/run/podman/podman.sock",
        "there is no such socket",
        "apt-get install podman",
    ):
        assert words in page


def test_a_silent_worker_is_shown(web: Pod, alice: User) -> None:
    Host.objects.update(silent=True)
    assert "no word from its worker" in text(browser(alice), "/")


def test_names_and_labels_are_text(host: Host, alice: User) -> None:
    bring_online("alpha", pod("<script>alert(1)</script>", labels={"<b>": "🦭" * 2500}))
    client = browser(alice)
    for path in ("/", f"/pods/{Pod.objects.get().pk}/"):
        page = text(client, path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "<b>" not in page


def test_acting_with_htmx_answers_the_row_with_what_was_asked(web: Pod, alice: User) -> None:
    answer = browser(alice).post(f"/pods/{web.pk}/stop/", headers=HTMX)
    assert answer.status_code == 202
    assert "Stopping…" in answer.content.decode()
    assert Operation.objects.get().state == "asked"


def test_acting_without_scripts_redirects(web: Pod, alice: User) -> None:
    answer = browser(alice).post(f"/pods/{web.pk}/stop/")
    assert (answer.status_code, answer["Location"]) == (302, f"/pods/{web.pk}/")


def test_a_viewer_may_not_act(web: Pod, victor: User) -> None:
    assert browser(victor).post(f"/pods/{web.pk}/stop/").status_code == 403
    assert browser(victor).get(f"/pods/{web.pk}/remove/").status_code == 403
    assert browser(victor).post("/hosts/alpha/pods/", {"name": "x"}).status_code == 403
    assert not Operation.objects.exists()


def test_what_makes_no_sense_is_409_with_the_reason(web: Pod, alice: User) -> None:
    answer = browser(alice).post(f"/pods/{web.pk}/unpause/", headers=HTMX)
    assert answer.status_code == 409
    assert "Nothing in the pod is paused" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused(web: Pod, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/pods/{web.pk}/stop/").status_code == 403
    assert not Operation.objects.exists()


def test_removing_lists_what_will_go(web: Pod, alice: User) -> None:
    page = text(browser(alice), f"/pods/{web.pk}/remove/")
    assert "app" in page
    assert "cannot be undone" in page


def test_a_failure_is_shown_with_the_engines_words_and_what_to_do(web: Pod, alice: User) -> None:
    make_operation(alice, web, state="failed", message="Refused.", engine="<b>port</b> in use", hint="Choose another.")
    page = text(browser(alice), "/")
    assert "Stopping failed" in page
    assert "&lt;b&gt;port&lt;/b&gt; in use" in page
    assert "Choose another." in page


def test_a_creation_that_failed_is_shown_on_the_host(web: Pod, alice: User) -> None:
    make_operation(alice, web, verb="create", pod=None, pod_name="fresh", state="failed", message="No.")
    assert "fresh: Creating failed" in text(browser(alice), "/")


def test_each_name_that_is_being_made_has_its_own_news(web: Pod, alice: User) -> None:
    make_operation(alice, web, verb="create", pod=None, pod_name="fresh", state="failed", message="No.")
    make_operation(alice, web, verb="create", pod=None, pod_name="other", state="running")
    page = text(browser(alice), "/")
    assert "fresh: Creating failed." in page
    assert "other: Creating" in page


def test_a_creation_that_failed_is_no_news_once_the_name_was_made(web: Pod, alice: User) -> None:
    make_operation(alice, web, verb="create", pod=None, pod_name="web", state="failed", message="No.")
    make_operation(alice, web, verb="create", pod=web, state="done")
    assert "Creating failed" not in text(browser(alice), "/")


def test_a_removed_pod_stays_readable_without_actions(web: Pod, alice: User) -> None:
    bring_online("alpha")
    page = text(browser(alice), f"/pods/{web.pk}/")
    assert "was removed" in page
    assert f"/pods/{web.pk}/start/" not in page
    assert f'id="pod-{web.pk}"' not in text(browser(alice), "/")


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "-1", "٣", "1" * 30, ",".join("1" * 200)])
def test_bad_ids_are_400(web: Pod, alice: User, ids: str) -> None:
    assert browser(alice).get("/fragments/pods/", {"ids": ids}).status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(web: Pod, alice: User, method: str) -> None:
    assert getattr(browser(alice), method)("/").status_code == 405


def test_the_link_signs_in_once(alice: User) -> None:
    link = "/sign-in/link/" + get_query_string(alice)
    first = Client()
    assert first.get(link).status_code == 302
    assert first.get("/").status_code == 200
    assert Client().get(link).status_code == 403


def test_pages_forbid_inline_scripts_and_frames(web: Pod, alice: User) -> None:
    answer = browser(alice).get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert "<script>" not in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_operations_are_listed_in_pages(web: Pod, alice: User) -> None:
    for _ in range(51):
        make_operation(alice, web, state="done")
    assert "Page 1 of 2" in text(browser(alice), "/operations/")
    assert "Page 2 of 2" in text(browser(alice), "/operations/?page=2")
