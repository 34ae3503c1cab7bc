"""The project: settings, processes, and what carries messages between them."""

# Every process that has podweb's settings sends by podweb's Celery application, not by an unconfigured default.
from podweb.celery import app as celery_app

__all__ = ["celery_app"]
