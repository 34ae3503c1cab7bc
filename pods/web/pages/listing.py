"""One stretch of the list of pods: what was asked for in the address, the rows, and what else there would be to see.

The number of queries does not depend on how many pods or hosts there are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.utils import timezone

from pods.domain import access
from pods.domain.changes import counts_of
from pods.domain.filters import narrow
from pods.domain.secrets import mask_value
from pods.messages.names import Verb
from pods.models import Host, Pod
from pods.models.operations import OperationState
from pods.models.pods import PodState
from pods.web.pages.chips import Chip, host_chips, label_chips, status_chips
from pods.web.pages.heads import Head, heads
from pods.web.pages.order import common_keys, group_of, in_order, label_totals, section_id, section_of
from pods.web.pages.rows import FAILURE_SHOWN_FOR, Outcome, Row, outcome_of, rows
from pods.web.pages.wanted import BY_LABEL, GROUPS, SORTS, Wanted

# One page is little more than a tall window shows; the page's scripts read on before its end comes into view.
PAGE_SIZE = 50


@dataclass(frozen=True)
class Section:
    """Pods under one head. ``host`` and what follows it: only where they are grouped by host.

    ``creating`` are requests for new pods, one a name.
    """

    slug: str
    title: str
    rows: list[Row]
    total: int
    host: Host | None = None
    creating: list[Outcome] | None = None
    may_operate: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Listing:
    """Pages of pods. ``first`` and ``last`` count from 1; both are 0 on an empty page.

    ``headless`` are the hosts on the page where none of its sections is a host's.
    """

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
    headless: list[Section]
    keys: list[str]
    changes: str

    @property
    def complete(self) -> bool:
        """Whether every pod that the reader may see is on the page."""
        return self.wanted.page == 1 and self.wanted.through >= self.pages and not self.wanted.narrows

    @property
    def before(self) -> str:
        """The address of the page before; "" for the first."""
        return "" if self.wanted.page == 1 else replace(self.wanted, page=self.wanted.page - 1).query() or "?"

    @property
    def after(self) -> str:
        """The address of the page after; "" for the last."""
        return "" if self.wanted.through >= self.pages else replace(self.wanted, page=self.wanted.through + 1).query()

    @property
    def heads(self) -> list[Head]:
        """The heads of the columns."""
        return heads(self.wanted.sort)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """Every order with its words."""
        return list(SORTS.items())

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Everything that pods can be grouped by with its words: labels that are on the page, and the one chosen."""
        keys = dict.fromkeys([*self.keys, *filter(None, [self.wanted.label_key])])
        return [*GROUPS.items(), *((f"{BY_LABEL}{key}", f"Label {key}") for key in keys)]


def listing(
    user: User,
    wanted: Wanted,
    *,
    only: Host | None = None,
    opened: Collection[int] = (),
    filled: bool = True,
) -> Listing:
    """Return the pages asked for of the pods that the user may see.

    ``only``: no other host's section is filled. ``opened``: keys of the pods whose containers are shown.
    Without ``filled`` there are no sections: the counts alone are read.
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
    wanted = replace(wanted, page=min(wanted.page, pages), through=min(wanted.through, pages))
    start, stop = (wanted.page - 1) * PAGE_SIZE, wanted.through * PAGE_SIZE
    on_page: list[Row] = []
    if filled:
        listed = with_statuses(found, wanted).filter(host__in=[host.pk for host in chosen])
        keys = keys_of(listed, wanted, [(host, by_host[host.pk]) for host in chosen], start, stop)
        on_page = rows_of(user, wanted, keys, opened, only)
    made = host_sections(user, wanted, chosen, by_host, on_page, only) if filled else []
    grouped = wanted.group != "host"
    groups = (
        group_sections(user, wanted, on_page, group_totals(found, wanted, counts, chosen)) if grouped and filled else []
    )
    return Listing(
        wanted=wanted,
        sections=groups if grouped else made,
        statuses=status_chips(wanted, counts, {host.pk for host in chosen}),
        labels=label_chips(wanted),
        hosts=host_chips(wanted, hosts, by_host),
        total=total,
        first=start + 1 if total else 0,
        last=min(stop, total),
        pages=pages,
        ended=sum(count for (_, state), count in counts.items() if state in (PodState.EXITED, PodState.STOPPED)),
        headless=made if grouped else [],
        keys=common_keys(row.pod.labels for row in on_page),
        changes=counts_of(hosts),
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


def keys_of(
    found: QuerySet[Pod], wanted: Wanted, hosts: Iterable[tuple[Host, int]], start: int, stop: int
) -> list[int]:
    """Return the keys of the pods from ``start`` to ``stop`` in the order asked for.

    ``hosts`` come in order with the number of their pods, so that where they are the groups no others are sorted.
    """
    skipped = 0
    if wanted.group == "host":
        touched: list[int] = []
        at = 0
        for host, count in hosts:
            if at + count <= start:
                skipped += count
            elif count and at < stop:
                touched.append(host.pk)
            at += count
        found = found.filter(host__in=touched)
    # Keys first: sorting whole rows of a large table costs far more than sorting their names.
    return list(in_order(found, wanted).values_list("pk", flat=True)[start - skipped : stop - skipped])


def rows_of(
    user: User, wanted: Wanted, keys: list[int], opened: Collection[int], only: Host | None = None
) -> list[Row]:
    """Return the rows of the pods with these keys, in their order, each with the section that it belongs to."""
    found = Pod.objects.filter(pk__in=keys)
    place = {key: number for number, key in enumerate(keys)}
    made = rows(user, found if only is None else found.filter(host=only), opened)
    made.sort(key=lambda row: place[row.pod.pk])
    return [replace(row, section=section_of(wanted, row.pod)) for row in made]


def host_sections(
    user: User, wanted: Wanted, hosts: list[Host], by_host: Mapping[int, int], on_page: list[Row], only: Host | None
) -> list[Section]:
    """Return the hosts that belong on the page, in order. A host without pods stands on the first page."""
    filled: dict[int, list[Row]] = {}
    for row in on_page:
        filled.setdefault(row.pod.host_id, []).append(row)
    creating = unmade(user)
    searched = bool(wanted.words or wanted.statuses or wanted.labels)
    found = []
    for host in hosts:
        empty_here = not by_host[host.pk] and wanted.page == 1 and not searched
        if (only is None or host == only) and (host.pk in filled or empty_here or host == only):
            section = Section(
                slug=section_id(replace(wanted, group="host"), host.slug),
                title=host.name,
                rows=filled.get(host.pk, []),
                total=by_host[host.pk],
                host=host,
                creating=creating.get(host.pk, []),
                may_operate=access.may_operate(user, host),
            )
            found.append(section)
    return found


def group_totals(
    found: QuerySet[Pod], wanted: Wanted, counts: Mapping[tuple[int, str], int], hosts: list[Host]
) -> Mapping[str | None, int]:
    """Return how many pods each group has, on this page or elsewhere."""
    here = {host.pk for host in hosts}
    states = Counter[str | None]()
    for (host, state), count in counts.items():
        if host in here and (not wanted.statuses or state.lower() in wanted.statuses):
            states[state] += count
    if key := wanted.label_key:
        return label_totals(with_statuses(found, wanted).filter(host__in=here), key, states.total())
    return {"": states.total()} if wanted.group == "none" else dict(states.items())


def group_sections(user: User, wanted: Wanted, on_page: list[Row], totals: Mapping[str | None, int]) -> list[Section]:
    """Return the groups on the page, in order."""
    found = []
    for group, of_group in groupby(on_page, lambda row: group_of(wanted, row.pod)):
        several = list(of_group)
        if key := wanted.label_key:
            reveal = all(access.may_see_secrets(user, row.pod.host) for row in several)
            value = group if reveal or not group else mask_value(key, group)
            title = f"Without the label {key}" if group is None else f"{key}={value}" if group else key
        else:
            title = group or "Pods of every host"
        found.append(
            Section(
                slug=section_id(wanted, group),
                title=title,
                rows=several,
                total=totals.get(group, 0),
                tone=group if wanted.group == "state" and group else "",
            )
        )
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
