"""Where discharge happens: production sites and their outlets."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Enterprise, Membership, Region
from shell.figures import named
from shell.names import reads_well


class SiteQuerySet(models.QuerySet["Site"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)


class Site(models.Model):
    """A production site of an enterprise; each site has its own permit (Regulation art. 6)."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, related_name="sites"
    )
    site_no = models.CharField(_("site number"), max_length=3)
    name = models.CharField(_("site name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    address = models.CharField(_("production address"), max_length=200)
    basin = models.CharField(_("river basin"), max_length=60, blank=True)
    air_shed = models.CharField(_("air-shed"), max_length=60, blank=True)
    history = HistoricalRecords()

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["enterprise_id", "site_no"]
        constraints = [
            models.UniqueConstraint(
                name="site_no_is_unique_in_enterprise", fields=["enterprise", "site_no"]
            ),
            models.CheckConstraint(
                name="site_no_is_three_digits",
                condition=Q(site_no__regex=r"^[0-9]{3}$") & ~Q(site_no="000"),
            ),
            reads_well("site_names_read_well", "name", "name_en"),
        ]

    def __str__(self) -> str:
        return named(self.name, self.name_en)


class Medium(models.TextChoices):
    WATER = "WATER", _("water")
    AIR = "AIR", _("air")


class OutletKind(models.TextChoices):
    MAIN = "MAIN", _("main outlet")  # carries concentration and yearly quantity
    GENERAL = "GENERAL", _("general outlet")  # carries concentration only


class DischargeMode(models.TextChoices):
    DIRECT = "DIRECT", _("direct discharge")
    INDIRECT = "INDIRECT", _("indirect discharge")


class OutletQuerySet(models.QuerySet["Outlet"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the sites this person may reach."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(site__enterprise_id=actor.enterprise_id)
        return self.filter(site__region__code__startswith=actor.region_prefix)


class Outlet(models.Model):
    """A place where a site discharges, numbered DW001… (water) or DA001… (air) by HJ 608."""

    site = models.ForeignKey(
        Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="outlets"
    )
    code = models.CharField(_("outlet code"), max_length=5)
    medium = models.CharField(_("medium"), max_length=5, choices=Medium.choices)
    kind = models.CharField(_("kind of outlet"), max_length=7, choices=OutletKind.choices)
    name = models.CharField(_("outlet name"), max_length=80)
    mode = models.CharField(
        _("discharge mode"),
        max_length=8,
        choices=DischargeMode.choices,
        default=DischargeMode.DIRECT,
    )
    destination = models.CharField(_("discharge destination"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    history = HistoricalRecords()

    objects = OutletQuerySet.as_manager()

    class Meta:
        ordering = ["site_id", "code"]
        constraints = [
            models.UniqueConstraint(name="outlet_code_is_unique_on_site", fields=["site", "code"]),
            models.CheckConstraint(
                name="outlet_code_fits_its_medium",
                condition=Q(medium="WATER", code__regex=r"^DW[0-9]{3}$")
                | Q(medium="AIR", code__regex=r"^DA[0-9]{3}$"),
            ),
            reads_well("outlet_name_reads_well", "name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
