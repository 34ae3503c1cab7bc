"""The filters of the list as chips: each a link that sets it, or takes it out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pods.models import Host
from pods.models.pods import PodState
from pods.web.pages.wanted import Wanted


@dataclass(frozen=True)
class Chip:
    """One filter. ``query`` is the address that sets it, or takes it out; ``count`` is how many pods it shows."""

    text: str
    query: str
    chosen: bool
    count: int = 0
    tone: str = ""
    host: Host | None = None


def narrowed(wanted: Wanted, **changes: tuple[str, ...]) -> str:
    """Return the address of the first page with other filters."""
    return replace(wanted, page=1, **changes).query() or "?"  # type: ignore[arg-type]  # each is a tuple of words


def turned(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Return the words with ``word`` turned over: taken out, or put in."""
    return tuple(one for one in words if one != word) if word in words else (*words, word)


def status_chips(wanted: Wanted, counts: Mapping[tuple[int, str], int], hosts: set[int]) -> list[Chip]:
    """Return a chip for each state that some pod is in, or that is asked for."""
    by_state = Counter[str]()
    for (host, state), count in counts.items():
        if host in hosts:
            by_state[state] += count
    return [
        Chip(
            text=state.value,
            query=narrowed(wanted, statuses=turned(wanted.statuses, state.value.lower())),
            chosen=state.value.lower() in wanted.statuses,
            count=by_state[state.value],
            tone=state.value,
        )
        for state in PodState
        if by_state[state.value] or state.value.lower() in wanted.statuses
    ]


def host_chips(wanted: Wanted, hosts: list[Host], by_host: Mapping[int, int]) -> list[Chip]:
    """Return a chip for each host; none where there is but one."""
    if len(hosts) < 2:
        return []
    return [
        Chip(
            text=host.name,
            query=narrowed(wanted, hosts=turned(wanted.hosts, host.slug)),
            chosen=host.slug in wanted.hosts,
            count=by_host[host.pk],
            host=host,
        )
        for host in hosts
    ]


def label_chips(wanted: Wanted) -> list[Chip]:
    """Return a chip for each label that is asked for."""
    return [Chip(label, narrowed(wanted, labels=turned(wanted.labels, label)), True) for label in wanted.labels]
