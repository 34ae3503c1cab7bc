"""``podweb up``: everything in one process, on this machine."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from sesame.utils import get_query_string

from pods.domain.hosts import ensure_local_host
from pods.domain.people import ensure_first_administrator
from podweb import server


class Command(BaseCommand):
    """Migrates the database, collects the static files, serves until it is told to end."""

    help = "Run podweb in one process: web, control worker and this machine's host worker."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--bind", default=os.environ.get("BIND") or "127.0.0.1")

    def handle(self, *args: Any, port: int, bind: str, **options: Any) -> None:
        """Raises CommandError when it cannot start."""
        try:
            with server.only_instance(Path(settings.DATA)):
                listener = server.listen(bind, port)
                url = f"http://{f'[{bind}]' if ':' in bind else bind}:{listener.getsockname()[1]}"
                self._prepare(bind)
                code = server.run(listener, host=ensure_local_host().slug, when_ready=lambda: self._say_ready(url))
        except server.CannotStart as error:
            raise CommandError(str(error)) from error
        sys.exit(code)

    def _prepare(self, bind: str) -> None:
        # The database holds sessions; nobody else on this machine needs to read any of DATA.
        os.umask(0o077)
        settings.START_ENGINE = True
        if bind not in settings.ALLOWED_HOSTS:
            settings.ALLOWED_HOSTS.append("*" if bind in {"0.0.0.0", "::"} else bind)  # asked for by name
        call_command("migrate", verbosity=0, interactive=False)
        if _static_files_changed():
            call_command("collectstatic", verbosity=0, interactive=False, clear=False)
            _stamp().touch()

    def _say_ready(self, url: str) -> None:
        self.stdout.write(f"podweb is ready at {url}/")
        administrator = ensure_first_administrator()
        if not administrator.has_usable_password():
            link = f"{url}/sign-in/link/{get_query_string(administrator)}"
            self.stdout.write("Sign in as admin, once, within ten minutes: " + link)


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _static_files_changed() -> bool:
    """Return whether a source is newer than the last collection."""
    stamp = _stamp()
    if not stamp.exists():
        return True
    made = stamp.stat().st_mtime
    folders = [Path(folder) for folder in settings.STATICFILES_DIRS]
    return any(path.stat().st_mtime > made for folder in folders for path in (folder, *folder.rglob("*")))
