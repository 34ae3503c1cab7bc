"""What a real host offers to new pods, and when it says so."""

import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from pods.host.offers import Offers
from pods.host.watcher import Watcher
from pods.messages.names import RESOURCES
from pods.messages.resources import HostResources, PortInUse
from tests.host.conftest import Desk

pytestmark = pytest.mark.engine


@pytest.fixture
def offers(desk: Desk) -> Iterator[Offers]:
    worker = desk.worker
    started = Offers(worker.identity, worker.connection, desk.reported, worker.kernel)
    yield started
    started.stop()
    desk.box.podman("network", "rm", "-f", "back", check=False)
    desk.box.podman("volume", "rm", "-f", "kept", check=False)


def look(desk: Desk, offers: Offers) -> HostResources:
    offers.look(desk.worker.connection.engine())
    said: HostResources = desk.reported.of(RESOURCES)[-1]
    return said


def test_networks_volumes_images_and_processors(desk: Desk, offers: Offers) -> None:
    desk.box.podman("network", "create", "--subnet", "10.77.0.0/24", "--internal", "back")
    desk.box.podman("volume", "create", "kept")
    found = look(desk, offers)
    networks = {one.name: one for one in found.networks}
    assert (networks["podman"].default, networks["podman"].subnets) == (True, ("10.88.0.0/16",))
    assert (networks["back"].internal, networks["back"].subnets) == (True, ("10.77.0.0/24",))
    assert "kept" in found.volumes
    assert desk.box.image in found.images
    assert found.cpus
    assert found.memory_nodes == "0"


def test_ports_in_use_are_those_of_every_container_and_of_the_host(desk: Desk, offers: Offers) -> None:
    desk.box.podman("pod", "create", "--name", "web", "-p", "18080-18081:80-81", "-p", "127.0.0.1:18082:53/udp")
    desk.box.podman("pod", "create", "--name", "idle", "-p", "18090:80")
    desk.box.podman("run", "-d", "--name", "alone", "-p", "18083:80", desk.box.image, "sleep", "1000")
    assert not {port.by for port in look(desk, offers).ports} & {"web", "idle"}
    desk.box.podman("pod", "start", "web")
    with subprocess.Popen(desk.box.enter("busybox", "nc", "-l", "-p", "18084"), stdin=subprocess.PIPE) as listener:
        found = {port for port in look(desk, offers).ports if 18000 < port.port < 18100}
        while not any(port.port == 18084 for port in found) and listener.poll() is None:
            found = {port for port in look(desk, offers).ports if 18000 < port.port < 18100}
        with socket.create_connection((desk.box.address, 18084)):
            pass  # after one connection it ends
    assert found == {
        PortInUse(host_ip="", port=18080, protocol="tcp", by="web"),
        PortInUse(host_ip="", port=18081, protocol="tcp", by="web"),
        PortInUse(host_ip="127.0.0.1", port=18082, protocol="udp", by="web"),
        PortInUse(host_ip="", port=18083, protocol="tcp", by="alone"),
        PortInUse(host_ip="", port=18084, protocol="tcp", by=""),
    }


def test_only_news_are_said(desk: Desk, offers: Offers) -> None:
    first = look(desk, offers)
    assert look(desk, offers) is first
    desk.box.podman("volume", "create", "kept")
    second = look(desk, offers)
    assert (second.sequence, "kept" in second.volumes) == (first.sequence + 1, True)


def test_an_event_brings_the_next_look(desk: Desk, offers: Offers) -> None:
    watcher = Watcher(desk.worker.connection, desk.worker.observer, desk.reported, offers.changed)
    offers.start()
    watcher.start()
    try:
        desk.reported.wait(RESOURCES, bool)
        desk.box.podman("tag", desk.box.image, "localhost/other:2")

        def named(one: Any) -> bool:
            return "localhost/other:2" in one.images

        desk.reported.wait(RESOURCES, named, timeout=8)
    finally:
        watcher.stop()
        desk.box.podman("rmi", "localhost/other:2")
