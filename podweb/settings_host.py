"""Settings of a host worker: a broker, a channel layer, an engine. No database, no pages, nothing to read of others."""

from podweb.settings_common import *  # noqa: F403  # Django's way of building one settings module on another

INSTALLED_APPS: list[str] = []
DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}
CELERY_IMPORTS = ("pods.host.tasks",)
