"""Free search, and that filters and search are answered by indexes on both databases."""

import pytest
from django.db import DatabaseError, connection

from pods.domain import search as searching
from pods.domain.filters import narrow
from pods.domain.search import search
from pods.models import Host, Pod, search_index
from tests.builders import bring_online, container, engine_id, members, pod
from tests.many import make_many

pytestmark = pytest.mark.django_db


def names(words: str) -> set[str]:
    return set(search(Pod.objects.all(), words).values_list("name", flat=True))


def fill() -> None:
    unit = {"PODMAN_SYSTEMD_UNIT": "pod-shop.service"}
    bring_online(
        "alpha",
        pod("web", labels={"Owner": "Grüße ß", "note": 'say "hi" 100% _x'}),
        pod("db"),
        containers=(
            *members("web", "nginx", image="docker.example/Nginx:1.25"),
            container("db", "infra", is_infra=True, labels=unit),
        ),
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {"web", "db"}),
        ("WEB", {"web"}),
        ("we", {"web"}),
        ("nginx:1.25", {"web"}),
        ("owner=grüsse", {"web"}),
        ("pod-shop.SERVICE", {"db"}),
        ('"hi"', {"web"}),
        ("100%", {"web"}),
        ("_x", {"web"}),
        ("%", {"web"}),
        ("infra", {"web", "db"}),
        ("web nginx", {"web"}),
        ("web pod-shop", set()),
        ("AND OR NOT", set()),
        ("* ^", set()),
    ],
)
def test_every_word_has_to_occur_somewhere(host: Host, words: str, expected: set[str]) -> None:
    fill()
    assert names(words) == expected
    assert names(engine_id("web")[:12]) == {"web"}


def test_search_follows_what_changes(host: Host) -> None:
    fill()
    bring_online("alpha", pod("web", labels={"Owner": "nobody"}), containers=members("web", "caddy"))
    assert names("nginx") == set()
    assert names("caddy nobody") == {"web"}
    Pod.objects.filter(name="web").delete()
    assert names("caddy") == set()


def test_without_its_index_search_answers_the_same(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    # What a SQLite without FTS5, or a PostgreSQL without pg_trgm, leaves.
    monkeypatch.setattr(searching, "has_table", lambda using: False)
    monkeypatch.setattr(searching, "_trigram_tables", set())
    with connection.cursor() as cursor:
        for name in ("insert", "delete", "update") if connection.vendor == "sqlite" else ():
            cursor.execute(f"DROP TRIGGER {search_index.TABLE}_{name}")
        cursor.execute(f"DROP {'TABLE' if connection.vendor == 'sqlite' else 'INDEX'} {search_index.TABLE}")
    assert names("nginx grüsse") == {"web"}
    search_index.ensure("default")


def test_an_index_that_cannot_be_made_stops_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(using: str) -> None:
        raise DatabaseError("permission denied to create extension")

    monkeypatch.setattr(search_index, f"_ensure_{connection.vendor}", refuse)
    search_index.ensure("default")
    assert "permission denied" in caplog.text


def test_a_table_made_anew_gets_its_triggers_back(host: Host) -> None:
    # SQLite's triggers go with the table that Django makes anew; PostgreSQL's index stays.
    with connection.cursor() as cursor:
        for name in ("insert", "update") if connection.vendor == "sqlite" else ():
            cursor.execute(f"DROP TRIGGER {search_index.TABLE}_{name}")
    fill()
    assert names("nginx") == (set() if connection.vendor == "sqlite" else {"web"})
    search_index.ensure("default")
    assert names("nginx") == {"web"}


ANSWERED_BY = (
    ({"q": ["pod01234-app"]}, ("pods_pod_search", "VIRTUAL TABLE")),
    ({"name": ["pod0123.*4"]}, ("pods_pod_search", "VIRTUAL TABLE", "pod_by_name")),
    ({"label": ["app=app1234"]}, ("label_by_key_and_value",)),
    ({"label": ["app=app1234", "tier=tier4"]}, ("label_by_key_and_value",)),
    ({"id": [engine_id("pod01234")[:12]]}, ("pod_by_engine_id",)),
    ({"ctr-ids": [engine_id("pod01234/pod01234-app")[:12]]}, ("container_by_engine_id",)),
    ({"ctr-names": ["^pod01234-app$"]}, ("container_by_name", "pods_container_pod_id")),
    ({"network": ["net7"]}, ("network_by_name",)),
    ({"ctr-number": ["7"]}, ("pod_by_size",)),  # rare: a third of them has 3, which is read faster without an index
    ({"ctr-status": ["paused"]}, ("container_by_state",)),
    ({"until": ["2020-01-01"]}, ("pod_by_age",)),
    ({"status": ["error"]}, ("pod_by_state",)),
)
ORDERINGS = ("name", "-name", "state", "created_at", "-created_at", "container_count")


def test_filters_and_first_pages_are_answered_by_indexes(host: Host) -> None:
    make_many(host, 3000, 3)
    existing = Pod.objects.filter(removed_at=None)
    for asked, indexes in ANSWERED_BY:
        told = narrow(existing.order_by(), asked).explain()
        assert any(index in told for index in indexes), (asked, told)
    for ordering in ORDERINGS:
        tie = "-pk" if ordering.startswith("-") else "pk"
        told = existing.order_by(ordering, tie)[:100].explain()
        assert "pod_by_" in told, (ordering, told)
        assert "TEMP B-TREE" not in told
        assert "Sort" not in told
