"""Filters over pods that mean what ``podman pod ps --filter`` means, and what it ought to mean where it errs.

Source: libpod's ``pkg/domain/filters/pods.go`` and common's ``filters.MatchLabelFilters`` of 5.8.2. All keys must
hold; of one key's values any, but for ``label`` and ``label!``, whose values are taken together. Beside 4.3.1:
``ctr-ids`` and ``ctr-names`` look at every container, not at the first; an ``id`` of hexadecimal digits is a prefix;
``label!`` is there; a number that is none, a broken pattern and an unknown status are errors, not silence.
As in every Podman, ``ctr-number`` counts the infra container.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.utils import timezone

from pods.domain.errors import Invalid
from pods.domain.patterns import compile_pattern, glob_pattern, literal_piece, matching
from pods.domain.search import among, containing, search
from pods.models import Container, Pod, PodLabel, PodNetwork
from pods.models.pods import INDEXED_VALUE, LONGEST_KEY, PodState

# "dead" is a word that Podman takes and no pod has. Podman takes no "error", so its Error pods cannot be asked for.
STATUSES = (*(state.value.lower() for state in PodState), "dead")
CONTAINER_STATES = {
    "created": ("created", "configured"),
    "running": ("running",),
    "paused": ("paused",),
    "stopped": ("exited", "stopped"),
    "exited": ("exited", "stopped"),
    "unknown": ("unknown",),
}
MOST = 50  # values in one request
LONGEST = 1000  # characters of a value
HEX = re.compile(r"[0-9a-fA-F]*")
WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")  # Go's micro sign
SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_DURATION = 3e9  # seconds, about a century


def narrow(pods: QuerySet[Pod], asked: Mapping[str, Sequence[str]]) -> QuerySet[Pod]:
    """Return those of ``pods`` that every filter in ``asked`` accepts: a query string's names with their values.

    ``q`` is free search, ``host`` a slug, ``filter`` a ``key=value``, and each of Podman's keys stands for itself.
    Other names are somebody else's. Raises Invalid naming the field.
    """
    values = _collect(asked)
    if words := " ".join(asked.get("q", ())):
        pods = search(pods, _text(words, "q"))
    if hosts := [_text(value, "host") for value in asked.get("host", ()) if value]:
        pods = pods.filter(host__slug__in=hosts)
    for key, several in values.items():
        pods = FILTERS[key](pods, several)
    return pods


def _collect(asked: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name in FILTERS:
        # An empty field of a form is one that was not filled in.
        values[name] = [value for value in asked.get(name, ()) if value]
    for pair in asked.get("filter", ()):
        key, equals, value = pair.partition("=")
        if not equals or key not in FILTERS:
            message = f"There is no filter {key[:40]!r}." if equals else "A filter is written KEY=VALUE."
            raise Invalid("invalid", message, field="filter", hint=f"Known: {', '.join(FILTERS)}.")
        values[key].append(value)
    if sum(map(len, values.values())) > MOST:
        raise Invalid("invalid", f"At most {MOST} filters at once.", field="filter")
    return {key: [_text(value, key) for value in several] for key, several in values.items() if several}


def _text(value: str, field: str) -> str:
    if "\0" in value or len(value) > LONGEST:
        raise Invalid("invalid", f"Text of at most {LONGEST} characters without NUL, please.", field=field)
    return value


def _by_id(values: Iterable[str], field: str, ids: Callable[[], Iterable[str]]) -> Q:
    """Match ``engine_id``: hexadecimal digits are its beginning, anything else a pattern."""
    patterns, found = [], Q(pk__in=[])
    for value in values:
        if HEX.fullmatch(value):
            # As a range, which every database's index serves; g comes after the last digit.
            found |= Q(engine_id__gte=value.lower(), engine_id__lt=value.lower() + "g")
        else:
            patterns.append(compile_pattern(value, field))
    return found | among("engine_id", matching(patterns, ids(), field), DEFAULT_DB_ALIAS) if patterns else found


def _ids(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    return pods.filter(_by_id(values, "id", lambda: pods.order_by().values_list("engine_id", flat=True)))


def _names(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    patterns = [compile_pattern(value, "name") for value in values]
    candidates = _candidates(pods, values)
    names = matching(patterns, candidates.order_by().values_list("name", flat=True), "name")
    return candidates.filter(among("name", names, pods.db))


def _candidates(pods: QuerySet[Pod], patterns: Sequence[str]) -> QuerySet[Pod]:
    """Leave out by the search index what cannot match, where the patterns allow it."""
    piece = literal_piece(patterns[0]) if len(patterns) == 1 else ""
    return containing(pods, [piece]) if piece else pods


def _containers(pods: QuerySet[Pod]) -> QuerySet[Container]:
    return Container.objects.filter(removed_at=None, pod__in=pods.order_by()).order_by()


def _container_ids(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    ids = _by_id(values, "ctr-ids", lambda: _containers(pods).values_list("engine_id", flat=True))
    return pods.filter(pk__in=Container.objects.filter(ids, removed_at=None).order_by().values("pod_id"))


def _container_names(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    patterns = [compile_pattern(value, "ctr-names") for value in values]
    candidates = _containers(_candidates(pods, values))
    names = matching(patterns, candidates.values_list("name", flat=True), "ctr-names")
    return pods.filter(pk__in=candidates.filter(among("name", names, pods.db)).values("pod_id"))


def _container_number(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    for value in values:
        if not WHOLE.fullmatch(value):
            raise Invalid("invalid", "A number of containers, please.", field="ctr-number")
    return pods.filter(container_count__in=[int(value) for value in values])


def _container_status(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    for value in values:
        _require(value, CONTAINER_STATES, "ctr-status")
    states = {state for value in values for state in CONTAINER_STATES[value]}
    # Podman leaves init containers out of every pod's status.
    found = Container.objects.filter(removed_at=None, state__in=states).exclude(init__in=("once", "always"))
    return pods.filter(pk__in=found.order_by().values("pod_id"))


def _status(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    words = [value.lower() for value in values]
    for word in words:
        _require(word, STATUSES, "status")
    return pods.filter(state__in=[word.capitalize() for word in words])


def _require(word: str, known: Iterable[str], field: str) -> None:
    if word not in known:
        raise Invalid("invalid", f"There is no status {word[:40]!r}.", field=field, hint=f"One of {', '.join(known)}.")


def _with_label(value: str, field: str) -> Q:
    """Match one ``KEY`` or ``KEY=VALUE``; an asterisk in KEY makes it a glob found anywhere in a label's name."""
    key, _, wanted = value.partition("=")
    found = PodLabel.objects.order_by()
    if "*" in key:
        pattern = compile_pattern(glob_pattern(key.replace("/", "|")), field)
        keys = list(found.values_list("key", flat=True).distinct())
        fitting = matching([pattern], (one.replace("/", "|") for one in keys), field)
        found = found.filter(among("key", [one for one in keys if one.replace("/", "|") in fitting], found.db))
    else:
        found = found.filter(key=key[:LONGEST_KEY])
    if wanted:
        found = found.alias(head=Left("value", INDEXED_VALUE)).filter(head=wanted[:INDEXED_VALUE], value=wanted)
    return Q(pk__in=found.values("pod_id"))


def _labels(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    for value in values:
        pods = pods.filter(_with_label(value, "label"))
    return pods


def _without_labels(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    together = Q()
    for value in values:
        together &= _with_label(value, "label!")
    return pods.exclude(together)


def _networks(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    return pods.filter(pk__in=PodNetwork.objects.filter(name__in=values).order_by().values("pod_id"))


def _until(pods: QuerySet[Pod], values: Sequence[str]) -> QuerySet[Pod]:
    if len(values) != 1:
        raise Invalid("invalid", "Exactly one moment, please.", field="until")
    return pods.filter(created_at__lt=moment_of(values[0]))


def moment_of(text: str) -> datetime:
    """Return the moment that Podman reads: how long ago (``1h30m``), RFC 3339 or its beginning, seconds since 1970.

    A time without a zone is UTC. Raises Invalid naming ``until``.
    """
    parts = DURATION.findall(text)
    try:
        if parts and "".join(number + unit for number, unit in parts) == text:
            ago = sum(float(number) * SECONDS[unit] for number, unit in parts)
            return timezone.now() - timedelta(seconds=min(ago, LONGEST_DURATION))
        if re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,9})?", text):
            return datetime.fromtimestamp(float(text), tz=timezone.get_default_timezone())
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            parsed = datetime.fromisoformat(text)
            return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed)
    except (ValueError, OverflowError):
        pass
    hint = "For example 24h, 2026-11-25T10:00:00Z or 1800000000."
    raise Invalid("invalid", "This is no moment.", field="until", hint=hint)


Filter = Callable[[QuerySet[Pod], Sequence[str]], QuerySet[Pod]]
FILTERS: dict[str, Filter] = {
    "id": _ids,
    "name": _names,
    "status": _status,
    "label": _labels,
    "label!": _without_labels,
    "ctr-ids": _container_ids,
    "ctr-names": _container_names,
    "ctr-number": _container_number,
    "ctr-status": _container_status,
    "network": _networks,
    "until": _until,
}
