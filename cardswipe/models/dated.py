"""Regulation as data: rows that hold in a region from one day to another."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parties.models import Membership, Region
from shell.periods import digits, holds_on, no_overlap


def lineage(region_code: str) -> list[str]:
    """The region, its city and its province (GB/T 2260), nearest first."""
    return sorted({region_code, f"{region_code[:4]}00", f"{region_code[:2]}0000"}, reverse=True)


class DatedQuerySet(models.QuerySet[Any]):
    def on_day(self, day: datetime.date) -> Self:
        """Those that hold on the day."""
        return self.filter(holds_on(day))

    def nearest(self, region_code: str, day: datetime.date) -> list[Any]:
        """The rows in force: those of the county, else of its city, else of its province."""
        return self.nearest_each([region_code], day)[region_code]

    def nearest_each(self, region_codes: Iterable[str], day: datetime.date) -> dict[str, list[Any]]:
        """The same for many regions, in one statement."""
        lines = {code: lineage(code) for code in region_codes}
        places = {place for line in lines.values() for place in line}
        # A row without region, where a table has such, holds for the whole country.
        rows = list(self.on_day(day).filter(Q(region_id__in=places) | Q(region_id__isnull=True)))
        found = {}
        for code, line in lines.items():
            # Within one lineage the nearer place has the greater code.
            nearest = max((row.region_id for row in rows if row.region_id in line), default=None)
            found[code] = [row for row in rows if row.region_id == nearest]
        return found

    def for_actor(self, actor: Membership | None) -> Self:
        """Those a bureau goes by or may set: of its region, below it and above it."""
        if actor is None or actor.enterprise_id:
            return self.none()
        own = actor.region.code if actor.region else ""
        above = Q(region_id__in=lineage(own)) | Q(region_id__isnull=True)
        return self.filter(Q(region__code__startswith=actor.region_prefix) | above)


def no_overlap_in_region(name: str, *same: str) -> ExclusionConstraint:
    """Two rows of one region, alike in `same` (whole-number fields), never hold on one day."""
    return no_overlap(name, same=[digits("region_id"), *same], start="valid_from", end="valid_to")


class DatedRule(models.Model):
    """A rule of a region with its days, its legal basis and a note."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    note = models.TextField(_("note"), blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def alike(self) -> "models.QuerySet[Any]":
        """The rows of the region that may not hold on the same day as this one."""
        return type(self)._default_manager.filter(region_id=self.region_id).exclude(pk=self.pk)
