"""libpod's rule for the state of a pod."""

import pytest

from pods.engine.state import pod_state


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], "Created"),
        (["created", "configured"], "Created"),
        (["running", "running"], "Running"),
        (["running", "exited"], "Degraded"),
        (["running", "paused"], "Degraded"),
        (["paused", "paused"], "Paused"),
        (["exited", "stopped"], "Exited"),
        (["exited", "created"], "Stopped"),
        (["paused", "exited"], "Stopped"),
        (["paused", "created"], "Created"),
        (["removing", "created"], "Error"),
    ],
)
def test_a_pods_state_follows_from_its_containers(states: list[str], expected: str) -> None:
    assert pod_state(states) == expected
