"""What the address of the list asks for: which pods, in which order, under which heads, and which pages of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from pods.models.pods import PodState

# What an address may hold of each; the rest is left out.
LONGEST = 200  # characters
MOST = 10  # words, labels
PAGES_AT_ONCE = 20
SORTS = {
    "name": "Name",
    "-name": "Name, Z first",
    "state": "State, trouble first",
    "-state": "State, trouble last",
    "age": "Newest first",
    "-age": "Oldest first",
    "-cpu": "CPU, most first",
    "cpu": "CPU, least first",
    "-memory": "Memory, most first",
    "memory": "Memory, least first",
}
GROUPS = {"host": "Host", "state": "State", "none": "No groups"}
BY_LABEL = "label:"


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. ``statuses`` are lower case, ``hosts`` are slugs; empty = every one.

    ``page`` to ``through`` are shown. ``group`` is one of GROUPS or ``label:KEY``. Live numbers (``cpu``, ``memory``)
    are known to the page alone: the server gives these pods in the order of names, and the page sorts them.
    """

    words: str = ""
    statuses: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    page: int = 1
    through: int = 1
    sort: str = "name"
    group: str = "host"

    @property
    def narrows(self) -> bool:
        """Whether some pods may be left out."""
        return bool(self.words or self.statuses or self.labels or self.hosts)

    @property
    def label_key(self) -> str:
        """The label by whose value pods are grouped; "" for none."""
        return self.group.removeprefix(BY_LABEL) if self.group.startswith(BY_LABEL) else ""

    @property
    def is_live(self) -> bool:
        """Whether the order is that of live numbers."""
        return self.sort.removeprefix("-") in {"cpu", "memory"}

    @property
    def filters(self) -> list[tuple[str, str]]:
        """Names and values of what narrows the list, but for the words."""
        pairs = [("status", status) for status in self.statuses]
        pairs += [("label", label) for label in self.labels]
        return pairs + [("host", host) for host in self.hosts]

    @property
    def look(self) -> list[tuple[str, str]]:
        """Names and values of order and groups, where they are not the usual ones."""
        pairs = [("sort", self.sort)] if self.sort != "name" else []
        return pairs + ([("group", self.group)] if self.group != "host" else [])

    @property
    def everything(self) -> str:
        """The address of all pods in the same order and groups."""
        return f"?{urlencode(self.look)}" if self.look else ""

    def query(self) -> str:
        """Return it as the part of an address from ``?`` on; "" for everything."""
        pairs = [("q", self.words)] if self.words else []
        pairs += self.filters + self.look
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else ""


def parse_wanted(parameters: QueryDict) -> Wanted:
    """Return what the address asks for. What makes no sense in it is left out: an old link still shows pods."""
    known = {state.value.lower() for state in PodState}
    words = parameters.get("q", "").replace("\0", "")[:LONGEST].split()
    page = number(parameters.get("page", ""))
    sort = parameters.get("sort", "")
    return Wanted(
        words=" ".join(words[:MOST]),
        statuses=tuple(unique(word for word in parameters.getlist("status") if word in known)),
        labels=tuple(unique(clean(parameters.getlist("label")))[:MOST]),
        hosts=tuple(unique(clean(parameters.getlist("host")))),
        page=page,
        through=min(max(page, number(parameters.get("through", ""))), page + PAGES_AT_ONCE - 1),
        sort=sort if sort in SORTS else "name",
        group=parse_group(parameters.get("group", "")),
    )


def parse_group(text: str) -> str:
    """Return by what pods are grouped; by host where the text makes no sense."""
    if text.startswith(BY_LABEL):
        key = next(iter(clean([text.removeprefix(BY_LABEL)])), "")
        return f"{BY_LABEL}{key}" if key else "host"
    return text if text in GROUPS else "host"


def number(text: str) -> int:
    """Return a page's number, 1 for what is none."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def clean(words: Iterable[str]) -> Iterable[str]:
    """Return those of the words that can be text of a database and are not empty."""
    cut = (word.replace("\0", "").strip()[:LONGEST] for word in words)
    return (word for word in cut if word)


def unique(words: Iterable[str]) -> list[str]:
    """Return the words without repetitions, in their order."""
    return list(dict.fromkeys(words))
