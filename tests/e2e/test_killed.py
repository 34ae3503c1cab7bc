"""podweb is killed while it works: what it then says is true."""

import signal
import time

import pytest

from tests.e2e.conftest import new_data
from tests.e2e.stacks import running, start_embedded
from tests.e2e.test_slice import wait_for
from tests.hosts import Box

pytestmark = pytest.mark.engine


def test_a_stop_that_podweb_did_not_survive_ends_as_lost_and_the_state_is_fresh(clean_engine: Box) -> None:
    box, data = clean_engine, new_data()
    box.podman("pod", "create", "--name", "web")
    # It ignores SIGTERM, so that the stop takes its whole grace.
    stubborn = ("sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    box.podman("run", "-d", "--stop-timeout", "4", "--pod", "web", "--name", "app", box.image, *stubborn)
    first = start_embedded(box, data)
    with running(first), first.api() as api:
        pod = wait_for(lambda: next(iter(api.get("/pods/").json()["results"]), None))
        where = api.post(f"/pods/{pod['id']}/stop/", json={}).json()["id"]
        wait_for(lambda: api.get(f"/operations/{where}/").json()["state"] == "running")
        first.processes[0].stop(signal.SIGKILL)
    second = start_embedded(box, data)
    with running(second), second.api() as api:
        ended = wait_for(lambda: (one := api.get(f"/operations/{where}/").json())["state"] == "lost" and one)
        assert ended["code"] == "worker_restarted"
        wait_for(lambda: api.get(f"/pods/{pod['id']}/").json()["state"] == "Exited")
    assert box.podman("pod", "ps", "--format", "{{.Status}}").stdout.strip() == "Exited"


def test_a_second_podweb_on_the_same_data_is_refused(clean_engine: Box) -> None:
    data = new_data()
    first = start_embedded(clean_engine, data)
    with running(first), pytest.raises(AssertionError, match="Another podweb uses"):
        start_embedded(clean_engine, data)


def test_it_ends_cleanly_and_starts_again(clean_engine: Box) -> None:
    data = new_data()
    for how in (signal.SIGTERM, signal.SIGINT):
        stack = start_embedded(clean_engine, data)
        begun = time.monotonic()
        assert stack.processes[0].stop(how) == 0, stack.output()
        assert time.monotonic() - begun < 30
        for name in ("podweb.sqlite3", "podweb.sqlite3-wal", "secret_key"):
            file = data / name
            assert not file.exists() or file.stat().st_mode & 0o077 == 0, name
        assert not [line for line in stack.processes[0].lines if "Traceback" in line], stack.output()
