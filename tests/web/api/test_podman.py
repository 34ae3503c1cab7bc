"""The same pods asked for by ``podman pod ps --filter`` and by the API: equal, and right where it errs."""

import itertools
import random

import pytest
from django.contrib.auth.models import User

from pods.control.snapshots import apply_snapshot
from pods.host.connection import Connection
from pods.host.inventory import Inventory
from pods.host.observer import Identity, Observer
from pods.models import Host, Pod
from tests.builders import BOOT, EPOCH, bring_online
from tests.hosts import Box
from tests.web.api.people import client

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
NAMES = ("web", "web-db", "Batch_1", "empty", "bare")


@pytest.fixture
def ids(clean_engine: Box, host: Host) -> dict[str, str]:
    """Pods in several states, on the engine and as rows."""
    box = clean_engine
    box.podman("pod", "create", "--name", "web", "--label", "app=shop", "--label", "tier=front")
    box.podman("pod", "create", "--name", "web-db", "--label", "app=shop", "--label", "io.example/owner=alice")
    box.podman("pod", "create", "--name", "Batch_1", "--network", "none", "--label", "tier=")
    box.podman("pod", "create", "--name", "empty")
    box.podman("pod", "create", "--name", "bare", "--infra=false")
    for pod, name in (("web", "nginx"), ("web-db", "pg"), ("web-db", "pg2"), ("Batch_1", "worker")):
        box.podman("create", "--pod", pod, "--name", name, "--stop-timeout", "1", box.image, "sleep", "1000")
    box.podman("pod", "start", "web", "web-db", "Batch_1")
    box.podman("pod", "pause", "Batch_1")
    box.podman("stop", "pg2")
    connection = Connection(str(box.socket), None)
    connection.connect()
    bring_online("alpha")
    numbers = itertools.count(10**6)
    observer = Observer(Identity("alpha", BOOT, EPOCH), Inventory(), numbers)
    apply_snapshot(observer.observe_all(connection.engine()))
    connection.close()
    return dict(Pod.objects.values_list("name", "engine_id"))


def candidates(ids: dict[str, str]) -> dict[str, list[str]]:
    """Return filters by key that mean the same to Podman 4.3.1 as to the API."""
    return {
        "name": ["name=web", "name=^web$", "name=b", "name=W", "name=(?i)W", "name=.", "name=[a-z]+_1$", "name=x"],
        "id": [f"id={ids['web'][:12]}", f"id={ids['web']}", f"id=^{ids['bare'][:6]}", "id=zzz"],
        "status": ["status=running", "status=degraded", "status=paused", "status=created", "status=dead"],
        "label": [
            "label=app",
            "label=app=shop",
            "label=tier",
            "label=tier=front",
            "label=io.*",
            "label=app=",
            "label=no",
        ],
        "ctr-number": ["ctr-number=0", "ctr-number=1", "ctr-number=2", "ctr-number=3"],
        "ctr-status": ["ctr-status=running", "ctr-status=exited", "ctr-status=stopped", "ctr-status=paused"],
        "network": ["network=podman", "network=nowhere"],
        "until": ["until=0s", "until=24h", "until=2020-01-01"],
    }


def podman(box: Box, filters: list[str]) -> set[str]:
    words = [word for one in filters for word in ("--filter", one)]
    shown = box.podman("pod", "ps", "--format", "{{.Name}}", *words)
    return set(shown.stdout.split())


def api(user: User, filters: list[str]) -> set[str]:
    answer = client(user).get("/api/v1/pods/", {"filter": filters, "fields": "name"})
    assert answer.status_code == 200, answer.json()
    return {one["name"] for one in answer.json()["results"]}


def test_filters_mean_what_podman_means(clean_engine: Box, ids: dict[str, str], victor: User) -> None:
    assert set(ids) == set(NAMES)
    by_key = candidates(ids)
    asked = [[one] for several in by_key.values() for one in several]
    # Keys together, and several values of one key.
    dice = random.Random(3)
    plain = {key: several for key, several in by_key.items() if key != "until"}
    for _ in range(25):
        keys = dice.sample(sorted(plain), dice.randint(1, 3))
        asked.append([one for key in keys for one in dice.sample(plain[key], dice.randint(1, 2))])
    for filters in asked:
        assert api(victor, filters) == podman(clean_engine, filters), filters


def test_filters_are_right_where_podman_errs(clean_engine: Box, ids: dict[str, str], victor: User) -> None:
    # Podman 4.3.1 looks at one container alone, which one is left to chance.
    assert api(victor, ["ctr-names=^pg2$"]) == {"web-db"}
    assert api(victor, ["ctr-names=pg"]) == {"web-db"}
    pg2 = clean_engine.podman("inspect", "pg2", "--format", "{{.Id}}").stdout.strip()
    assert api(victor, [f"ctr-ids={pg2[:12]}"]) == {"web-db"}
    # It has no label!.
    assert api(victor, ["label!=app"]) == {"Batch_1", "empty", "bare"}
    # Digits in the middle of an id are no beginning of it.
    assert api(victor, [f"id={ids['web'][1:20]}"]) == set()
