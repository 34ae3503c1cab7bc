"""Filters mean what ``podman pod ps --filter`` means, and what it ought to mean where it errs."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.utils import timezone

from pods.domain.errors import Invalid
from pods.domain.filters import moment_of, narrow
from pods.domain.patterns import literal_piece
from pods.models import Host, Pod
from tests.builders import bring_online, container, engine_id, members, pod

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fleet(host: Host) -> None:
    bring_online(
        "alpha",
        pod("web", labels={"app": "shop", "tier": "front", "empty": ""}),
        pod("web-db", state="Exited", labels={"app": "shop", "tier": "back"}, created_at="2020-01-01T00:00:00Z"),
        pod("Batch_1", state="Created", labels={"io.example/owner": "alice"}),
        containers=(
            *members("web", "nginx", "sidecar", networks=("podman",), image="docker.example/nginx:1"),
            *members("web-db", "postgres", state="exited", networks=("podman", "backend")),
            container("Batch_1", "first", state="configured", init="once"),
            container("Batch_1", "second", state="created"),
        ),
    )


def found(*pairs: str, **asked: Iterable[str] | str) -> set[str]:
    plain = {key: [value] if isinstance(value, str) else list(value) for key, value in asked.items()}
    return set(narrow(Pod.objects.all(), {"filter": pairs, **plain}).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("pairs", "names"),
    [
        (["name=web"], {"web", "web-db"}),
        (["name=^web$"], {"web"}),
        (["name=^web$", "name=^B"], {"web", "Batch_1"}),
        (["name=WEB"], set()),
        (["name=(?i)WEB"], {"web", "web-db"}),
        (["name=w.b-?d*"], {"web", "web-db"}),
        (["name="], {"web", "web-db", "Batch_1"}),
        ([r"name=\d"], {"Batch_1"}),
        (["status=running"], {"web"}),
        (["status=running", "status=exited"], {"web", "web-db"}),
        (["status=Running"], {"web"}),
        (["status=dead"], set()),
        (["label=app"], {"web", "web-db"}),
        (["label=app=shop"], {"web", "web-db"}),
        (["label=app=shop", "label=tier=back"], {"web-db"}),
        (["label=app=sho"], set()),
        (["label=empty"], {"web"}),
        (["label=app="], {"web", "web-db"}),
        (["label=io.*owner"], {"Batch_1"}),
        (["label=*example/own*=alice"], {"Batch_1"}),
        (["label=nothing"], set()),
        (["label!=app"], {"Batch_1"}),
        (["label!=tier=front"], {"web-db", "Batch_1"}),
        (["label!=app", "label!=tier=front"], {"web-db", "Batch_1"}),
        (["ctr-names=sidecar"], {"web"}),
        (["ctr-names=^nginx$", "ctr-names=gres"], {"web", "web-db"}),
        (["ctr-names=infra"], {"web", "web-db"}),
        (["ctr-number=3"], {"web"}),
        (["ctr-number=2"], {"web-db", "Batch_1"}),
        (["ctr-number=2", "ctr-number=+3"], {"web", "web-db", "Batch_1"}),
        (["ctr-status=running"], {"web"}),
        (["ctr-status=stopped"], {"web-db"}),
        (["ctr-status=exited"], {"web-db"}),
        (["ctr-status=created"], {"Batch_1"}),
        (["network=podman"], {"web", "web-db"}),
        (["network=backend"], {"web-db"}),
        (["network=backen"], set()),
        (["network=backend", "network=other"], {"web-db"}),
        (["until=2021-01-01"], {"web-db"}),
        (["until=1600000000"], {"web-db"}),
        (["name=web", "status=exited"], {"web-db"}),
        (["name=web", "label=app=shop", "ctr-number=3"], {"web"}),
    ],
)
def test_a_filter_means_what_podman_means(pairs: list[str], names: set[str]) -> None:
    assert found(*pairs) == names
    keys = {pair.partition("=")[0] for pair in pairs}
    if "name=" not in pairs:
        plain = {key: [pair[len(key) + 1 :] for pair in pairs if pair.partition("=")[0] == key] for key in keys}
        assert set(narrow(Pod.objects.all(), plain).values_list("name", flat=True)) == names


def test_an_id_is_a_beginning_when_it_is_hexadecimal_and_else_a_pattern() -> None:
    web = engine_id("web")
    assert found(f"id={web[:7]}") == {"web"}
    assert found(f"id={web[:7].upper()}") == {"web"}
    assert found(f"id={web}") == {"web"}
    assert found(f"id={web[1:8]}") == set()
    assert found(f"id=^{web[:5]}.*{web[-5:]}$") == {"web"}
    assert found("id=") == {"web", "web-db", "Batch_1"}
    assert found(f"ctr-ids={engine_id('web/sidecar')[:9]}") == {"web"}
    assert found(f"ctr-ids={engine_id('web/sidecar')[:9]}", f"ctr-ids=^{engine_id('Batch_1/first')}") == {
        "web",
        "Batch_1",
    }


def test_hosts_and_words_narrow_too() -> None:
    assert found(host="alpha") == {"web", "web-db", "Batch_1"}
    assert found(host="beta") == set()
    assert found(q="shop BACK") == {"web-db"}
    assert found(q="docker.example/nginx", host="alpha") == {"web"}
    assert found(unknown="is somebody else's", page="3") == {"web", "web-db", "Batch_1"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"filter": ["name"]}, "filter"),
        ({"filter": ["colour=red"]}, "filter"),
        ({"filter": ["name=("]}, "name"),
        ({"name": [r"(a)\1"]}, "name"),
        ({"name": ["a" * 201]}, "name"),
        ({"name": ["((a{1,30}){1,30}){1,30}"]}, "name"),
        ({"name": ["a\0"]}, "name"),
        ({"ctr-names": ["*"]}, "ctr-names"),
        ({"id": ["["]}, "id"),
        ({"status": ["sleeping"]}, "status"),
        ({"filter": ["status="]}, "status"),
        ({"ctr-status": ["Running"]}, "ctr-status"),
        ({"ctr-number": ["many"]}, "ctr-number"),
        ({"ctr-number": ["9" * 5000]}, "ctr-number"),
        ({"until": ["soon"]}, "until"),
        ({"until": ["1h", "2h"]}, "until"),
        ({"until": ["2026-13-01"]}, "until"),
        ({"label": ["a\0b"]}, "label"),
        ({"label": ["[*"]}, "label"),
        ({"q": ["x" * 201]}, "q"),
        ({"q": ["a b c d e f g h i j k"]}, "q"),
        ({"q": ["\0"]}, "q"),
        ({"host": ["\0"]}, "host"),
        ({"label": ["x"] * 51}, "filter"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_field_named(asked: dict[str, list[str]], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        list(narrow(Pod.objects.all(), asked))
    assert refused.value.field == field


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*a){20}z", "(x+x+)+y"])
def test_patterns_that_hang_others_are_answered(pattern: str) -> None:
    bring_online("alpha", pod("a" * 200), pod("x" * 200))
    assert len(found(f"name={pattern}")) <= 2


def test_a_moment_is_read_as_podman_reads_it() -> None:
    now = timezone.now()
    assert abs(moment_of("1h30m") - (now - timedelta(minutes=90))) < timedelta(seconds=5)
    assert moment_of("2026-11-25T10:00:00+01:00") == moment_of("2026-11-25T09:00:00Z") == moment_of("2026-11-25T09:00")
    assert moment_of("1800000000.5").timestamp() == 1_800_000_000.5
    assert moment_of("999999999999h") < now - timedelta(days=30_000)


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [("web", "web"), ("^web.*-front$", "-front"), ("webs?-a", "web"), ("a|b", ""), ("(?i)web", ""), ("we*bc+", "bc")],
)
def test_the_piece_that_an_index_looks_for_is_in_every_match(pattern: str, piece: str) -> None:
    assert literal_piece(pattern) == piece
