"""The sections of an application as its page lists them: what each holds, where it is filled."""

import dataclasses
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permits.models import Application, BasicChange, Classification, Project
from permits.rules import Kind

# Section → its name and the kinds of application that fill it.
SECTIONS: dict[str, tuple[Any, tuple[Kind, ...]]] = {
    "application_edit": (gettext_lazy("Limits, statement and commitment"), tuple(Kind)),
    "application_basics": (gettext_lazy("Unit data"), (Kind.CHANGE,)),
    "application_class": (
        gettext_lazy("Management class"),
        (Kind.APPLY, Kind.REAPPLY, Kind.RENEW, Kind.CHANGE),
    ),
    "application_facilities": (
        gettext_lazy("Production and treatment units"),
        (Kind.APPLY, Kind.REAPPLY, Kind.RENEW, Kind.CHANGE),
    ),
    "application_project": (gettext_lazy("Project and EIA"), (Kind.APPLY, Kind.REAPPLY)),
    "application_replacements": (
        gettext_lazy("Reductions and replacements"),
        (Kind.APPLY, Kind.REAPPLY),
    ),
    "application_years": (
        gettext_lazy("Years and special periods"),
        (Kind.APPLY, Kind.REAPPLY, Kind.RENEW),
    ),
    "application_plan": (
        gettext_lazy("Self-monitoring and duties"),
        (Kind.APPLY, Kind.REAPPLY, Kind.RENEW),
    ),
    "application_files": (gettext_lazy("Attachments"), tuple(Kind)),
}


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of a draft: its name, what is in it, where it is filled."""

    name: Any
    said: str
    is_filled: bool
    url: str


def counts(application: Application) -> dict[str, int]:
    """How much is in each section."""
    limits = application.requested_limits
    return {
        "application_edit": limits.count(),
        "application_basics": BasicChange.objects.filter(application=application).count(),
        "application_class": Classification.objects.filter(application=application).count(),
        "application_facilities": application.site.facilities.in_use().count(),
        "application_project": Project.objects.filter(application=application).count(),
        "application_replacements": application.replacements.count(),
        "application_years": limits.filter(years__isnull=False).distinct().count()
        + limits.filter(special_periods__isnull=False).distinct().count(),
        "application_plan": application.monitoring_items.count() + application.duties.count(),
        "application_files": application.attachments.standing().count(),
    }


def sections_of(application: Application) -> list[Section]:
    """The sections that this kind of application has, in the order of the form."""
    filled = counts(application)
    return [
        Section(
            name=name,
            said=_("%(count)s entered") % {"count": filled[route]}
            if filled[route]
            else _("not filled yet"),
            is_filled=filled[route] > 0,
            url=reverse(route, args=[application.pk]),
        )
        for route, (name, kinds) in SECTIONS.items()
        if application.kind in kinds
    ]
