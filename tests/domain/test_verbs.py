"""Which verbs make sense when, and what they take."""

from typing import Any

import pytest

from pods.domain import verbs
from pods.domain.errors import Conflict, Invalid, Missing
from pods.messages.names import Verb
from pods.models import Host, Pod
from tests.builders import bring_online, pod


def shown(state: str) -> Pod:
    return Pod(name="web", state=state, infra_container_id="i")


@pytest.mark.parametrize(
    ("state", "states", "expected"),
    [
        ("Running", ["running", "running"], {"stop", "restart", "pause", "kill"}),
        ("Exited", ["exited", "exited"], {"start", "restart"}),
        ("Created", ["created"], {"start", "restart"}),
        ("Paused", ["paused", "paused"], {"stop", "unpause", "kill"}),
        ("Degraded", ["running", "exited"], {"start", "stop", "restart", "pause", "kill"}),
        # A pod's own word hides that one of its containers is paused.
        ("Stopped", ["paused", "exited"], {"stop", "unpause", "kill"}),
        ("Degraded", ["paused", "running"], {"stop", "pause", "unpause", "kill"}),
    ],
)
def test_what_makes_sense_in_which_state(state: str, states: list[str], expected: set[str]) -> None:
    always = {"remove", "start_infra", "look_up_cgroup"}
    assert set(verbs.available_verbs(shown(state), states)) == expected | always


def test_a_refusal_says_why_and_what_to_do() -> None:
    problem = verbs.refusal(shown("Paused"), Verb.START, ["paused"])
    assert isinstance(problem, Conflict)
    assert (problem.message, problem.hint) == ("The pod is paused.", "Unpause it.")


def test_nothing_makes_sense_for_a_removed_pod(host: Host) -> None:
    bring_online("alpha", pod("web"))
    bring_online("alpha")
    assert verbs.available_verbs(Pod.objects.get(), []) == []


def test_no_infra_container_can_be_started_where_there_is_none() -> None:
    assert verbs.refusal(Pod(name="web", state="Created"), Verb.START_INFRA, []) is not None


@pytest.mark.parametrize(
    ("verb", "arguments", "field"),
    [
        (Verb.STOP, {"timeout": 0}, "timeout"),
        (Verb.STOP, {"timeout": "5"}, "timeout"),
        (Verb.STOP, {"timeout": True}, "timeout"),
        (Verb.STOP, {"timeout": 3601}, "timeout"),
        (Verb.STOP, {"force": True}, "force"),
        (Verb.START, {"timeout": 1}, "timeout"),
        (Verb.KILL, {"signal": "KILL"}, "signal"),
        (Verb.KILL, {"signal": 9}, "signal"),
        (Verb.REMOVE, {"force": "yes"}, "force"),
    ],
)
def test_a_bad_argument_is_named(verb: Verb, arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        verbs.check_arguments(verb, arguments)
    assert caught.value.field == field


def test_good_arguments_pass() -> None:
    assert verbs.check_arguments(Verb.REMOVE, {"force": True, "timeout": 3}) == {"force": True, "timeout": 3}
    pulled = {"spec": {"infra_image": "example/pause:1"}}
    assert verbs.deadline_seconds(Verb.CREATE, pulled) > verbs.deadline_seconds(Verb.CREATE, {"spec": {}})
    assert verbs.deadline_seconds(Verb.STOP, {"timeout": 600}) == verbs.DEADLINES[Verb.STOP] + 600


@pytest.mark.parametrize("word", ["create", "explode", "", "__class__"])
def test_an_unknown_verb_is_missing(word: str) -> None:
    with pytest.raises(Missing):
        verbs.parse_verb(word)


def test_acting_on_a_pod_of_systemd_warns_that_systemd_acts_back() -> None:
    managed = Pod(name="web", systemd_unit="web-pod.service")
    assert "web-pod.service" in (verbs.warning(managed, Verb.STOP) or "")
    assert "web-pod.service" in (verbs.warning(managed, Verb.START) or "")
    assert verbs.warning(managed, Verb.LOOK_UP_CGROUP) is None
    assert verbs.warning(Pod(name="web"), Verb.STOP) is None
