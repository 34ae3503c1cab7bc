"""Applies snapshots to rows: newer only, any number of times, in any order."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from pods.control.changes import announce
from pods.control.hosts import speaker
from pods.messages import plain
from pods.messages.facts import ContainerFacts, PodFacts
from pods.messages.snapshots import Snapshot
from pods.models import Container, Host, Pod

_UNCOMPARED = {"id", "host", "pod", "engine_id", "observed_at", "epoch", "sequence"}
_POD_FIELDS = [f.name for f in Pod._meta.concrete_fields if f.name not in {"id", "host", "engine_id"}]  # noqa: SLF001
_CONTAINER_FIELDS = [
    f.name
    for f in Container._meta.concrete_fields  # noqa: SLF001  # Django's documented _meta API
    if f.name not in {"id", "pod", "engine_id"}
]


def apply_snapshot(snapshot: Snapshot) -> None:
    """Take in what an engine reported, in a number of queries that does not depend on the number of pods."""
    with transaction.atomic():
        host = speaker(snapshot.host, snapshot.boot, snapshot.epoch)
        if host is not None:
            apply_to(host, snapshot)


def apply_to(host: Host, snapshot: Snapshot) -> None:
    """Apply to a host whose row is locked. Announces the pods that changed."""
    observed = datetime.fromtimestamp(snapshot.observed_at, UTC)
    stamp = (snapshot.epoch, snapshot.sequence)
    if snapshot.complete and snapshot.sequence > host.snapshot_sequence:
        host.snapshot_sequence, host.snapshot_at = snapshot.sequence, observed
        Host.objects.filter(pk=host.pk).update(snapshot_sequence=snapshot.sequence, snapshot_at=observed)
    scope = Q(removed_at=None) | Q(engine_id__in=[pod.id for pod in snapshot.pods])
    if not snapshot.complete:
        scope = Q(engine_id__in=[*snapshot.pod_ids, *(pod.id for pod in snapshot.pods)])
    rows = {pod.engine_id: pod for pod in Pod.objects.filter(scope, host=host)}
    # What an older snapshot lists was gone already when the newest complete one was taken, if no row knows it to exist.
    newest = snapshot.sequence >= host.snapshot_sequence
    older = {
        key: row
        for key, row in rows.items()
        if (row.epoch, row.sequence) < stamp and (newest or row.removed_at is None)
    }
    unknown = [pod for pod in snapshot.pods if newest and pod.id not in rows]
    new = [Pod(host=host, engine_id=pod.id, **_pod_values(pod, snapshot, observed)) for pod in unknown]
    changed = {pod.pk for pod in Pod.objects.bulk_create(new)}
    present = {pod.id: pod for pod in snapshot.pods}
    for engine_id, row in older.items():
        facts = present.get(engine_id)
        values: dict[str, Any] = (
            {"removed_at": row.removed_at or observed, "epoch": snapshot.epoch, "sequence": snapshot.sequence}
            if facts is None
            else _pod_values(facts, snapshot, observed)
        )
        if _assign(row, values):
            changed.add(row.pk)
    Pod.objects.bulk_update([row for row in older.values() if row.pk in changed], _POD_FIELDS, batch_size=200)
    # What is as it was costs one statement, whatever the number of pods.
    same = [row.pk for row in older.values() if row.pk not in changed]
    Pod.objects.filter(pk__in=same).update(observed_at=observed, epoch=snapshot.epoch, sequence=snapshot.sequence)
    written = {pod.engine_id: pod for pod in new} | {key: row for key, row in older.items() if key in present}
    changed |= _apply_containers(written, set(older) - set(present), rows, snapshot, observed)
    announce(host.slug, changed)


def _apply_containers(
    written: dict[str, Pod], removed: set[str], rows: dict[str, Pod], snapshot: Snapshot, observed: datetime
) -> set[int]:
    """Write the containers of the pods just written; returns the pods whose containers changed."""
    pods = [*(pod.pk for pod in written.values()), *(rows[engine_id].pk for engine_id in removed)]
    known = {(row.pod_id, row.engine_id): row for row in Container.objects.filter(pod__in=pods)}
    changed: set[int] = set()
    new: list[Container] = []
    news: list[Container] = []
    same: list[int] = []
    seen: set[tuple[int, str]] = set()
    for facts in snapshot.containers:
        pod = written.get(facts.pod_id)
        if pod is None:
            continue
        key = (pod.pk, facts.id)
        seen.add(key)
        values = _container_values(facts, observed)
        row = known.get(key)
        if row is None:
            new.append(Container(pod=pod, engine_id=facts.id, **values))
            changed.add(pod.pk)
        elif _assign(row, values):
            news.append(row)
        else:
            same.append(row.pk)
    for key, row in known.items():
        if key not in seen and row.removed_at is None:
            row.removed_at = observed
            news.append(row)
    Container.objects.bulk_create(new)
    Container.objects.bulk_update(news, _CONTAINER_FIELDS, batch_size=200)
    Container.objects.filter(pk__in=same).update(observed_at=observed)
    return changed | {row.pod_id for row in news}


def _assign(row: Pod | Container, values: dict[str, Any]) -> bool:
    """Set the values on a row; returns whether any of them is news to a reader."""
    news = False
    for name, value in values.items():
        if name not in _UNCOMPARED and getattr(row, name) != value:
            news = True
        setattr(row, name, value)
    return news


def _pod_values(facts: PodFacts, snapshot: Snapshot, observed: datetime) -> dict[str, Any]:
    return {
        "name": facts.name,
        "state": facts.state,
        "created_at": moment(facts.created_at),
        "created_text": facts.created_at,
        "observed_at": observed,
        "removed_at": None,
        "epoch": snapshot.epoch,
        "sequence": snapshot.sequence,
        "namespace": facts.namespace,
        "hostname": facts.hostname,
        "labels": facts.labels,
        "cgroup_parent": facts.cgroup_parent,
        "cgroup_path": facts.cgroup_path,
        "shares_cgroup": facts.shares_cgroup,
        "shared_namespaces": list(facts.shared_namespaces),
        "has_infra_container": facts.has_infra_container,
        "infra_container_id": facts.infra_container_id,
        "create_command": list(facts.create_command),
        "exit_policy": facts.exit_policy,
        "restart_policy": facts.restart_policy,
        "lock_number": facts.lock_number,
        "resource_limits_json": plain(facts.resource_limits),
        "infra_json": plain(facts.infra),
    }


def _container_values(facts: ContainerFacts, observed: datetime) -> dict[str, Any]:
    return {
        "name": facts.name,
        "state": facts.state,
        "is_infra": facts.is_infra,
        "pid": facts.pid,
        "image": facts.image,
        "image_id": facts.image_id,
        "command": list(facts.command),
        "created_text": facts.created_at,
        "started_at": moment(facts.started_at),
        "exited_at": moment(facts.exited_at),
        "exit_code": facts.exit_code,
        "labels": facts.labels,
        "networks": list(facts.networks),
        "ports_json": plain(facts.ports),
        "mounts": list(facts.mounts),
        "restarts": facts.restarts,
        "observed_at": observed,
        "removed_at": None,
    }


def moment(text: str | None) -> datetime | None:
    """Return the engine's time (RFC 3339 with up to nine digits, or seconds since 1970); None for none or nonsense."""
    if not text:
        return None
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    try:
        parsed = datetime.fromisoformat(text) if text[:4] > "0001" else None
    except ValueError:
        return None
    return parsed if parsed is None or timezone.is_aware(parsed) else parsed.replace(tzinfo=UTC)
