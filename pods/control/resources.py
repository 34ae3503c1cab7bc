"""Takes in what host workers say that their hosts offer."""

from django.db import transaction

from pods.control.hosts import speaker
from pods.messages import plain
from pods.messages.resources import HostResources
from pods.models import Host


def host_resources(message: HostResources) -> None:
    """Keep the newest word of the boot that speaks for the host. Forms ask for it; no open page shows it."""
    with transaction.atomic():
        host = speaker(message.host, message.boot, message.epoch)
        if host is None or message.sequence <= host.resources_sequence:
            return
        Host.objects.filter(pk=host.pk).update(resources_sequence=message.sequence, resources_json=plain(message))
