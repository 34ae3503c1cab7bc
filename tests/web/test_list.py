"""The list of pods: its pages, its search and its filters, which are all in the address."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pods.models import Host, Pod
from tests.builders import bring_online, members, pod
from tests.web.test_pages import browser, text

pytestmark = pytest.mark.django_db
STATES = ("Running", "Exited", "Created")


def fill(count: int, slug: str = "alpha", prefix: str = "pod") -> None:
    names = [f"{prefix}{n:03}" for n in range(count)]
    pods = [
        pod(name, state=STATES[n % 3], labels={"tier": "web" if n % 2 else "db", "n": str(n)})
        for n, name in enumerate(names)
    ]
    bring_online(slug, *pods, containers=tuple(one for name in names for one in members(name, "app")))


def shown(page: str) -> list[str]:
    return re.findall(r'<tbody class="pod"[^>]* data-name="([^"]+)"', page)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        text(client, path)
    return len(seen)


def test_the_number_of_queries_is_the_same_for_10_and_300_pods_and_for_more_hosts(host: Host, alice: User) -> None:
    client = browser(alice)
    paths = (
        *("/", "/?q=pod&status=running&label=tier", "/?page=2", "/?through=20"),
        *("/?group=state&sort=-state", "/?group=none&sort=age", "/?sort=-cpu"),
    )
    fill(10)
    queries(client, "/?q=pod")  # whether the database finds by trigrams is asked once
    few = [queries(client, path) for path in paths]
    fill(300)
    for n in range(5):
        Host.objects.create(slug=f"more{n}", name=f"More {n}")
        fill(3, f"more{n}", f"other{n}-")
    assert Pod.objects.filter(removed_at=None).count() == 315
    # Why a pod has ended is asked only where one has.
    assert all(queries(client, path) <= before for path, before in zip(paths, few, strict=True))
    assert max(few) <= 11


def test_a_page_has_50_pods_in_the_order_of_hosts_and_names(host: Host, alice: User) -> None:
    Host.objects.create(slug="beta", name="Beta")
    fill(75)
    fill(40, "beta", "other")
    client = browser(alice)
    first, second, third = (text(client, f"/?page={n}") for n in (1, 2, 3))
    assert shown(first) == [f"pod{n:03}" for n in range(50)]
    assert shown(second) == [*(f"pod{n:03}" for n in range(50, 75)), *(f"other{n:03}" for n in range(25))]
    assert shown(third) == [f"other{n:03}" for n in range(25, 40)]
    assert "1\N{EN DASH}50" in first
    assert "of 115" in first
    assert "101\N{EN DASH}115" in third
    assert 'href="?page=2"' in third
    assert 'rel="next"' not in third


def test_several_pages_are_had_at_once(host: Host, alice: User) -> None:
    fill(120)
    page = text(browser(alice), "/?page=1&through=2")
    assert shown(page) == [f"pod{n:03}" for n in range(100)]
    assert "1\N{EN DASH}100" in page
    assert 'href="?page=3"' in page
    assert shown(text(browser(alice), "/?page=2&through=9999999")) == [f"pod{n:03}" for n in range(50, 120)]


def test_containers_come_only_with_the_pods_whose_are_asked_for(host: Host, alice: User) -> None:
    fill(3)
    opened = Pod.objects.get(name="pod001").pk
    page = text(browser(alice), f"/?open={opened}", headers={"X-Fragment": "1"})
    assert page.count('class="container-row"') == 2
    assert page.partition("container-row")[0].count('<tbody class="pod"') == 2
    text(browser(alice), "/?open=x", 400)


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999", "99999999999999999999", "٣"])
def test_a_page_that_is_not_there_is_the_nearest(host: Host, alice: User, page: str) -> None:
    fill(51)
    assert shown(text(browser(alice), f"/?page={page}"))


def test_the_search_finds_pods_on_other_pages(host: Host, alice: User) -> None:
    fill(300)
    client = browser(alice)
    assert shown(text(client, "/?q=POD299")) == ["pod299"]
    assert shown(text(client, "/?q=pod29+app")) == [f"pod{n}" for n in range(290, 300)]
    nothing = text(client, "/?q=nowhere")
    assert shown(nothing) == []
    assert "No pod is like that" in nothing
    assert 'value="nowhere"' in nothing


def test_filters_by_state_label_and_host_go_together(host: Host, alice: User) -> None:
    Host.objects.create(slug="beta", name="Beta")
    fill(12)
    fill(6, "beta", "other")
    client = browser(alice)
    assert shown(text(client, "/?status=running&label=tier%3Dweb")) == ["pod003", "pod009", "other003"]
    assert shown(text(client, "/?status=running&status=exited&host=beta&label=tier=db")) == ["other000", "other004"]
    assert shown(text(client, "/?label=n=5")) == ["pod005", "other005"]
    assert shown(text(client, "/?host=nowhere")) == []


def test_chips_say_how_many_each_would_show_and_turn_over(host: Host, alice: User) -> None:
    Host.objects.create(slug="beta", name="Beta")
    fill(12)
    fill(6, "beta", "other")
    page = re.sub(r"\s+", " ", text(browser(alice), "/?status=running&q=0"))
    for start, words in (
        ('id="chip-running" href="?q=0" aria-current="true">', "Running 6"),
        ('id="chip-exited" href="?q=0&amp;status=running&amp;status=exited">', "Exited 6"),
        ('id="chip-host-beta" href="?q=0&amp;status=running&amp;host=beta">', "Beta 2"),
    ):
        chip = page.partition(start)[2].partition("</a>")[0]
        assert " ".join(re.sub(r"<[^>]+>", "", chip).split()) == words


@pytest.mark.parametrize(
    "query",
    [
        *("status=nothing", "label=", "label=%00", "q=%00", "status=%F0%9F%A6%AD", "page=&host="),
        *("q=" + "x" * 5000, "q=" + "a+" * 50, "label=" + "x" * 5000, "label=a&" * 50, "host=x&" * 500),
    ],
)
def test_an_address_that_makes_no_sense_still_shows_a_page(host: Host, alice: User, query: str) -> None:
    fill(3)
    text(browser(alice), f"/?{query}")


def test_rows_alone_are_those_that_the_address_lets_through(host: Host, alice: User) -> None:
    fill(6)
    ids = ",".join(str(pk) for pk in Pod.objects.values_list("pk", flat=True))
    client = browser(alice)
    assert shown(text(client, f"/fragments/pods/?ids={ids}&status=exited")) == ["pod001", "pod004"]
    assert shown(text(client, f"/fragments/pods/?ids={ids}&q=pod004")) == ["pod004"]
    assert shown(text(client, f"/fragments/pods/?ids={ids}&host=elsewhere")) == []


def test_the_counts_alone_are_those_of_the_list_and_cost_no_rows(host: Host, alice: User) -> None:
    fill(6)
    client = browser(alice)
    counts = text(client, "/fragments/counts/?status=exited")
    assert shown(counts) == []
    whole = text(client, "/?status=exited")
    assert re.findall(r"<a class=.chip.*?</a>", counts) == re.findall(r"<a class=.chip.*?</a>", whole) != []
    with CaptureQueriesContext(connection) as queries:
        text(client, "/fragments/counts/")
    assert not [one["sql"] for one in queries if "pods_container" in one["sql"]]


def test_a_reader_without_a_role_learns_no_counts(host: Host, mallory: User) -> None:
    fill(3)
    assert "pod000" not in text(browser(mallory), "/?status=running", 403)
