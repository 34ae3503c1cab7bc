"""The processes of a pod as one table that can be sorted by any column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONTAINER = "container"
USUAL = "-cpu"
# The engine's titles -> what the address and the page call them.
WORDS = {
    "USER": ("user", "User"),
    "PID": ("pid", "PID"),
    "PPID": ("ppid", "Parent"),
    "%CPU": ("cpu", "CPU %"),
    "ELAPSED": ("elapsed", "Runs for"),
    "TTY": ("tty", "TTY"),
    "TIME": ("time", "CPU time"),
    "COMMAND": ("command", "Command"),
}
TIMES = {"elapsed", "time"}
NUMERIC = {"pid", "ppid", "cpu", *TIMES}
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}
PIECE = re.compile(r"([0-9.]+)(h|ms|m|µs|us|ns|s)")
TOO_FINE = re.compile(r"(?<=\.\d\d)\d+(?=[mµun]?s$)")  # the engine tells times by the nanosecond


@dataclass(frozen=True)
class Column:
    """One column. ``order`` is what aria-sort says; ``link`` is the ``sort`` that a click asks for."""

    key: str
    title: str
    numeric: bool
    order: str  # ascending | descending | none
    link: str


@dataclass(frozen=True)
class Table:
    """``rows`` are cells with the column that each is of; ``count`` is that of the processes."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[Column, str], ...], ...]
    count: int


def table_of(
    titles: Sequence[str], containers: Mapping[str, Sequence[Sequence[str]]], names: Mapping[str, str], sort: str
) -> Table:
    """Return the processes of ``containers`` (by engine id) in one table; an unknown ``sort`` is the usual one."""
    keys = [(CONTAINER, "Container"), *(WORDS.get(title, (title.lower(), title.capitalize())) for title in titles)]
    known = [key for key, _ in keys]
    wanted = sort if sort.removeprefix("-") in known else USUAL if "cpu" in known else CONTAINER
    by, down = wanted.removeprefix("-"), wanted.startswith("-")
    columns = tuple(_column(key, title, by, down=down) for key, title in keys)
    rows = [(names.get(one, one[:12]), *row) for one, processes in containers.items() for row in processes]
    rows = [row[: len(keys)] + ("",) * (len(keys) - len(row)) for row in rows]
    place = known.index(by)
    rows.sort(key=lambda row: (row[0], row))
    rows.sort(key=lambda row: weight(by, row[place]), reverse=down)
    shown = (
        [TOO_FINE.sub("", cell) if key in TIMES else cell for key, cell in zip(known, row, strict=True)] for row in rows
    )
    return Table(columns, tuple(tuple(zip(columns, row, strict=True)) for row in shown), len(rows))


def _column(key: str, title: str, by: str, *, down: bool) -> Column:
    order = "none" if key != by else "descending" if down else "ascending"
    # The first click on a number asks for the largest.
    first = f"-{key}" if key in NUMERIC and key not in {"pid", "ppid"} else key
    turned = key if down else f"-{key}"
    return Column(key, title, key in NUMERIC, order, turned if key == by else first)


def weight(key: str, text: str) -> tuple[int, float, str]:
    """Return what a cell is sorted by: numbers and times as such, what is none of them behind."""
    if key not in NUMERIC:
        return 0, 0.0, text.lower()
    try:
        return 0, float(text.rstrip("%")), ""
    except ValueError:
        pieces = PIECE.findall(text)
    if not pieces:
        return -1, 0.0, text
    return 0, sum(_number(number) * UNITS[unit] for number, unit in pieces), ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
