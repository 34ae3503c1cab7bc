"""One page of the list of pods: what was asked for in the address, the rows, and what else there would be to see.

The number of queries does not depend on how many pods or hosts there are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils import timezone

from pods.domain import access
from pods.domain.filters import narrow
from pods.messages.names import Verb
from pods.models import Host, Pod
from pods.models.operations import OperationState
from pods.models.pods import PodState
from pods.web.pages.rows import FAILURE_SHOWN_FOR, Outcome, Row, outcome_of, rows

PAGE_SIZE = 100
# What an address may hold of each; the rest is left out.
LONGEST = 200  # characters
MOST = 10  # words, labels


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. ``statuses`` are lower case, ``hosts`` are slugs; empty = every one."""

    words: str = ""
    statuses: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether some pods may be left out."""
        return bool(self.words or self.statuses or self.labels or self.hosts)

    def query(self) -> str:
        """Return it as the part of an address from ``?`` on; "" for everything."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [("status", status) for status in self.statuses]
        pairs += [("label", label) for label in self.labels]
        pairs += [("host", host) for host in self.hosts]
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else ""


def parse_wanted(parameters: QueryDict) -> Wanted:
    """Return what the address asks for. What makes no sense in it is left out: an old link still shows pods."""
    known = {state.value.lower() for state in PodState}
    page = parameters.get("page", "")
    words = parameters.get("q", "").replace("\0", "")[:LONGEST].split()
    return Wanted(
        words=" ".join(words[:MOST]),
        statuses=tuple(unique(word for word in parameters.getlist("status") if word in known)),
        labels=tuple(unique(clean(parameters.getlist("label")))[:MOST]),
        hosts=tuple(unique(clean(parameters.getlist("host")))),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
    )


def clean(words: Iterable[str]) -> Iterable[str]:
    """Return those of the words that can be text of a database and are not empty."""
    cut = (word.replace("\0", "").strip()[:LONGEST] for word in words)
    return (word for word in cut if word)


def unique(words: Iterable[str]) -> list[str]:
    """Return the words without repetitions, in their order."""
    return list(dict.fromkeys(words))


@dataclass(frozen=True)
class Chip:
    """One filter. ``query`` is the address that sets it, or takes it out; ``count`` is how many pods it shows."""

    text: str
    query: str
    chosen: bool
    count: int = 0
    tone: str = ""
    host: Host | None = None


@dataclass(frozen=True)
class Section:
    """One host with those of its pods that are on this page; ``creating`` are requests for new ones, one a name."""

    host: Host
    rows: list[Row]
    total: int
    creating: list[Outcome]
    may_operate: bool


@dataclass(frozen=True)
class Listing:
    """One page of pods. ``first`` and ``last`` count from 1; both are 0 on an empty page."""

    wanted: Wanted
    sections: list[Section]
    statuses: list[Chip]
    labels: list[Chip]
    hosts: list[Chip]
    total: int
    first: int
    last: int
    pages: int
    ended: int

    @property
    def complete(self) -> bool:
        """Whether every pod that the reader may see is on the page."""
        return self.pages == 1 and not self.wanted.narrows

    @property
    def before(self) -> str:
        """The address of the page before; "" for the first."""
        return "" if self.wanted.page == 1 else replace(self.wanted, page=self.wanted.page - 1).query() or "?"

    @property
    def after(self) -> str:
        """The address of the page after; "" for the last."""
        return "" if self.wanted.page >= self.pages else replace(self.wanted, page=self.wanted.page + 1).query()


def listing(user: User, wanted: Wanted, *, only: Host | None = None, filled: bool = True) -> Listing:
    """Return one page of the pods that the user may see.

    ``only``: no other host's section is filled. Without ``filled`` there are no sections: the counts alone are read.
    """
    hosts = list(access.visible_hosts(user))
    chosen = [host for host in hosts if not wanted.hosts or host.slug in wanted.hosts or host == only]
    found = matching(user, wanted)
    counts = {
        (host, state): count
        for host, state, count in found.order_by().values_list("host_id", "state").annotate(Count("pk"))
    }
    by_host = Counter[int]()
    for (host_id, state), count in counts.items():
        if not wanted.statuses or state.lower() in wanted.statuses:
            by_host[host_id] += count
    total = sum(by_host[host.pk] for host in chosen)
    pages = max(1, -(-total // PAGE_SIZE))
    wanted = replace(wanted, page=min(wanted.page, pages))
    start = (wanted.page - 1) * PAGE_SIZE
    shown: list[Section] = []
    if filled:
        on_page = page_of(with_statuses(found, wanted), [(host, by_host[host.pk]) for host in chosen], start)
        shown = sections(user, wanted, chosen, by_host, on_page, only)
    return Listing(
        wanted=wanted,
        sections=shown,
        statuses=status_chips(wanted, counts, {host.pk for host in chosen}),
        labels=[Chip(label, narrowed(wanted, labels=turned(wanted.labels, label)), True) for label in wanted.labels],
        hosts=host_chips(wanted, hosts, by_host),
        total=total,
        first=start + 1 if total else 0,
        last=min(start + PAGE_SIZE, total),
        pages=pages,
        ended=sum(count for (_, state), count in counts.items() if state in (PodState.EXITED, PodState.STOPPED)),
    )


def matching(user: User, wanted: Wanted) -> QuerySet[Pod]:
    """Return the existing pods that hold the words and labels, whatever their host and state."""
    asked = {"label": wanted.labels, "q": (wanted.words,)}
    return narrow(access.visible_pods(user).filter(removed_at=None), asked)


def with_statuses(found: QuerySet[Pod], wanted: Wanted) -> QuerySet[Pod]:
    """Return those in one of the states asked for."""
    states = [state.value for state in PodState if state.value.lower() in wanted.statuses]
    return found.filter(state__in=states) if states else found


def with_hosts(found: QuerySet[Pod], wanted: Wanted) -> QuerySet[Pod]:
    """Return those on one of the hosts asked for."""
    return found.filter(host__slug__in=wanted.hosts) if wanted.hosts else found


def page_of(found: QuerySet[Pod], hosts: Iterable[tuple[Host, int]], start: int) -> QuerySet[Pod]:
    """Return the pods of the page that begins at ``start``, in the order of their hosts, then by name.

    ``hosts`` come in order with the number of their pods, so that only hosts on the page are sorted.
    """
    touched: list[int] = []
    skipped, at = 0, 0
    for host, count in hosts:
        if at + count <= start:
            skipped += count
        elif count and at < start + PAGE_SIZE:
            touched.append(host.pk)
        at += count
    # Keys first: sorting whole rows of a large table costs far more than sorting their names.
    ordered = found.filter(host__in=touched).order_by("host__slug", "name", "pk")
    keys = list(ordered.values_list("pk", flat=True)[start - skipped : start - skipped + PAGE_SIZE])
    return Pod.objects.filter(pk__in=keys).order_by("host__slug", "name", "pk")


def sections(
    user: User, wanted: Wanted, hosts: list[Host], by_host: Mapping[int, int], on_page: QuerySet[Pod], only: Host | None
) -> list[Section]:
    """Return the hosts that belong on the page, in order. A host without pods stands on the first page."""
    filled: dict[int, list[Row]] = {}
    for row in rows(user, on_page if only is None else on_page.filter(host=only)):
        filled.setdefault(row.pod.host_id, []).append(row)
    creating = unmade(user)
    searched = bool(wanted.words or wanted.statuses or wanted.labels)
    found = []
    for host in hosts:
        empty_here = not by_host[host.pk] and wanted.page == 1 and not searched
        if (only is None or host == only) and (host.pk in filled or empty_here or host == only):
            section = Section(
                host,
                filled.get(host.pk, []),
                by_host[host.pk],
                creating.get(host.pk, []),
                access.may_operate(user, host),
            )
            found.append(section)
    return found


def unmade(user: User) -> dict[int, list[Outcome]]:
    """Return, by host, what became of the newest request for each name: one that failed is no news once it was made."""
    recent = access.visible_operations(user).filter(
        verb=Verb.CREATE.value, asked_at__gt=timezone.now() - FAILURE_SHOWN_FOR
    )
    newest = {(one.host_id, one.pod_name): one for one in recent.order_by("asked_at")}
    found: dict[int, list[Outcome]] = {}
    for operation in newest.values():
        outcome = outcome_of(operation)
        # A made pod says so in its own row.
        if outcome is not None and operation.state != OperationState.DONE:
            found.setdefault(operation.host_id, []).append(outcome)
    return found


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
