"""Whatever the kernel's files hold, the parsers answer numbers or None."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from pods.cgroups.files import keyed, number, v1_io, v2_io
from pods.cgroups.layout import container_path
from pods.cgroups.network import parse
from tests.cgroups.trees import process

AMOUNTS = st.integers(min_value=0, max_value=2**64)
WORDS = st.sampled_from(
    [b"8:0", b"Read", b"Write", b"Total", b"rbytes=", b"wbytes=7", b"eth0:", b"lo:", b"-1", b"\xff"]
)
PIECES = st.one_of(
    st.binary(max_size=8), WORDS, AMOUNTS.map(lambda n: str(n).encode()), st.sampled_from([b" ", b"\n", b":"])
)
GARBAGE = st.lists(PIECES, max_size=40).map(b" ".join)


@given(GARBAGE)
def test_garbage_gives_numbers_or_none(text: bytes) -> None:
    for value in (number(text), keyed(text, b"Read"), keyed(text, b"8:0")):
        assert value is None or value >= 0
    for pair in (v1_io(text), v2_io(text), parse(text)):
        assert min(pair) >= 0


@given(st.text())
def test_any_cgroup_file_gives_a_path_or_none(text: str) -> None:
    with TemporaryDirectory(dir="/dev/shm") as directory:
        process(Path(directory), 7, text)
        path = container_path(7, Path(directory))
    assert path is None or path in text


@given(AMOUNTS)
def test_a_number_is_read_with_its_line_end(amount: int) -> None:
    assert number(f"{amount}\n".encode()) == amount


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), AMOUNTS, min_size=1))
def test_each_key_gives_its_own_number(table: dict[str, int]) -> None:
    text = "".join(f"{key} {amount}\n" for key, amount in table.items()).encode()
    assert {key: keyed(text, key.encode()) for key in table} == table
    assert keyed(text, b"NOT_THERE") is None


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=5))
def test_devices_are_summed(devices: list[tuple[int, int]]) -> None:
    expected = (sum(read for read, _ in devices), sum(write for _, write in devices))
    v1 = "".join(f"8:{i} Read {read}\n8:{i} Write {write}\n" for i, (read, write) in enumerate(devices))
    v2 = "".join(f"8:{i} rbytes={read} wbytes={write} rios=1\n" for i, (read, write) in enumerate(devices))
    assert v1_io(f"{v1}Total 9\n".encode()) == v2_io(v2.encode()) == expected
