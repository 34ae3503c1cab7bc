"""Which operations the page of operations shows, as its address says, and the chips that change it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict

from pods.domain import access
from pods.messages.names import Verb
from pods.models import Operation
from pods.models.operations import OperationState
from pods.templatetags.podweb import verb_word
from pods.web.pages.chips import turned
from pods.web.pages.wanted import clean, number, unique

# Verbs and people get a chip if they occur among so many of the newest operations: counting all would take long.
LOOKED_AT = 2000
MOST = 20  # of each kind in an address


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; empty = every one. ``hosts`` are slugs, ``people`` names as they were then."""

    states: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether some operations may be left out."""
        return bool(self.states or self.verbs or self.hosts or self.people)

    def query(self, page: int = 1) -> str:
        """Return it as the part of an address from ``?`` on, for one page of it."""
        named = (("state", self.states), ("verb", self.verbs), ("host", self.hosts), ("by", self.people))
        pairs = [(name, word) for name, words in named for word in words]
        pairs += [("page", str(page))] if page > 1 else []
        return f"?{urlencode(pairs)}"


@dataclass(frozen=True)
class Chip:
    """One filter. ``query`` is the address that sets it, or takes it out."""

    id: str
    text: str
    query: str
    chosen: bool


@dataclass(frozen=True)
class Chips:
    """The filters of one kind."""

    title: str
    chips: tuple[Chip, ...]


def parse_wanted(parameters: QueryDict) -> Wanted:
    """Return what the address asks for. What makes no sense in it is left out: an old link still shows operations."""

    def known(name: str, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(unique(word for word in parameters.getlist(name) if word in words))

    return Wanted(
        states=known("state", OperationState.values),
        verbs=known("verb", [verb.value for verb in Verb]),
        hosts=tuple(unique(clean(parameters.getlist("host"))))[:MOST],
        people=tuple(unique(clean(parameters.getlist("by"))))[:MOST],
        page=number(parameters.get("page", "")),
    )


def narrowed(found: QuerySet[Operation], wanted: Wanted) -> QuerySet[Operation]:
    """Return those of the operations that are asked for."""
    fields = {
        "state__in": wanted.states,
        "verb__in": wanted.verbs,
        "host__slug__in": wanted.hosts,
        "asked_by_name__in": wanted.people,
    }
    return found.filter(**{name: words for name, words in fields.items() if words})


def chips(user: User, wanted: Wanted) -> list[Chips]:
    """Return the filters in the page's order, in two queries. A kind with one choice alone has none."""
    newest = access.visible_operations(user).values_list("verb", "asked_by_name")[:LOOKED_AT]
    seen = set(newest)
    verbs = {verb for verb, _ in seen} | set(wanted.verbs)
    people = {name for _, name in seen} | set(wanted.people)
    hosts = dict(access.visible_hosts(user).values_list("slug", "name"))
    hosts |= {slug: slug for slug in wanted.hosts if slug not in hosts}
    kinds: list[tuple[str, str, list[str], Callable[[str], str]]] = [
        ("States", "states", list(OperationState.values), str),
        ("Actions", "verbs", [verb.value for verb in Verb if verb.value in verbs], verb_word),
        ("Hosts", "hosts", sorted(hosts), lambda slug: hosts[slug]),
        ("People", "people", sorted(people), str),
    ]
    return [
        Chips(title, tuple(_chip(wanted, field, word, say(word)) for word in words))
        for title, field, words, say in kinds
        if len(words) > 1 or getattr(wanted, field)
    ]


def _chip(wanted: Wanted, field: str, word: str, text: str) -> Chip:
    words: tuple[str, ...] = getattr(wanted, field)
    query = replace(wanted, **{field: turned(words, word)}).query()  # type: ignore[arg-type]  # each is a tuple of words
    return Chip(f"chip-{field}-{word}".replace(" ", "_"), text, query, word in words)
