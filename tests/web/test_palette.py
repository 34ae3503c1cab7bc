"""What the command palette finds, for each person."""

import re
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User

from pods.models import Host, Pod
from tests.builders import bring_online, members, pod
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def pods(host: Host) -> dict[str, int]:
    names = ("web", "db")
    containers = [one for name in names for one in members(name, "proxy" if name == "db" else "app")]
    bring_online("alpha", *map(pod, names), containers=tuple(containers))
    return dict(Pod.objects.values_list("name", "pk"))


def found(user: User, words: str) -> list[tuple[str, str]]:
    page = text(browser(user), f"/fragments/find/?q={quote(words)}")
    return re.findall(r'data-href="([^"]+)"><span>([^<]+)</span>', page)


def test_pods_are_found_by_name_and_by_what_is_in_them(pods: dict[str, int], victor: User) -> None:
    assert found(victor, "web") == [(f"/pods/{pods['web']}/", "web")]
    assert found(victor, "proxy") == [(f"/pods/{pods['db']}/", "db")]
    assert found(victor, "neither") == []


def test_pages_are_found_by_their_names(pods: dict[str, int], alice: User, victor: User) -> None:
    assert found(alice, "oper") == [("/operations/", "Operations")]
    assert ("/hosts/alpha/pods/new/", "New pod on Alpha…") in found(alice, "")
    assert [name for _, name in found(victor, "")] == ["Pods", "Operations", "API documentation", "Admin"]
    User.objects.filter(pk=victor.pk).update(is_staff=False)
    assert found(victor, "admin") == []


def test_an_action_leads_to_its_confirmation(pods: dict[str, int], alice: User, victor: User) -> None:
    assert found(alice, "Stop web")[0] == (f"/pods/{pods['web']}/stop/", "Stop web…")
    assert found(alice, "unpause web") == []
    assert found(alice, "stop") == []
    assert found(victor, "stop web") == []
    assert "Stop web?" in text(browser(alice), f"/pods/{pods['web']}/stop/")


def test_odd_words_find_nothing_and_break_nothing(pods: dict[str, int], alice: User, mallory: User) -> None:
    for words in ("x" * 5000, "zz " * 50, '"', "%", "stop \\", "🦭"):
        assert found(alice, words) == []
    assert found(alice, "\0") == found(alice, "")
    assert browser(mallory).get("/fragments/find/?q=web").status_code == 403
