"""How an engine's answers and silences become our few words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pods.engine import containers, pods, system
from pods.engine.errors import NotFoundError, RefusedError, TimedOutError, UnexpectedError, UnreachableError
from pods.engine.transport import Engine
from pods.messages.names import OPERATION_LABEL
from tests.engine.server import Answers, engine_at_the_wire, hang_up, lines, silent

POD = "a" * 64


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answers]:
    with engine_at_the_wire(tmp_path / "podman.sock") as served:
        yield served


@pytest.fixture
def engine(tmp_path: Path, answers: Answers) -> Iterator[Engine]:
    connected = Engine(tmp_path / "podman.sock")
    yield connected
    connected.close()


def test_the_servers_own_version_is_used_after_a_ping(engine: Engine, answers: Answers) -> None:
    answers["GET", f"/pods/{POD}/exists"] = (204, "")
    assert system.ping(engine, timeout=2) == "4.3.1"
    assert pods.exists(engine, POD, timeout=2)
    assert answers.asked[-1] == ("GET", f"/v4.3.1/libpod/pods/{POD}/exists")


def test_304_is_no_error_and_says_that_nothing_changed(engine: Engine, answers: Answers) -> None:
    answers["POST", f"/pods/{POD}/stop"] = (304, "")
    answers["POST", f"/pods/{POD}/start"] = (200, {"Id": POD})
    assert pods.stop(engine, POD, grace=1, timeout=2) is False
    assert pods.start(engine, POD, timeout=2) is True


def test_409_with_errs_names_each_part(engine: Engine, answers: Answers) -> None:
    errs = [f"starting container {'b' * 64}: cannot listen on the TCP port", "something else"]
    answers["POST", f"/pods/{POD}/start"] = (409, {"Errs": errs, "Id": POD})
    with pytest.raises(RefusedError) as caught:
        pods.start(engine, POD, timeout=2)
    assert [part.name for part in caught.value.parts] == ["b" * 64, ""]
    assert caught.value.parts[0].message == "cannot listen on the TCP port"
    assert "something else" in caught.value.engine


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_refusal_keeps_the_engines_words(engine: Engine, answers: Answers, status: int) -> None:
    answers["POST", f"/pods/{POD}/kill"] = (status, {"cause": "x", "message": "no such signal", "response": status})
    with pytest.raises(RefusedError) as caught:
        pods.kill(engine, POD, signal="SIGFOO", timeout=2)
    assert caught.value.engine == "no such signal"


def test_404_is_not_found_also_when_it_is_no_json(engine: Engine, answers: Answers) -> None:
    answers["DELETE", f"/pods/{POD}"] = (404, {"cause": "no such pod", "message": "no pod", "response": 404})
    with pytest.raises(NotFoundError):
        pods.remove(engine, POD, force=False, grace=1, timeout=2)
    with pytest.raises(NotFoundError) as caught:
        containers.inspect(engine, "c", timeout=2)
    assert caught.value.engine == "Not Found"
    assert not pods.exists(engine, POD, timeout=2)


@pytest.mark.parametrize("body", ["", "{", "[]", '{"Id": 5}', "<html>", "null"])
def test_an_answer_of_another_shape_is_our_error(engine: Engine, answers: Answers, body: str) -> None:
    answers["GET", f"/pods/{POD}/json"] = (200, body)
    with pytest.raises(UnexpectedError):
        pods.inspect(engine, POD, timeout=2)


def test_silence_is_a_time_out_and_a_hang_up_is_unreachable(engine: Engine, answers: Answers) -> None:
    answers["GET", "/containers/json"] = silent(1)
    with pytest.raises(TimedOutError):
        containers.list_containers(engine, timeout=0.1)
    answers["GET", "/containers/json"] = hang_up
    with pytest.raises(UnreachableError):
        containers.list_containers(engine, timeout=2)


def test_a_socket_that_nobody_serves_is_unreachable(tmp_path: Path) -> None:
    nobody = Engine(tmp_path / "nobody.sock")
    with pytest.raises(UnreachableError):
        system.ping(nobody, timeout=1)
    nobody.close()


def test_something_else_on_the_socket_is_no_engine(engine: Engine, answers: Answers) -> None:
    assert system.ping(engine, timeout=2)
    answers["GET", "/info"] = (200, {"unexpected": True})
    with pytest.raises(UnexpectedError):
        system.info(engine, timeout=2)


def test_an_engine_without_pods_answers_null(engine: Engine, answers: Answers) -> None:
    answers["GET", "/pods/json"] = (200, "null")
    assert pods.list_pods(engine, timeout=2) == []


def test_events_are_hints_and_foreign_ones_are_left_out(engine: Engine, answers: Answers) -> None:
    answers["GET", "/events"] = lines(
        '{"Type":"pod","Action":"start","Actor":{"ID":"p","Attributes":{"name":"web"}},"timeNano":5}',
        '{"Type":"image","Action":"pull","Actor":{"ID":"i"}}',
        '{"Type":"system","Action":"refresh","Actor":{"ID":""}}',
        '{"Type":"container","Action":"died","Actor":{"ID":"c","Attributes":{"podId":"p"}}}',
    )
    seen: list[system.Event | None] = []
    with engine.stream("/events") as stream, pytest.raises(UnreachableError):
        seen.extend(system.parse_event(line) for line in stream)
    told = [(event.type, event.id, event.pod_id) for event in seen if event]
    assert told == [("pod", "p", "p"), ("image", "i", ""), ("container", "c", "p")]


def test_a_stream_that_is_cut_is_unreachable(engine: Engine, answers: Answers) -> None:
    answers["GET", "/events"] = lines("{}", cut=True)
    with engine.stream("/events") as stream, pytest.raises(UnreachableError):
        list(stream)


def test_a_failed_create_removes_only_its_own_half(engine: Engine, answers: Answers) -> None:
    spec = {"name": "web", "labels": {OPERATION_LABEL: "mine"}}
    answers["POST", "/pods/create"] = (500, {"message": "infra name in use"})
    half = {"Id": POD, "Name": "web", "Labels": {OPERATION_LABEL: "mine"}}
    answers["GET", "/pods/web/json"] = (200, half)
    answers["DELETE", f"/pods/{POD}"] = (200, {})
    with pytest.raises(RefusedError, match="refused"):
        pods.create(engine, spec, timeout=2)
    assert [method for method, _ in answers.asked].count("DELETE") == 1
    answers["GET", "/pods/web/json"] = (200, half | {"Labels": {OPERATION_LABEL: "another's"}})
    with pytest.raises(RefusedError):
        pods.create(engine, spec, timeout=2)
    assert [method for method, _ in answers.asked].count("DELETE") == 1


def test_a_name_that_is_taken_is_not_even_sent(engine: Engine, answers: Answers) -> None:
    answers["GET", "/pods/web/exists"] = (204, "")
    with pytest.raises(RefusedError, match="exists already"):
        pods.create(engine, {"name": "web"}, timeout=2)
    assert all(method == "GET" for method, _ in answers.asked)


def test_a_newer_engines_inspect_is_read(engine: Engine, answers: Answers) -> None:
    answers["GET", f"/pods/{POD}/json"] = (
        200,
        {
            "Id": POD,
            "Name": "web",
            "RestartPolicy": "always",
            "LockNumber": 7,
            "SharedNamespaces": ["uts", "ipc"],
            "memory_limit": 1000,
            "InfraConfig": {"PortBindings": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}},
            "InfraContainerID": "i",
            "Containers": [{"Id": "i", "State": "running"}, {"Id": "c", "State": "exited"}],
        },
    )
    infra = {"Id": "i", "Name": "web-infra", "ProcessLabel": "system_u", "HostConfig": {"NetworkMode": "pasta"}}
    answers["GET", "/containers/i/json"] = (200, infra)
    facts = pods.inspect(engine, POD, timeout=2)
    assert (facts.state, facts.restart_policy, facts.lock_number) == ("Degraded", "always", 7)
    assert facts.shared_namespaces == ("ipc", "uts")
    assert facts.infra is not None
    assert facts.infra.port_bindings[0].host_ip == ""
    assert facts.infra.process_label == "system_u"


def test_an_infra_container_that_vanishes_between_two_calls_is_unknown(engine: Engine, answers: Answers) -> None:
    answers["GET", f"/pods/{POD}/json"] = (200, {"Id": POD, "Name": "web", "InfraContainerID": "gone"})
    facts = pods.inspect(engine, POD, timeout=2)
    assert facts.infra is None
    assert facts.infra_container_id == "gone"


def test_what_is_just_being_removed_is_gone_although_the_engine_says_500(engine: Engine, answers: Answers) -> None:
    said = {"cause": "no such pod", "message": f"no pod with ID {POD} found in database: no such pod", "response": 500}
    answers["GET", f"/pods/{POD}/json"] = answers["POST", "/pods/create"] = (500, said)
    with pytest.raises(NotFoundError):
        pods.inspect(engine, POD, timeout=2)
    # Of a question that changes something, only its own subject may be said to be gone.
    with pytest.raises(RefusedError):
        pods.create(engine, {"name": "new"}, timeout=2)
