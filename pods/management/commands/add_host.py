"""``podweb add_host SLUG``: register a host so that its worker is listened to."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pods.messages.names import host_queue
from pods.models import Host


class Command(BaseCommand):
    """Adds the row and prints how to start the host's worker. What an unknown host says is dropped."""

    help = "Register a host, then print the command that starts its worker there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the slug, and a name for people."""
        parser.add_argument("slug")
        parser.add_argument("--name", default="", help="What people call it; the slug when left out.")

    def handle(self, *args: Any, slug: str, name: str, **options: Any) -> None:
        """Raises CommandError when the slug is malformed or taken."""
        host = Host(slug=slug, name=name or slug)
        try:
            host.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        host.save()
        self.stdout.write(f"Host {slug} is registered. On that machine, beside its Podman engine, run:")
        self.stdout.write(
            "  DJANGO_SETTINGS_MODULE=podweb.settings_host PODWEB_BROKER_URL=... PODWEB_CHANNEL_LAYER_URL=... "
            f"celery -A podweb worker -Q {host_queue(slug)} -P threads -c 32 --without-gossip --without-mingle"
        )
