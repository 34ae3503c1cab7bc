"""``podweb make_token USER``: an API token, printed once."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import AuthToken


class Command(BaseCommand):
    """Only a digest of the token is kept."""

    help = "Make an API token for a user and print it. It is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user, and for how long."""
        parser.add_argument("user")
        parser.add_argument("--expires-days", type=int, default=None, help="Without it, until it is deleted.")

    def handle(self, *args: Any, user: str, expires_days: int | None, **options: Any) -> None:
        """Raises CommandError for an unknown user or a number of days below one."""
        if expires_days is not None and expires_days < 1:
            raise CommandError("--expires-days must be 1 or more")
        try:
            owner = User.objects.get(username=user, is_active=True)
        except User.DoesNotExist as error:
            raise CommandError(f"there is no active user {user!r}") from error
        expiry = None if expires_days is None else timedelta(days=expires_days)
        _, token = AuthToken.objects.create(user=owner, expiry=expiry)
        self.stdout.write(token)
