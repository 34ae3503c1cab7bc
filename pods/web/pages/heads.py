"""The heads of the list's columns, some of which sort it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    """One column. ``sort`` is the order that its button asks for, ``aria`` the order that is; "" without a button."""

    slug: str
    text: str
    title: str = ""
    column: str = ""
    sort: str = ""
    aria: str = ""


# Of numbers the greatest come first, when they are asked for.
COLUMNS = (
    (Head("c-name", "Pod", column="name"), "name"),
    (Head("c-state", "State", "Trouble first", column="state"), "state"),
    (Head("c-cpu num", "CPU", "Percent of one core, over the last second", column="cpu"), "-cpu"),
    (
        Head("c-mem num", "Memory", "In use, file cache that the kernel would drop first left out", column="memory"),
        "-memory",
    ),
    (Head("c-net num", "Network", "Bytes per second received and sent, counted once per network namespace"), ""),
    (Head("c-io num", "Block I/O", "Bytes per second read from and written to block devices"), ""),
    (Head("c-pids num", "PIDs", "Processes and threads"), ""),
)
# Those that a reader may leave out, by the words of their classes.
OPTIONAL = [(head.slug.removeprefix("c-").partition(" ")[0], head.text) for head, _ in COLUMNS[2:]]


def heads(sort: str) -> list[Head]:
    """Return the heads of a list that is in the order ``sort``."""
    found = []
    for head, first in COLUMNS:
        aria = value = ""
        if first:
            other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
            value = other if sort == first else first
            down = "descending" if sort.startswith("-") else "ascending"
            aria = down if sort.removeprefix("-") == head.column else "none"
        found.append(Head(head.slug, head.text, head.title, head.column, value, aria))
    return found
