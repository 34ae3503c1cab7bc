"""Several viewers of one page: the host is read once a second for all of them, on a real engine."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest

from pods.host import questions
from pods.host.shared import FRESH, Shared
from pods.messages.insight import CgroupTree
from pods.messages.questions import Answer, Kind, Question
from tests.host.conftest import Desk

VIEWERS = 12
LONG = 30.0


class Counted:
    """How often the engine was asked for the list of containers: once in each reading."""

    def __init__(self, desk: Desk) -> None:
        self.readings = 0
        desk.worker.connection.engine().client.event_hooks = {"request": [self._count]}

    def _count(self, request: httpx.Request) -> None:
        self.readings += request.url.path.endswith("/containers/json")


def ask(desk: Desk, number: int, pod_id: str, kind: Kind = Kind.CGROUP_TREE) -> Answer:
    question = Question(id=f"viewer {number}", kind=kind, host="alpha", pod_id=pod_id, timeout=LONG)
    worker = desk.worker
    return questions.answer(worker.connection, question, worker.kernel, worker.shared)


@pytest.mark.engine
@pytest.mark.parametrize("kind", sorted(questions.SHARED))
def test_viewers_of_one_page_share_one_reading(desk: Desk, kind: Kind) -> None:
    desk.make("web", "app")
    pod_id = desk.inspect("web")["Id"]
    counted = Counted(desk)
    together = threading.Barrier(VIEWERS)

    def view(number: int) -> Answer:
        together.wait()
        return ask(desk, number, pod_id, kind)

    with ThreadPoolExecutor(VIEWERS) as pool:
        found = list(pool.map(view, range(VIEWERS)))
    # A viewer who came a second late, on a machine that is busy, has made another.
    assert counted.readings <= len({one.at for one in found}) < VIEWERS
    assert [one.id for one in found] == [f"viewer {number}" for number in range(VIEWERS)]
    assert {one.error for one in found} == {""}


@pytest.mark.engine
def test_viewers_who_stay_cost_one_reading_a_second(desk: Desk) -> None:
    desk.make("web", "app")
    pod_id = desk.inspect("web")["Id"]
    counted = Counted(desk)
    began = time.monotonic()

    def stay(number: int) -> set[float]:
        seen = set()
        while counted.readings < 4:
            answer = ask(desk, number, pod_id)
            assert time.time() - answer.at < FRESH + LONG
            assert {node.name for node in msgspec.convert(answer.result, CgroupTree).nodes} >= {"web", "app"}
            seen.add(answer.at)
            time.sleep(0.05)
        return seen

    with ThreadPoolExecutor(VIEWERS) as pool:
        seen = set().union(*pool.map(stay, range(VIEWERS)))
    lasted = time.monotonic() - began
    assert counted.readings == len(seen)
    assert 4 <= counted.readings <= lasted / FRESH + 1


@pytest.mark.engine
def test_what_fails_is_not_kept_and_other_pods_are_read_for_themselves(desk: Desk) -> None:
    desk.make("web", "app")
    desk.make("db", "app2")
    counted = Counted(desk)
    assert ask(desk, 1, "f" * 64).error == "not_found"
    assert ask(desk, 2, "f" * 64).error == "not_found"
    assert counted.readings == 2
    trees = [ask(desk, number, desk.inspect(name)["Id"]) for number, name in enumerate(("web", "db"))]
    assert [msgspec.convert(one.result, CgroupTree).nodes[0].name for one in trees] == ["web", "db"]


def test_who_waits_too_long_for_anothers_reading_makes_one() -> None:
    shared, stuck, reading = Shared(), threading.Event(), threading.Event()

    def slow() -> Answer:
        reading.set()
        stuck.wait(LONG)
        return Answer(id="slow")

    thread = threading.Thread(target=shared.answer, args=(("a", "b"), slow, LONG))
    thread.start()
    assert reading.wait(LONG)
    assert shared.answer(("a", "b"), lambda: Answer(id="own"), 0.05).id == "own"
    stuck.set()
    thread.join(LONG)
    assert shared.answer(("a", "b"), lambda: Answer(id="third"), LONG).id in {"slow", "third"}


def test_a_reading_that_breaks_leaves_nobody_waiting() -> None:
    shared = Shared()

    def broken() -> Answer:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        shared.answer(("a", "b"), broken, LONG)
    assert shared.answer(("a", "b"), lambda: Answer(id="next"), LONG).id == "next"
