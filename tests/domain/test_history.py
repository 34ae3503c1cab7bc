"""What is read of history: the right resolution, never more points than asked for, gaps as gaps, nothing twice."""

import time
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from pods.control.history import keep_history, pack_some, roll_up_some, take_samples
from pods.domain.errors import Invalid
from pods.domain.history import EVERY_CONTAINER, MOST_POINTS, Request, Value, grid, history
from pods.domain.points import RESOLUTIONS, span
from pods.messages.samples import EVERY
from pods.models import Host, Pod
from tests.builders import bring_online, pod
from tests.control.test_history import samples

NOW = int(time.time()) // 3600 * 3600
DAY = 86_400


@pytest.fixture
def web(host: Host) -> Pod:
    bring_online("alpha", pod("web"))
    return Pod.objects.get(name="web")


def ask(pod: Pod, start: int, end: int, count: int = 100, metric: str = "cpu", container: str = "") -> list[Value]:
    (line,) = history(pod, Request((metric,), start, end, count, container), now=NOW).lines
    return line.points


@given(st.integers(0, 95 * DAY), st.integers(1, 95 * DAY), st.integers(1, MOST_POINTS))
def test_never_more_points_than_asked_for(age: int, length: int, count: int) -> None:
    wanted = Request(("cpu",), NOW - age, NOW - age + length, count)
    resolution, step = grid(wanted, NOW)
    origin = wanted.start - wanted.start % step
    assert -(-(wanted.end - origin) // step) <= count
    assert resolution in RESOLUTIONS
    assert step % resolution == 0
    # What is still kept: 10 s for a day, 1 min for a week.
    assert resolution >= (10 if age <= DAY else 60 if age <= 7 * DAY else 600)


@pytest.mark.parametrize(
    ("age", "count", "expected"),
    [
        (3600, 360, (10, 10)),
        (3600, 100, (10, 40)),
        (6 * 3600, 360, (60, 60)),
        (DAY, 300, (60, 300)),
        (7 * DAY, 300, (600, 2400)),
    ],
)
def test_the_coarsest_resolution_that_will_do_is_read(age: int, count: int, expected: tuple[int, int]) -> None:
    assert grid(Request(("cpu",), NOW - age, NOW, count), NOW) == expected


@pytest.mark.django_db
def test_fresh_points_are_there_at_once_and_gaps_are_gaps(web: Pod) -> None:
    take_samples(samples(NOW - 600, {"web": 8.0}))
    take_samples(samples(NOW - 580, {"web": 4.0}))
    assert ask(web, NOW - 600, NOW - 570) == [
        (NOW - 600, 8, 16),
        (NOW - 590, None, None),
        (NOW - 580, 4, 8),
    ]
    assert ask(web, NOW - 600, NOW - 540, 1) == [(NOW - 600, 6, 16)]
    assert ask(web, NOW - 600, NOW - 570, container="app")[0] == (NOW - 600, 4, 8)
    assert ask(web, NOW - 600, NOW - 570, container="other")[0] == (NOW - 600, None, None)


@pytest.mark.django_db
def test_all_containers_come_in_one_answer(web: Pod) -> None:
    take_samples(samples(NOW - 600, {"web": 8.0}))
    found = history(web, Request(("cpu", "memory"), NOW - 600, NOW, 10, EVERY_CONTAINER), now=NOW)
    assert [(line.metric, line.container, line.unit) for line in found.lines] == [
        ("cpu", "app", "percent"),
        ("memory", "app", "bytes"),
    ]


@pytest.mark.django_db
def test_each_point_counts_once_wherever_it_is_just_now(web: Pod) -> None:
    begin = NOW - 14 * 3600
    for at in range(begin, NOW, 600):
        take_samples(samples(at, {"web": 8.0}))
    take_samples(samples(begin + 600 * 20 + EVERY, {"web": 64.0}))
    before = ask(web, begin, NOW, 84)
    assert before[0] == (begin, 8, 16)
    assert before[20] == (begin + 12_000, 36, 128)
    # Half packed, then half rolled up: the answer stays the same at every moment.
    packing = [partial(pack_some, NOW)] * 20
    for step in (*packing, *[partial(roll_up_some, 10, NOW)] * 20, *[partial(roll_up_some, 60, NOW)] * 3):
        step()
        assert ask(web, begin, NOW, 84) == before
    coarse = ask(web, begin, NOW, 14)
    assert len(coarse) <= 14
    assert max(top for _, _, top in coarse if top is not None) == 128


@pytest.mark.django_db
def test_a_pod_made_again_under_its_name_or_unit_has_one_history(host: Host) -> None:
    label = {"PODMAN_SYSTEMD_UNIT": "web.service"}
    take_samples(samples(NOW - 600, {"former": 1.0}, unit="web.service"))
    take_samples(samples(NOW - 590, {"web": 2.0}))
    take_samples(samples(NOW - 580, {"web": 3.0}, unit="web.service"))
    take_samples(samples(NOW - 570, {"other": 9.0}))
    bring_online("alpha", pod("web", labels=label))
    web = Pod.objects.get(name="web")
    values = [average for _, average, _ in ask(web, NOW - 600, NOW - 560)]
    assert values == [1, 2, 3, None]


@pytest.mark.django_db
def test_another_hosts_pod_of_the_same_name_is_another(web: Pod) -> None:
    Host.objects.create(slug="beta", name="Beta")
    take_samples(samples(NOW - 600, {"web": 8.0}, host="beta"))
    assert ask(web, NOW - 600, NOW - 590) == [(NOW - 600, None, None)]


@pytest.mark.django_db
def test_a_week_costs_a_handful_of_queries(web: Pod) -> None:
    for at in range(NOW - 7 * DAY, NOW, 3600):
        take_samples(samples(at, {"web": 8.0}))
    keep_history()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = ask(web, NOW - 7 * DAY, NOW, 300)
    assert len(queries) <= 5
    assert len([1 for _, average, _ in found if average == 8]) == 168


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"metrics": ("cpu", "nonsense")}, "metric"),
        ({"metrics": ()}, "metric"),
        ({"points": 0}, "points"),
        ({"points": MOST_POINTS + 1}, "points"),
        ({"start": NOW, "end": NOW}, "from"),
        ({"start": 0, "end": NOW}, "from"),
        ({"start": -5}, "from"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(changed: dict[str, object], field: str) -> None:
    usual: dict[str, object] = {"metrics": ("cpu",), "start": NOW - 60, "end": NOW, "points": 10}
    with pytest.raises(Invalid) as refused:
        Request(**(usual | changed))  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.field == field


def test_spans_nest_so_that_blocks_roll_up_whole() -> None:
    for fine, coarse in ((10, 60), (60, 600)):
        assert span(coarse) % span(fine) == 0
        assert coarse % fine == 0
