"""The tree of regions and the bureaus that answer for them."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.rules import region_prefix


class RegionLevel(models.TextChoices):
    PROVINCE = "PROVINCE", _("province")
    CITY = "CITY", _("city")
    COUNTY = "COUNTY", _("county")


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
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_zh

    @property
    def prefix(self) -> str:
        """The digits shared by this region's code and all codes below it."""
        return region_prefix(self.code, self.level)

    @property
    def city_code(self) -> str:
        """The code of the city this region is or lies in."""
        return f"{self.code[:4]}00"


class Bureau(models.Model):
    """The environment bureau of a region."""

    region = models.OneToOneField(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_zh
