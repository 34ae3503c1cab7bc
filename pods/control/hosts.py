"""What host workers say about themselves and their engines."""

import logging
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pods.control.changes import announce
from pods.messages import plain
from pods.messages.hosts import EngineStatus, HostOnline
from pods.models import Host, Operation
from pods.models.operations import OperationState

log = logging.getLogger(__name__)
SILENT_AFTER = timedelta(seconds=15)  # three signs of life missed


def speaker(slug: str, boot: str, epoch: int) -> Host | None:
    """Return the locked row of a host if this boot of its worker speaks for it; None otherwise (what it says is old).

    Call inside a transaction. A boot not heard of yet (its announcement is still on its way) is taken if it is newer.
    """
    host = Host.objects.select_for_update().filter(slug=slug).first()
    if host is None:
        log.warning("dropped: nobody registered a host %r", slug[:63])
        return None
    if str(host.boot) == boot:
        return host
    # A clock that went back makes a new boot look old; once the former boot is silent it is believed all the same.
    if epoch > host.epoch or _is_silent(host):
        _adopt(host, boot, epoch)
        return host
    return None


def _is_silent(host: Host) -> bool:
    return host.heard_at is None or timezone.now() - host.heard_at > SILENT_AFTER


def _adopt(host: Host, boot: str, epoch: int) -> None:
    """Let a new boot speak for the host; what the former one had running is lost."""
    host.boot, host.epoch = boot, epoch
    host.online_at = host.heard_at = timezone.now()
    host.status_sequence = host.snapshot_sequence = host.resources_sequence = 0
    host.silent = False
    host.save(
        update_fields=[
            *("boot", "epoch", "online_at", "heard_at", "silent"),
            *("status_sequence", "snapshot_sequence", "resources_sequence"),
        ]
    )
    lost = Operation.objects.filter(host=host, state=OperationState.RUNNING).exclude(boot=boot)
    pods = list(lost.values_list("pod_id", flat=True))
    lost.update(
        state=OperationState.LOST,
        ended_at=timezone.now(),
        code="worker_restarted",
        message="The host worker ended while this ran, so nobody saw how it ended.",
        hint="The pod's state was read afresh: look at it before asking again.",
    )
    announce(host.slug, pods, everything=True)


def host_online(message: HostOnline) -> None:
    """Take in the first word of a boot."""
    with transaction.atomic():
        speaker(message.host, message.boot, message.epoch)


def engine_status(message: EngineStatus) -> None:
    """Take in whether the engine answers; only a newer word of the boot that speaks counts."""
    with transaction.atomic():
        host = speaker(message.host, message.boot, message.epoch)
        if host is None or message.sequence <= host.status_sequence:
            return
        changed = (
            host.silent
            or host.answering != message.answering
            or host.advice != message.advice
            or host.notes != list(message.notes)
            or host.attempts != plain(message.attempts)
        )
        host.status_sequence = message.sequence
        host.heard_at = timezone.now()
        host.silent = False
        host.answering = message.answering
        host.answering_since = datetime.fromtimestamp(message.since, UTC)
        host.socket = message.socket[:200]
        if message.info is not None:
            host.engine_info = plain(message.info)
        host.attempts = plain(message.attempts)
        host.advice = message.advice
        host.notes = list(message.notes)
        host.save()
        announce(host.slug, everything=changed)


def mark_silent() -> None:
    """Mark the hosts whose worker has said nothing for a while."""
    before = timezone.now() - SILENT_AFTER
    with transaction.atomic():
        for host in Host.objects.select_for_update().filter(silent=False, heard_at__lt=before):
            host.silent = True
            host.save(update_fields=["silent"])
            announce(host.slug, everything=True)
