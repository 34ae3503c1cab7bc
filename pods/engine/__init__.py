"""libpod's REST API over a unix socket. Plain Python: no Django, no Celery."""
