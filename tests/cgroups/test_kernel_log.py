"""The kernel's log: which of its records tell of a kill, and of whom."""

from pathlib import Path

import pytest

from pods.cgroups.kernel_log import KernelLog, Kill, parse
from tests.cgroups.trees import open_files

POD, CONTAINER = "a" * 64, "b" * 64
V1 = f"/libpod_parent/{POD}/libpod-{CONTAINER}"
V2 = f"/machine.slice/machine-libpod_pod_{POD}.slice/libpod-{CONTAINER}.scope/container"
HEAD = b"6,1234,5678901234,-;"


def record(limit: str, victim: str, *, constraint: str = "CONSTRAINT_MEMCG", process: str = "tail") -> bytes:
    where = f"oom_memcg={limit}" if limit else "global_oom"
    text = (
        f"oom-kill:constraint={constraint},nodemask=(null),cpuset=libpod-{CONTAINER},mems_allowed=0,"
        f"{where},task_memcg={victim},task={process},pid=9571,uid=0\n SUBSYSTEM=x\n"
    )
    return HEAD + text.encode()


@pytest.mark.parametrize("path", [V1, V2])
def test_a_kill_names_its_container_and_whose_limit_it_was(path: str) -> None:
    assert parse(record(path, path)) == Kill(1234, "tail", 9571, CONTAINER, path, path)


def test_a_kill_by_the_pods_limit_is_told_from_one_by_the_containers() -> None:
    kill = parse(record(f"/libpod_parent/{POD}", V1))
    assert kill is not None
    assert (kill.container_id, kill.limit) == (CONTAINER, f"/libpod_parent/{POD}")


def test_a_machine_without_memory_has_no_limit_to_name() -> None:
    kill = parse(record("", V1, constraint="CONSTRAINT_NONE"))
    assert kill is not None
    assert (kill.container_id, kill.limit) == (CONTAINER, "")


def test_a_process_of_nobodys_container() -> None:
    kill = parse(record("/user.slice", "/user.slice/user-0.slice"))
    assert kill is not None
    assert kill.container_id == ""


def test_a_container_inside_a_container_counts_as_the_inner_one() -> None:
    inner = f"{V1}/libpod_parent/libpod-{'c' * 64}"
    kill = parse(record(inner, inner))
    assert kill is not None
    assert kill.container_id == "c" * 64


@pytest.mark.parametrize("name", ["a,pid=1,uid=0", "x,task=y", "(sd-pam)", "no\\x0aline"])
def test_a_process_may_be_called_anything(name: str) -> None:
    kill = parse(record(V1, V1, process=name))
    assert kill is not None
    assert (kill.process, kill.pid) == (name, 9571)


@pytest.mark.parametrize(
    "other",
    [b"", b"6,1,2,-;", HEAD + b"eth0: link up", HEAD + b"tail invoked oom-killer: gfp_mask=0xcc0", HEAD + b"oom-kill:"],
)
def test_every_other_record_says_nothing(other: bytes) -> None:
    assert parse(other) is None


def test_a_log_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        KernelLog(tmp_path / "kmsg")


def test_waiting_ends_without_news_and_the_file_is_closed(tmp_path: Path) -> None:
    before = open_files()
    (tmp_path / "kmsg").write_bytes(record(V1, V1))
    log = KernelLog(tmp_path / "kmsg")
    # What was logged before is no news.
    assert log.kills(0.01) == []
    log.close()
    assert open_files() == before
