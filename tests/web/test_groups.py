"""The list under other heads than hosts: states, the values of a label, or none."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from pods.models import Host, Pod
from pods.web.pages.wanted import parse_wanted
from tests.builders import bring_online, pod
from tests.web.test_list import queries, shown
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db


def heads(page: str) -> list[tuple[str, int]]:
    """Return what each group is called, and how many pods it says that it has."""
    found = re.findall(
        r'<h2 id="group[^>]*>(?:<span[^>]*></span>)?\s*([^<]*)</h2>.*?section-total">(\d+)<', page, re.DOTALL
    )
    return [(title.strip(), int(total)) for title, total in found]


@pytest.fixture
def two_hosts(host: Host) -> None:
    Host.objects.create(slug="beta", name="Beta")
    bring_online(
        "alpha",
        pod("a", state="Exited", labels={"app": "shop"}),
        pod("b", labels={"app": "blog"}),
        pod("c", state="Degraded"),
    )
    bring_online("beta", pod("a2", labels={"app": "shop"}), pod("d", state="Exited", labels={"app": ""}))


def test_by_state_trouble_comes_first(two_hosts: None, alice: User) -> None:
    page = text(browser(alice), "/?group=state")
    assert heads(page) == [("Degraded", 1), ("Running", 2), ("Exited", 2)]
    assert shown(page) == ["c", "a2", "b", "a", "d"]
    assert page.count('class="of-host"') == 5


def test_by_label_each_value_has_a_head_and_those_without_come_last(two_hosts: None, alice: User) -> None:
    page = text(browser(alice), "/?group=label:app")
    assert heads(page) == [("app", 1), ("app=blog", 1), ("app=shop", 2), ("Without the label app", 1)]
    assert shown(page) == ["d", "b", "a", "a2", "c"]


def test_without_groups_all_hosts_are_one_list(two_hosts: None, alice: User) -> None:
    page = text(browser(alice), "/?group=none&sort=-name")
    assert heads(page) == [("Pods of every host", 5)]
    assert shown(page) == ["d", "c", "b", "a2", "a"]
    # Each host still says how it is, and where a pod can be made.
    assert 'id="host-alpha"' in page
    assert "/hosts/beta/pods/new/" in page


def test_the_field_offers_labels_that_several_pods_share(two_hosts: None, alice: User) -> None:
    page = text(browser(alice), "/")
    assert '<option value="label:app">Label app</option>' in page
    chosen = text(browser(alice), "/?group=label:rare")
    assert '<option value="label:rare" selected>Label rare</option>' in chosen


def test_filters_and_pages_keep_the_groups(two_hosts: None, alice: User) -> None:
    page = text(browser(alice), "/?group=label:app&status=running")
    assert heads(page) == [("app=blog", 1), ("app=shop", 1)]
    assert 'href="?status=running&amp;status=exited&amp;group=label%3Aapp"' in page
    assert '<input type="hidden" name="group" value="label:app">' in page


def test_a_group_goes_on_over_pages_and_counts_all_of_it(host: Host, alice: User) -> None:
    bring_online("alpha", *(pod(f"pod{n:03}", labels={"tier": f"t{n // 60}"}) for n in range(120)))
    first, second = (text(browser(alice), f"/?group=label:tier&page={n}") for n in (1, 2))
    assert heads(first) == [("tier=t0", 60)]
    assert heads(second) == [("tier=t0", 60), ("tier=t1", 60)]
    assert len({*shown(first), *shown(second)}) == 100


def test_rows_alone_say_which_group_is_theirs(two_hosts: None, alice: User) -> None:
    keys = ",".join(str(key) for key in Pod.objects.values_list("pk", flat=True))
    rows = text(browser(alice), f"/fragments/pods/?ids={keys}&group=state")
    found = dict(re.findall(r'data-name="(\w+)" .*?data-section="([\w-]+)"', rows))
    assert found["c"] == "group-degraded"
    assert found["a"] == found["d"] == "group-exited"


@pytest.mark.parametrize("group", ["label:", "label", "nothing", "%00", "label:%00", "x" * 500, "label:" + "x" * 5000])
def test_a_group_that_makes_no_sense_shows_pods_all_the_same(two_hosts: None, alice: User, group: str) -> None:
    assert len(shown(text(browser(alice), f"/?group={group}"))) == 5


def test_only_one_query_more_for_a_label_however_many_values(host: Host, alice: User) -> None:
    client = browser(alice)
    bring_online("alpha", *(pod(f"p{n}", labels={"n": str(n)}) for n in range(3)))
    queries(client, "/?group=label:n")
    few = queries(client, "/?group=label:n")
    assert few <= queries(client, "/") + 1
    bring_online("alpha", *(pod(f"p{n}", labels={"n": str(n)}) for n in range(90)))
    assert queries(client, "/?group=label:n") == few


def test_strange_addresses_are_read_as_what_they_can_mean() -> None:
    get = RequestFactory().get
    assert parse_wanted(get("/?sort=-cpu&sort=nothing").GET).sort == "name"
    assert parse_wanted(get("/?page=3&through=1").GET).through == 3
    assert parse_wanted(get("/?page=1&through=900").GET).through == 20
