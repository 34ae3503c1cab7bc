"""The console script ``podweb``, equal to ``manage.py``."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podweb.settings")
    execute_from_command_line(sys.argv)
