"""Snapshots become rows: newer only, any number of times, in any order."""

import time
from datetime import timedelta
from random import Random

import msgspec
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from pods.control.snapshots import apply_snapshot, moment
from pods.messages.snapshots import Snapshot
from pods.models import Container, Host, Pod
from tests.builders import BOOT, EPOCH, bring_online, container, engine_id, members, pod, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def online(host: Host) -> None:
    bring_online()


def rows() -> dict[str, tuple[str, bool]]:
    return {row.name: (row.state, row.valid) for row in Pod.objects.all()}


def test_a_pod_and_its_containers_become_rows() -> None:
    apply_snapshot(snapshot(pod("web"), containers=members("web", "app")))
    row = Pod.objects.get()
    assert (row.name, row.state, row.valid) == ("web", "Running", True)
    assert row.shares_cgroup
    assert not row.shares_cgroup_ns
    assert row.effective_hostname == "web"
    assert row.created_text.endswith("789+01:00")
    assert sorted(Container.objects.values_list("name", flat=True)) == ["app", "infra"]


def test_what_a_complete_snapshot_leaves_out_is_marked_removed_and_kept() -> None:
    apply_snapshot(snapshot(pod("web"), pod("db"), containers=members("web")))
    apply_snapshot(snapshot(pod("db")))
    assert rows() == {"web": ("Running", False), "db": ("Running", True)}
    assert Container.objects.get().removed_at is not None


def test_a_partial_snapshot_touches_only_what_it_names() -> None:
    apply_snapshot(snapshot(pod("web"), pod("db")))
    apply_snapshot(snapshot(complete=False, pod_ids=(engine_id("web"),)))
    assert rows() == {"web": ("Running", False), "db": ("Running", True)}


def test_an_older_snapshot_changes_nothing() -> None:
    older = snapshot(pod("web", state="Created"))
    apply_snapshot(snapshot(pod("web", state="Exited")))
    apply_snapshot(older)
    assert rows() == {"web": ("Exited", True)}


def test_an_older_snapshot_does_not_bring_back_a_removed_pod() -> None:
    apply_snapshot(snapshot(pod("web")))
    older = snapshot(pod("web"))
    apply_snapshot(snapshot())
    apply_snapshot(older)
    assert rows() == {"web": ("Running", False)}


def test_a_container_that_is_gone_is_marked_removed() -> None:
    apply_snapshot(snapshot(pod("web"), containers=members("web", "app")))
    apply_snapshot(snapshot(pod("web"), containers=members("web")))
    assert Container.objects.get(name="app").removed_at is not None
    assert Container.objects.get(name="infra").removed_at is None


def test_what_an_unregistered_host_says_is_dropped() -> None:
    apply_snapshot(snapshot(pod("web"), host="stranger"))
    assert not Pod.objects.exists()


def test_what_an_older_boot_says_is_dropped() -> None:
    apply_snapshot(snapshot(pod("web"), boot="00000000-0000-0000-0000-000000000009", epoch=EPOCH - 1))
    assert not Pod.objects.exists()


def test_the_number_of_queries_does_not_depend_on_the_number_of_pods(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def many(count: int) -> Snapshot:
        names = [f"pod{number}" for number in range(count)]
        return snapshot(*(pod(name) for name in names), containers=tuple(c for n in names for c in members(n, "app")))

    apply_snapshot(many(150))
    # savepoint x2, host, update of its stamp, pods, one update of pods, containers, one update of containers
    with django_assert_num_queries(8):
        apply_snapshot(many(150))
    with django_assert_num_queries(8):
        apply_snapshot(many(150))


def test_an_unchanged_pod_is_observed_anew() -> None:
    apply_snapshot(snapshot(pod("web"), observed_at=time.time() - 100))
    apply_snapshot(snapshot(pod("web")))
    assert timezone.now() - Pod.objects.get().observed_at < timedelta(seconds=50)


STATES = ("Created", "Running", "Exited", None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(STATES)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_order_and_repetition_ends_in_the_same_rows(
    history: list[tuple[str | None, str | None]], random: Random
) -> None:
    Pod.objects.all().delete()
    Host.objects.update(snapshot_sequence=0)
    sent = []
    for states in history:
        named = zip(("web", "db"), states, strict=True)
        facts = [pod(name, state=state) for name, state in named if state is not None]
        containers = tuple(container(one.name, "app", state=one.state.lower()) for one in facts)
        sent.append(snapshot(*facts, containers=containers))
    shuffled = sent + sent[: len(sent) // 2]
    random.shuffle(shuffled)
    for one in shuffled:
        apply_snapshot(one)
    last = {facts.name: facts.state for facts in sent[-1].pods}
    assert {row.name: row.state for row in Pod.objects.filter(removed_at=None)} == last


def test_the_engines_times_are_understood() -> None:
    assert moment("1800000000") is not None
    assert moment("2026-11-01T10:00:00.123456789+01:00") is not None
    assert moment("0001-01-01T00:00:00Z") is None
    assert moment("yesterday") is None
    assert moment(None) is None


def test_a_boot_is_told_by_its_id() -> None:
    assert str(Host.objects.get().boot) == BOOT
    assert msgspec.to_builtins(snapshot())["boot"] == BOOT
