"""The tree of regions and the bureaus that answer for them."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat, Left
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.rules import region_prefix
from shell.figures import named

if TYPE_CHECKING:
    from .people import Membership


class RegionLevel(models.TextChoices):
    PROVINCE = "PROVINCE", _("province")
    CITY = "CITY", _("city")
    COUNTY = "COUNTY", _("county")


class RegionQuerySet(models.QuerySet["Region"]):
    def for_actor(self, actor: "Membership | None") -> Self:
        """Those this person may reach: the bureau's tree, or the enterprise's own county."""
        if actor is None:
            return self.none()
        if actor.enterprise:
            return self.filter(pk=actor.enterprise.region_id)
        return self.filter(code__startswith=actor.region_prefix)

    def counties(self) -> Self:
        """Those in which enterprises lie."""
        return self.filter(level=RegionLevel.COUNTY)


class Region(models.Model):
    """An administrative division, by its GB/T 2260 code."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    level = models.CharField(_("level"), max_length=8, choices=RegionLevel.choices)
    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), on_delete=models.PROTECT, null=True, blank=True
    )
    history = HistoricalRecords()

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_is_six_digits", condition=models.Q(code__regex=r"^[0-9]{6}$")
            ),
            models.CheckConstraint(
                name="only_a_province_has_no_parent",
                condition=models.Q(level="PROVINCE", parent__isnull=True)
                | models.Q(level__in=["CITY", "COUNTY"], parent__isnull=False),
            ),
            models.CheckConstraint(
                name="region_code_fits_its_level",
                condition=models.Q(level="PROVINCE", code__regex=r"^[0-9]{2}0000$")
                | models.Q(level="CITY", code__regex=r"^[0-9]{4}00$")
                & ~models.Q(code__endswith="0000")
                | models.Q(level="COUNTY") & ~models.Q(code__endswith="00"),
            ),
            models.CheckConstraint(
                name="region_lies_in_the_region_its_code_names",
                condition=models.Q(level="PROVINCE")
                | models.Q(level="CITY", parent=Concat(Left("code", 2), Value("0000")))
                | models.Q(level="COUNTY", parent=Concat(Left("code", 4), Value("00"))),
            ),
        ]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)

    @property
    def prefix(self) -> str:
        """The digits shared by this region's code and all codes below it."""
        return region_prefix(self.code, self.level)

    @property
    def line(self) -> list[str]:
        """The codes of the region, its city and its province."""
        return [self.code, self.city_code, f"{self.code[:2]}0000"]

    @property
    def city_code(self) -> str:
        """The code of the city this region is or lies in."""
        return f"{self.code[:4]}00"


class BureauQuerySet(models.QuerySet["Bureau"]):
    def for_actor(self, actor: "Membership | None") -> Self:
        """Those of the bureau's region tree; an enterprise's people reach none."""
        if actor is None or actor.enterprise_id:
            return self.none()
        return self.filter(region__code__startswith=actor.region_prefix)


class Bureau(models.Model):
    """The environment bureau of a region."""

    region = models.OneToOneField(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    history = HistoricalRecords()

    objects = BureauQuerySet.as_manager()

    class Meta:
        ordering = ["region_id"]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)
