import os
from pathlib import Path

import pytest

from pods.cgroups.network import NamespaceGoneError, NetworkReader, host_inodes, namespace_inode, parse
from tests.cgroups.trees import open_files, write

TABLE = (
    "Inter-|   Receive                            |  Transmit\n"
    " face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier comp\n"
    "    lo:     999    9    0    0    0     0    0    0      999    9    0    0    0     0    0    0\n"
    "  eth0:    1000   10    0    0    0     0    0    0       20    2    0    0    0     0    0    0\n"
    "eth1:300 3 0 0 0 0 0 0 4 1 0 0 0 0 0 0\n"
)


def test_received_and_sent_are_the_right_way_round_without_loopback() -> None:
    assert parse(TABLE.encode()) == (1300, 24)


def test_the_file_stays_open_until_it_is_closed(tmp_path: Path) -> None:
    write(tmp_path / "7/net", {"dev": TABLE})
    before = open_files()
    reader = NetworkReader(7, tmp_path)
    assert reader.read() == reader.read() == (1300, 24)
    assert open_files() == before + 1
    reader.close()
    reader.close()
    assert open_files() == before
    with pytest.raises(NamespaceGoneError):
        reader.read()


def test_a_process_that_is_gone_has_no_namespace(tmp_path: Path) -> None:
    assert namespace_inode(7, proc_root=tmp_path) is None
    with pytest.raises(NamespaceGoneError):
        NetworkReader(7, tmp_path)


def test_our_own_namespace_is_the_hosts() -> None:
    assert namespace_inode(os.getpid()) in host_inodes()
