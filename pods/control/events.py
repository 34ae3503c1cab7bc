"""Keeps what host workers notice."""

import logging
from datetime import UTC, datetime

from django.db import transaction

from pods.control.changes import announce
from pods.messages.events import Events
from pods.models import Event, Host, Pod

log = logging.getLogger(__name__)
TRIM_AT_ONCE = 500


def take_events(message: Events) -> None:
    """Write what happened, once however often it is told, and let the pages of these pods know."""
    host = Host.objects.filter(slug=message.host).first()
    if host is None:
        log.warning("dropped: nobody registered a host %r", message.host[:63])
        return
    rows = [
        Event(
            host=host,
            key=one.key[:160],
            at=datetime.fromtimestamp(one.at, UTC),
            kind=one.kind,
            pod_engine_id=one.pod_id[:64],
            pod_name=one.pod_name[:255],
            unit=one.unit[:255],
            container=one.container[:255],
            container_engine_id=one.container_id[:64],
            source=one.source[:16],
            details=one.details,
        )
        for one in message.events
    ]
    with transaction.atomic():
        Event.objects.bulk_create(rows, ignore_conflicts=True)
        pods = Pod.objects.filter(host=host, engine_id__in={row.pod_engine_id for row in rows})
        announce(host.slug, list(pods.values_list("pk", flat=True)))


def trim_events(before: int) -> bool:
    """Delete some events of before the moment; returns whether there may be more."""
    old = Event.objects.filter(at__lt=datetime.fromtimestamp(before, UTC)).order_by("at")
    keys = list(old.values_list("pk", flat=True)[:TRIM_AT_ONCE])
    Event.objects.filter(pk__in=keys).delete()
    return len(keys) == TRIM_AT_ONCE
