"""What stands on a site beside its outlets: production units and treatment units."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership

from .sites import Outlet, Site


class FacilityKind(models.TextChoices):
    PRODUCTION = "PRODUCTION", _("production unit")
    WATER = "WATER", _("treatment unit, waste water")
    AIR = "AIR", _("treatment unit, waste gas")
    NOISE = "NOISE", _("treatment unit, noise")
    SOLID = "SOLID", _("treatment unit, solid waste")


# HJ 608-2017: T, the medium's letter and three digits; production units have six characters,
# whose letters MF are the national platform's practice.
CODES = {
    "PRODUCTION": r"^MF[0-9]{4}$",
    "WATER": r"^TW[0-9]{3}$",
    "AIR": r"^TA[0-9]{3}$",
    "NOISE": r"^TN[0-9]{3}$",
    "SOLID": r"^TS[0-9]{3}$",
}


def code_fits() -> Q:
    """The code of each kind has the form of its kind."""
    fits = Q()
    for kind, pattern in CODES.items():
        fits |= Q(kind=kind, code__regex=pattern)
    return fits


class FacilityQuerySet(models.QuerySet["Facility"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the sites this person may reach."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(site__enterprise_id=actor.enterprise_id)
        return self.filter(site__region__code__startswith=actor.region_prefix)

    def in_use(self) -> Self:
        """Those that were not taken out of use."""
        return self.filter(retired_on__isnull=True)


class Facility(models.Model):
    """A production unit (生产设施) or a treatment unit (治理设施) of a site."""

    site = models.ForeignKey(
        Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="facilities"
    )
    kind = models.CharField(_("kind of unit"), max_length=10, choices=FacilityKind.choices)
    code = models.CharField(_("unit code"), max_length=6)
    name = models.CharField(_("name of the unit"), max_length=80)
    process = models.CharField(_("process or technique"), max_length=120, blank=True)
    capacity = models.CharField(_("design capacity"), max_length=80, blank=True)
    retired_on = models.DateField(_("out of use since"), null=True, blank=True)
    history = HistoricalRecords()

    objects = FacilityQuerySet.as_manager()

    class Meta:
        ordering = ["site_id", "code"]
        constraints = [
            models.UniqueConstraint(
                name="facility_code_is_unique_on_site", fields=["site", "code"]
            ),
            models.CheckConstraint(name="facility_code_fits_its_kind", condition=code_fits()),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def outlet_codes(self) -> str:
        """The outlets its discharge leaves by."""
        return "、".join(link.outlet.code for link in self.links.all())


class FacilityOutlet(models.Model):
    """What a unit makes or cleans leaves the site by this outlet."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="links")
    outlet = models.ForeignKey(
        Outlet,
        verbose_name=_("outlet"),
        on_delete=models.PROTECT,
        related_name="facility_links",
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet__code"]
        constraints = [
            models.UniqueConstraint(
                name="facility_names_an_outlet_once", fields=["facility", "outlet"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility.code} → {self.outlet.code}"
