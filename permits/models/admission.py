"""Three-in-one admission (三位一体): space, total and project, as data, and what was computed."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from ledger.models.guards import append_only
from parties.models import Enterprise, Membership, Region
from permits.admission import Effect, Source
from shell.figures import named
from shell.periods import ends_after_it_begins

from .applications import Application
from .permits import PermitVersion


class ZoneKind(models.TextChoices):
    REDLINE = "REDLINE", _("ecological redline")
    PRIORITY = "PRIORITY", _("priority protection unit")
    KEY = "KEY", _("key control unit")
    GENERAL = "GENERAL", _("general control unit")


class Zone(models.Model):
    """An environmental control unit of the region (三线一单), from one day to another."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    code = models.CharField(_("code"), max_length=40)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    kind = models.CharField(_("kind of zone"), max_length=8, choices=ZoneKind.choices)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="zone_code_begins_once", fields=["region", "code", "valid_from"]
            ),
            ends_after_it_begins("zone_runs_forward"),
        ]

    def __str__(self) -> str:
        name = named(self.name_zh, self.name_en)
        return f"{self.code} {name}"


EFFECT_NAMES = {Effect.BAN: _("banned"), Effect.LIMIT: _("only with conditions")}


class NegativeItem(models.Model):
    """A line of the negative list: which industries a kind of zone does not take, or only with
    conditions. An empty kind means every zone."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    zone_kind = models.CharField(
        _("kind of zone (empty: every)"), max_length=8, choices=ZoneKind.choices, blank=True
    )
    industry = models.CharField(_("industry code or its beginning"), max_length=4)
    effect = models.CharField(_("effect"), max_length=5, choices=[*EFFECT_NAMES.items()])
    text = models.CharField(_("as the list says"), max_length=300)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["industry", "zone_kind", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="negative_item_begins_once",
                fields=["region", "zone_kind", "industry", "valid_from"],
            ),
            models.CheckConstraint(
                name="negative_item_names_an_industry",
                condition=Q(industry__regex=r"^[0-9]{1,4}$")
                & (Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.industry} {self.text}"


SOURCE_NAMES = {
    Source.OWN: _("own reduction (以新带老)"),
    Source.AREA: _("area replacement from a named source"),
}


class Replacement(models.Model):
    """A quantity that stops elsewhere so that this one may begin."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="replacements"
    )
    source = models.CharField(_("source"), max_length=4, choices=[*SOURCE_NAMES.items()])
    name = models.CharField(_("name of the source"), max_length=120)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    quantity_per_year = models.BigIntegerField(_("quantity per year (smallest unit)"))
    document = models.CharField(_("document"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="replacement_stands_once",
                fields=["application", "source", "name", "pollutant"],
            ),
            models.CheckConstraint(
                name="replacement_is_positive", condition=Q(quantity_per_year__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.name} {self.pollutant_id}"


class AdmissionCheck(models.Model):
    """What the check of space, total and project found, as put on file; never edited."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="admission_checks"
    )
    is_passed = models.BooleanField(_("passed"))
    content = models.JSONField(_("content"))
    # What the check was made of; the same application as it stands gives the same hash.
    asked_sha256 = models.BinaryField(_("SHA-256 of what was checked"), max_length=32)
    by = models.ForeignKey(
        Membership, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["id"]
        triggers = append_only("admission_check")

    def __str__(self) -> str:
        return f"{self.application} {self.at:%Y-%m-%d}"


class VerifiedQuantity(models.Model):
    """The total that the bureau verified for one pollutant (核定), by which method and paper."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="verified_quantities"
    )
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    quantity_per_year = models.BigIntegerField(_("quantity per year (smallest unit)"))
    method = models.ForeignKey("VerificationMethod", on_delete=models.PROTECT)
    why_not_before = models.CharField(_("why no earlier method fits"), max_length=300, blank=True)
    document = models.CharField(_("document"), max_length=160)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="quantity_is_verified_once", fields=["application", "pollutant"]
            ),
            models.CheckConstraint(
                name="verified_quantity_is_positive", condition=Q(quantity_per_year__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.pollutant_id}"


class VerificationMethod(models.Model):
    """A method of verifying a total, in the order in which they are to be tried; dated."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    rank = models.PositiveSmallIntegerField(_("order"))
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["rank", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="verification_method_begins_once",
                fields=["region", "rank", "valid_from"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="verification_method_runs_forward",
                condition=Q(rank__gte=1)
                & (Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))),
            ),
        ]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)


class ObligationQuerySet(models.QuerySet["PurchaseObligation"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """The own enterprise's, or those of the bureau's region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)


class PurchaseObligation(models.Model):
    """What a unit must buy before it may discharge what its new version permits."""

    version = models.ForeignKey(PermitVersion, on_delete=models.PROTECT, related_name="obligations")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    quantity_per_year = models.BigIntegerField(_("quantity to own per year (smallest unit)"))
    ratio_permille = models.PositiveIntegerField(_("replacement ratio (thousandths)"))
    since = models.DateTimeField(_("since"))
    until = models.DateField(_("for discharge until"))

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_obligation_per_version_and_pollutant", fields=["version", "pollutant"]
            ),
            models.CheckConstraint(
                name="obligation_is_in_range",
                condition=Q(quantity_per_year__gt=0, ratio_permille__gte=1000),
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "pollutant"], name="obligation_of_unit")]
        triggers = append_only("purchase_obligation")

    def __str__(self) -> str:
        return f"{self.enterprise} {self.pollutant_id}"
