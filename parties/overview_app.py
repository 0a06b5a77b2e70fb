"""Puts our read-only overview in the place of Django's admin site."""

from django.contrib.admin.apps import AdminConfig


class OverviewConfig(AdminConfig):
    """Django's admin with our own site."""

    default_site = "parties.overview.Overview"
