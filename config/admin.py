"""Every table of ours, read only, for system administrators."""

from django.apps import apps
from django.contrib import admin
from django.db.models import CompositePrimaryKey
from simple_history.models import HistoricalChanges

from parties.overview import ReadOnlyAdmin

OWN_APPS = ("parties", "ledger", "permits", "cardswipe", "trading")

for app in OWN_APPS:
    for model in apps.get_app_config(app).get_models():
        # Django's admin knows no composite keys; those journals have pages of their own.
        is_journal = isinstance(model._meta.pk, CompositePrimaryKey)
        if not is_journal and not issubclass(model, HistoricalChanges):
            admin.site.register(model, ReadOnlyAdmin)
