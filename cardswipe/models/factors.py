"""The factor table of HJ 212: which code means what, in which unit, in which version."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Factor(models.Model):
    """A monitoring factor as one version of the standard defines it.

    Loaded from cardswipe/data/factor_codes.csv; units differ between versions (mg/L in 2005
    may be µg/L in 2017), so a code means nothing without its standard.
    """

    id = models.SmallAutoField(primary_key=True)
    standard = models.CharField(_("standard"), max_length=14)
    code = models.CharField(_("code"), max_length=8)
    medium = models.CharField(_("medium"), max_length=20)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    concentration_unit = models.CharField(_("unit of concentration"), max_length=16, blank=True)
    amount_unit = models.CharField(_("unit of amount"), max_length=4, blank=True)
    data_type = models.CharField(_("data type"), max_length=16, blank=True)
    verified_by = models.CharField(_("source"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["standard", "code", "medium"]
        constraints = [
            models.UniqueConstraint(
                name="factor_code_is_unique_in_standard_and_medium",
                fields=["standard", "code", "medium"],
            ),
            models.CheckConstraint(
                name="factor_amount_unit_is_known",
                condition=Q(amount_unit__in=["", "kg", "g", "mg", "m3", "t"]),
            ),
        ]

    def __str__(self) -> str:
        name = (self.name_en or self.name_zh) if get_language() == "en" else self.name_zh
        return f"{self.code} {name}"
