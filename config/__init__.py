"""The only layer that sees every app: settings, site map, processes, embedded services."""

from .celery import app as celery_app

__all__ = ["celery_app"]
