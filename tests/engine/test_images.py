"""Images of an engine at the wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pods.engine import images
from pods.engine.errors import RefusedError, UnreachableError
from pods.engine.transport import Engine
from tests.engine.server import Answers, engine_at_the_wire, lines


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Answers]:
    with engine_at_the_wire(tmp_path / "podman.sock") as answers:
        yield answers


@pytest.fixture
def engine(wire: Answers, tmp_path: Path) -> Iterator[Engine]:
    connected = Engine(tmp_path / "podman.sock")
    yield connected
    connected.close()


def pull(engine: Engine) -> str:
    return images.pull(engine, "quay.example/app:1", policy="always", left=lambda: 5.0)


def test_a_pull_ends_with_the_images_id(engine: Engine, wire: Answers) -> None:
    wire["POST", "/images/pull"] = lines('{"stream":"Copying blob"}', '{"images":["abc"],"id":"abc"}')
    assert pull(engine) == "abc"
    assert "policy=always" in wire.asked[-1][1]


@pytest.mark.parametrize("said", ['{"error":"no such host"}', '{"stream":"x","error":"no such host"}'])
def test_a_failure_stands_inside_an_answer_of_200(engine: Engine, wire: Answers, said: str) -> None:
    wire["POST", "/images/pull"] = lines('{"stream":"Trying"}', said)
    with pytest.raises(RefusedError) as caught:
        pull(engine)
    assert caught.value.engine == "no such host"


def test_an_answer_that_ends_without_an_image_is_a_failure(engine: Engine, wire: Answers) -> None:
    wire["POST", "/images/pull"] = lines('{"stream":"Trying"}')
    with pytest.raises(RefusedError):
        pull(engine)
    wire["POST", "/images/pull"] = lines('{"stream":"Trying"}', cut=True)
    with pytest.raises(UnreachableError):
        pull(engine)


def test_only_named_images_are_named(engine: Engine, wire: Answers) -> None:
    wire["GET", "/images/json"] = (200, [{"Id": "1", "RepoTags": ["b:1", "a:1"]}, {"Id": "2", "RepoTags": None}])
    assert images.names(engine, timeout=2) == ["a:1", "b:1"]
    wire["GET", "/images/quay.example%2Fapp%3A1/exists"] = (204, "")
    assert images.exists(engine, "quay.example/app:1", timeout=2)
    assert not images.exists(engine, "other", timeout=2)
