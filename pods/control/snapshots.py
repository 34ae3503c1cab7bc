"""Applies snapshots to rows: newer only, any number of times, in any order."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from pods.control.asked import give_container_specs, give_pod_specs
from pods.control.changes import announce
from pods.control.hosts import speaker
from pods.control.indexing import CAUSES, list_values, write_rows
from pods.messages import plain
from pods.messages.facts import ContainerFacts, PodFacts
from pods.messages.snapshots import Snapshot
from pods.models import Container, Host, Pod

# Newer with every snapshot: no news to a reader.
_STAMPS = {"observed_at", "epoch", "sequence"}


def apply_snapshot(snapshot: Snapshot) -> None:
    """Take in what an engine reported, in a number of queries that does not depend on the number of pods."""
    with transaction.atomic():
        host = speaker(snapshot.host, snapshot.boot, snapshot.epoch)
        if host is not None:
            announce(host.slug, apply_to(host, snapshot))


def apply_to(host: Host, snapshot: Snapshot) -> set[int]:
    """Apply to a host whose row is locked; returns the primary keys of the pods that changed."""
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
    members = _members(snapshot)
    new = [Pod(host=host, engine_id=pod.id, **_pod_values(pod, members[pod.id], snapshot, observed)) for pod in unknown]
    give_pod_specs(host, new)
    changed = {pod.pk for pod in Pod.objects.bulk_create(new)}
    to_index = list(new)
    fields: set[str] = set()
    present = {pod.id: pod for pod in snapshot.pods}
    for engine_id, row in older.items():
        facts = present.get(engine_id)
        values: dict[str, Any] = (
            {"removed_at": row.removed_at or observed, "epoch": snapshot.epoch, "sequence": snapshot.sequence}
            if facts is None
            else _pod_values(facts, members[engine_id], snapshot, observed)
        )
        if news := _assign(row, values):
            changed.add(row.pk)
            fields |= news
        if news & CAUSES:
            to_index.append(row)
    _update(Pod, [row for row in older.values() if row.pk in changed], fields | _STAMPS)
    write_rows(to_index)
    # What is as it was costs one statement, whatever the number of pods.
    same = [row.pk for row in older.values() if row.pk not in changed]
    Pod.objects.filter(pk__in=same).update(observed_at=observed, epoch=snapshot.epoch, sequence=snapshot.sequence)
    written = {pod.engine_id: pod for pod in new} | {key: row for key, row in older.items() if key in present}
    return changed | _apply_containers(host, written, set(older) - set(present), rows, snapshot, observed)


def _apply_containers(
    host: Host, written: dict[str, Pod], removed: set[str], rows: dict[str, Pod], snapshot: Snapshot, observed: datetime
) -> set[int]:
    """Write the containers of the pods just written; returns the pods whose containers changed."""
    pods = [*(pod.pk for pod in written.values()), *(rows[engine_id].pk for engine_id in removed)]
    known = {(row.pod_id, row.engine_id): row for row in Container.objects.filter(pod__in=pods)}
    changed: set[int] = set()
    new: list[Container] = []
    changed_rows: list[Container] = []
    fields = {"observed_at"}
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
        elif news := _assign(row, values):
            changed_rows.append(row)
            fields |= news
        else:
            same.append(row.pk)
    for key, row in known.items():
        if key not in seen and row.removed_at is None:
            fields |= _assign(row, {"removed_at": observed})
            changed_rows.append(row)
    give_container_specs(host, new)
    Container.objects.bulk_create(new)
    _update(Container, changed_rows, fields)
    Container.objects.filter(pk__in=same).update(observed_at=observed)
    return changed | {row.pod_id for row in changed_rows}


def _assign(row: Pod | Container, values: dict[str, Any]) -> set[str]:
    """Set the values on a row; returns the names of those that are news to a reader."""
    news = {name for name, value in values.items() if name not in _STAMPS and getattr(row, name) != value}
    for name, value in values.items():
        setattr(row, name, value)
    return news


def _update(model: type[Pod] | type[Container], rows: list[Any], fields: set[str]) -> None:
    """Write the fields that changed in any of the rows; Django takes most of the time for each field it is given."""
    if len(rows) == 1:  # the most usual news by far, and a plain save takes half as long
        rows[0].save(update_fields=fields)
        return
    model._default_manager.bulk_update(rows, sorted(fields), batch_size=200)  # noqa: SLF001  # Django's documented API


def _members(snapshot: Snapshot) -> dict[str, list[ContainerFacts]]:
    members: dict[str, list[ContainerFacts]] = {pod.id: [] for pod in snapshot.pods}
    for container in snapshot.containers:
        members.setdefault(container.pod_id, []).append(container)
    return members


def _pod_values(
    facts: PodFacts, containers: list[ContainerFacts], snapshot: Snapshot, observed: datetime
) -> dict[str, Any]:
    return list_values(facts, containers) | {
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
        "mounts": list(facts.mounts),
        "volumes_from": list(facts.volumes_from),
        "security_opts": list(facts.security_opts),
        "devices": list(facts.devices),
        "kernel_limits_json": plain(facts.kernel_limits),
        "stale_network": list(facts.stale_network),
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
        "health": facts.health[:16],
        "init": facts.init,
        "create_command": list(facts.create_command),
        "env": list(facts.env),
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
