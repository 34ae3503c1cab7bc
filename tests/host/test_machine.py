"""What the machine has, from trees of files, and from the real ones."""

import socket
import sys
from pathlib import Path

import pytest

from pods.cgroups.layout import detect
from pods.host import machine
from pods.messages.resources import PortInUse
from tests.cgroups.trees import write

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TAIL = " 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"


def line(address: str, state: str) -> str:
    return f"   0: {address} 00000000:0000 {state}{TAIL}"


@pytest.mark.skipif(sys.byteorder == "big", reason="the recorded addresses are of a little-endian machine")
def test_sockets_that_listen(tmp_path: Path) -> None:
    everything = "0" * 32
    write(
        tmp_path / "self" / "net",
        {
            "tcp": HEAD + line("0100007F:1F90", "0A") + line("00000000:0050", "0A") + line("0100007F:0051", "01"),
            "tcp6": HEAD
            + line(f"{everything}:0050", "0A")
            + line("00000000000000000000000001000000:01BB", "0A")
            + line("0000000000000000FFFF00000100007F:0052", "0A"),
            "udp": HEAD + line("3500007F:0035", "07") + line("00000000:C350", "07") + "nonsense\n",
        },
    )
    write(tmp_path / "sys/net/ipv4", {"ip_local_port_range": "32768\t60999\n"})
    assert machine.listening(tmp_path) == {
        PortInUse(host_ip="127.0.0.1", port=8080, protocol="tcp"),
        PortInUse(host_ip="", port=80, protocol="tcp"),
        PortInUse(host_ip="::1", port=443, protocol="tcp"),
        PortInUse(host_ip="127.0.0.1", port=82, protocol="tcp"),
        PortInUse(host_ip="127.0.0.53", port=53, protocol="udp"),
    }
    assert machine.listening(tmp_path / "nowhere") == set()


def test_our_own_socket_is_among_them(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("/proc/self")
    with socket.create_server(("127.0.0.1", 0)) as server:
        mine = PortInUse(host_ip="127.0.0.1", port=server.getsockname()[1], protocol="tcp")
        assert mine in machine.listening(tmp_path)
    assert mine not in machine.listening(tmp_path)


def test_processors_and_memory_are_those_that_containers_may_use(tmp_path: Path) -> None:
    sys_root = tmp_path / "sys"
    write(sys_root / "devices/system/cpu", {"online": "0-7\n"})
    write(sys_root / "devices/system/node", {"online": "0-1\n"})
    one, two, bare = tmp_path / "v1", tmp_path / "v2", tmp_path / "bare"
    write(one / "cpuset", {"cpuset.effective_cpus": "0-3\n", "cpuset.effective_mems": "0\n"})
    write(two, {"cgroup.controllers": "cpu\n", "cpuset.cpus.effective": "2\n", "cpuset.mems.effective": "1\n"})
    bare.mkdir()
    found = [(machine.processors(detect(p), sys_root), machine.memory_nodes(detect(p), sys_root)) for p in (one, two)]
    assert found == [("0-3", "0"), ("2", "1")]
    assert machine.processors(detect(bare), sys_root) == "0-7"
    assert machine.memory_nodes(detect(bare), tmp_path / "nowhere") is None


def test_block_devices_are_those_that_hold_something(tmp_path: Path) -> None:
    for name, size in (("vda", "2048\n"), ("loop0", "0\n"), ("gone", "5\n")):
        write(tmp_path / "sys/block" / name, {"size": size})
        if name != "gone":
            write(tmp_path / "dev", {name: ""})
    assert machine.block_devices(tmp_path / "sys", tmp_path / "dev") == (str(tmp_path / "dev/vda"),)
