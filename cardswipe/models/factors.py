"""The factor table of HJ 212: which code means what, in which unit, in which version."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Ord
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from parties.models import Region
from shell.figures import named
from shell.periods import digits, ends_after_it_begins, no_overlap

from .dated import DatedRule


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
            # Two codes of 2017 (e701xx, g119xx) stand twice in the standard itself.
            models.UniqueConstraint(
                name="factor_stands_once_in_its_standard", fields=["standard", "code", "name_zh"]
            ),
            models.CheckConstraint(
                name="factor_amount_unit_is_known",
                condition=Q(amount_unit__in=["", "kg", "g", "mg", "m3", "t"]),
            ),
        ]

    def __str__(self) -> str:
        name = named(self.name_zh, self.name_en)
        return f"{self.code} {name}"


class PollutantFactor(models.Model):
    """Which factor of a standard measures a pollutant that the ledger counts."""

    pollutant = models.ForeignKey(
        Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT, related_name="factors"
    )
    standard = models.CharField(_("standard"), max_length=14)
    code = models.CharField(_("factor code"), max_length=8)
    history = HistoricalRecords()

    class Meta:
        ordering = ["standard", "code"]
        constraints = [
            models.UniqueConstraint(
                name="factor_measures_one_pollutant", fields=["standard", "code"]
            ),
            models.UniqueConstraint(
                name="pollutant_has_one_factor_per_standard", fields=["standard", "pollutant"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pollutant_id} {self.code}"


class MarkTreatment(models.TextChoices):
    ACCEPT = "ACCEPT", _("booked as measured")
    ESTIMATE = "ESTIMATE", _("booked as an estimate, with the mark")
    HOLD = "HOLD", _("held back for an officer")


class MarkRule(DatedRule):
    """What a data mark (HJ 212 table of marks) does to the event it stands in.

    A row without region holds for the whole country; a region's own row goes before it.
    A mark without any rule holds the event back.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    mark = models.CharField(_("data mark"), max_length=1)
    treatment = models.CharField(_("treatment"), max_length=8, choices=MarkTreatment.choices)
    history = HistoricalRecords()

    class Meta:
        ordering = ["mark", "valid_from"]
        constraints = [
            no_overlap(
                "mark_rules_of_a_region_never_overlap",
                same=[digits("region_id"), Ord("mark")],
                start="valid_from",
                end="valid_to",
            ),
            ends_after_it_begins("mark_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="mark_treatment_is_known", condition=Q(treatment__in=MarkTreatment.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.treatment}"

    def alike(self) -> "models.QuerySet[Any]":
        """The rows for the same mark in the same region."""
        rows = MarkRule.objects.filter(region_id=self.region_id, mark=self.mark)
        return rows.exclude(pk=self.pk)
