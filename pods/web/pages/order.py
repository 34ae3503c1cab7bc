"""The order of the list, and the heads under which pods stand in it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy
from django.utils.crypto import salted_hmac

from pods.models import Pod
from pods.models.pods import LONGEST_KEY, PodLabel, PodState
from pods.web.pages.wanted import Wanted

SALT = "pods.web.pages.order"
# Trouble first.
RANK = {
    state.value: rank
    for rank, state in enumerate(
        (
            PodState.ERROR,
            PodState.DEGRADED,
            PodState.PAUSED,
            PodState.RUNNING,
            PodState.CREATED,
            PodState.STOPPED,
            PodState.EXITED,
        )
    )
}
_BY_RANK: Any = Case(
    *[When(state=state, then=Value(rank)) for state, rank in RANK.items()],
    default=Value(len(RANK)),
    output_field=IntegerField(),
)


def in_order(found: QuerySet[Pod], wanted: Wanted) -> QuerySet[Pod]:
    """Return the pods group by group, in the order asked for; equal ones by name, host and key."""
    if key := wanted.label_key:
        labels = PodLabel.objects.filter(pod=OuterRef("pk"), key=key[:LONGEST_KEY])
        found = found.alias(group_value=Subquery(labels.values("value")[:1]))
    return found.order_by(*_of_groups(wanted), *_of_sort(wanted), "name", "host__slug", "pk")


def _of_groups(wanted: Wanted) -> list[str | OrderBy]:
    if wanted.label_key:
        return [F("group_value").asc(nulls_last=True)]
    if wanted.group == "state":
        return [_BY_RANK.asc()]
    return [] if wanted.group == "none" else ["host__slug"]


def _of_sort(wanted: Wanted) -> list[str | OrderBy]:
    down = wanted.sort.startswith("-")
    match wanted.sort.removeprefix("-"):
        case "name":
            return ["-name"] if down else []
        case "state":
            return [_BY_RANK.desc() if down else _BY_RANK.asc()]
        case "age":
            age = F("created_at")
            return [age.asc(nulls_last=True) if down else age.desc(nulls_last=True)]
    return []


def group_of(wanted: Wanted, pod: Pod) -> str | None:
    """Return what the pod's group has in common: host, state or label value; None: it has not that label."""
    if key := wanted.label_key:
        value = pod.labels.get(key)
        return None if value is None else str(value)
    if wanted.group == "state":
        return pod.state
    return "" if wanted.group == "none" else pod.host.slug


def section_id(wanted: Wanted, group: str | None) -> str:
    """Return the id of the group's section in the page."""
    if wanted.group == "host":
        return f"host-{group}"
    if wanted.label_key:
        # Any text can be a label's value, a secret too: nobody can try out what gives this id.
        return "group-without" if group is None else f"group-{salted_hmac(SALT, group).hexdigest()[:16]}"
    return f"group-{group.lower()}" if group else "group-every"


def section_of(wanted: Wanted, pod: Pod) -> str:
    """Return the id of the section that the pod belongs to."""
    return section_id(wanted, group_of(wanted, pod))


def label_totals(found: QuerySet[Pod], key: str, total: int) -> Mapping[str | None, int]:
    """Return how many of ``found`` (``total``) have each value of the label; None: have it not."""
    labels = PodLabel.objects.filter(key=key[:LONGEST_KEY], pod__in=found.order_by())
    counts: dict[str | None, int] = dict(labels.values_list("value").annotate(Count("pk")))
    counts[None] = total - sum(counts.values())
    return counts


def common_keys(labels: Iterable[Mapping[str, str]], most: int = 12) -> list[str]:
    """Return the names of labels that several of these pods have, those that divide them best first."""
    values: dict[str, list[str]] = {}
    for one in labels:
        for key, value in one.items():
            values.setdefault(key, []).append(value)
    shared = [key for key, several in values.items() if len(set(several)) < len(several)]
    return sorted(sorted(shared), key=lambda key: -len(values[key]))[:most]
