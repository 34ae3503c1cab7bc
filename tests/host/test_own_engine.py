"""An engine of podweb's own, on a machine with Podman's defaults."""

import resource
from pathlib import Path

import pytest

from pods.host import own_engine
from tests.e2e.conftest import new_data
from tests.e2e.stacks import running, start_embedded
from tests.e2e.test_slice import wait_for
from tests.hosts import Missing, make_host


def test_settings_are_laid_over_the_machines_own(tmp_path: Path) -> None:
    own = tmp_path / "containers.conf"
    own.write_text('[engine]\nstop_timeout = 3\nruntime = "crun"\n[network]\ndefault_network = "x"\n')
    merged = own_engine.configuration({"engine": {"runtime": "runc"}}, (str(own), str(tmp_path / "none")))
    assert merged == {"engine": {"stop_timeout": 3, "runtime": "runc"}, "network": {"default_network": "x"}}


def test_containers_get_no_more_processes_than_the_engine_keeps_for_itself(tmp_path: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    allowed = own_engine.PODMAN_DEFAULT_LIMIT if hard == resource.RLIM_INFINITY else hard
    pid_max = tmp_path / "pid_max"
    pid_max.write_text("321\n")
    assert own_engine.process_limit(pid_max) == 321
    pid_max.write_text("4194304\n")
    assert own_engine.process_limit(pid_max) == min(allowed, own_engine.PODMAN_DEFAULT_LIMIT)
    assert own_engine.process_limit(tmp_path / "none") == min(allowed, own_engine.PODMAN_DEFAULT_LIMIT)


@pytest.mark.engine
def test_where_there_is_no_engine_podweb_starts_one_that_works_and_says_how() -> None:
    data = new_data()
    try:
        with make_host("bare", engine=False, defaults=True) as box:
            stack = start_embedded(box, data, socket="")
            with running(stack), stack.api() as api:
                host = wait_for(lambda: next((h for h in api.get("/hosts/").json()["results"] if h["answering"]), None))
                assert host["socket"] == str(data / "engine" / "podman.sock")
                asked = api.post("/pods/", json={"host": "local", "name": "first"}).headers["Location"]
                done = wait_for(lambda: (one := api.get(asked).json())["state"] in {"done", "failed"} and one)
                assert done["state"] == "done", done
                assert api.get("/pods/").json()["results"][0]["state"] == "Running"
                if (data / "engine" / "containers.conf").exists():
                    assert any("CONTAINERS_CONF" in note for note in host["notes"])
            assert box.run("pgrep", "-f", "podman system service", check=False).stdout == ""
    except Missing as reason:
        pytest.skip(str(reason))
