"""The Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PodsConfig(AppConfig):
    """Pods, their containers, the hosts they are on and what was asked of them."""

    name = "pods"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every ``migrate`` end with the search index as it must be."""
        post_migrate.connect(_ensure_search_index, sender=self)


def _ensure_search_index(using: str, **_: Any) -> None:
    from pods.models import search_index  # noqa: PLC0415  # models cannot be imported before the applications are there

    search_index.ensure(using)
