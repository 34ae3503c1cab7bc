"""The Django application."""

from django.apps import AppConfig


class PodsConfig(AppConfig):
    """Pods, their containers, the hosts they are on and what was asked of them."""

    name = "pods"
    default_auto_field = "django.db.models.BigAutoField"
