"""The task queue; each app's `tasks.py` holds thin tasks that make one service call."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yizheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)  # log lines of a task carry its id
app.autodiscover_tasks()
