"""A pod's whole life by the API alone, in both modes: made, read, asked about, changed, removed; nothing half-made."""

import json

import pytest

from tests.e2e.stacks import Stack
from tests.e2e.test_slice import wait_for
from tests.hosts import Box

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


def test_a_pods_life_by_the_api_alone(stack: Stack, clean_engine: Box) -> None:
    box = clean_engine
    with stack.api() as api:
        api.timeout = 70
        host = api.get("/hosts/?fields=slug").json()["results"][0]["slug"]
        body = {"host": host, "name": "web", "labels": {"app": "shop"}, "ports": ["18080:80"], "start": True}
        made = api.post("/pods/?wait=40", json=body)
        assert made.status_code == 201, made.text
        where = made.headers["Location"]
        pod = api.get(where).json()
        inspect = json.loads(box.podman("pod", "inspect", "web").stdout)
        assert (pod["engine_id"], pod["state"]) == (inspect["Id"], "Running")
        assert {one["name"]: one for one in pod["accessors"]}["Name"]["in_force"] == "web"

        container = {"image": box.image, "name": "app", "command": ["sleep", "1000"], "env": {"DB_PASSWORD": "hunter2"}}
        added = api.post(f"{where}containers/?wait=40", json=container)
        assert added.status_code == 201, added.text
        assert box.podman("inspect", "app", "--format", "{{.State.Status}}").stdout.strip() == "running"

        top = api.get(f"{where}top/").json()
        assert any("sleep" in " ".join(row) for rows in top["containers"].values() for row in rows)
        assert api.get(f"{where}cgroup/").json()["cgroup_path"] == inspect["CgroupPath"]
        assert api.get(f"{where}inspect/").json()["pod"]["Id"] == inspect["Id"]
        assert "kind: Pod" in api.get(f"{where}kube/").json()["yaml"]
        assert api.get(f"{where}clone/").json()["labels"]["app"] == "shop"
        assert [one["id"] for one in api.get("/pods/?ctr-names=^app$").json()["results"]] == [pod["id"]]

        stopped = api.post(f"{where}stop/?wait=40", json={"timeout": 1})
        assert (stopped.status_code, stopped.json()["state"]) == (200, "done")
        removed = api.delete(f"{where}?force=true&wait=40")
        assert (removed.status_code, removed.json()["state"]) == (200, "done")
        assert box.podman("pod", "ps", "-q").stdout == ""
        assert wait_for(lambda: api.get(where).json()["removed_at"])
        assert api.get(f"{where}top/").status_code == 409


def test_a_create_that_fails_leaves_nothing(stack: Stack, clean_engine: Box) -> None:
    box = clean_engine
    box.podman("create", "--name", "taken", box.image, "sleep", "1000")
    with stack.api() as api:
        api.timeout = 70
        host = api.get("/hosts/?fields=slug").json()["results"][0]["slug"]
        failed = api.post("/pods/?wait=40", json={"host": host, "name": "half", "infra_name": "taken"})
        assert (failed.status_code, failed.json()["state"]) == (200, "failed"), failed.text
        assert failed.json()["engine"]
        assert box.podman("pod", "ps", "-q").stdout == ""
    box.podman("rm", "-f", "taken")
