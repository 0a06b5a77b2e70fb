"""Lots of rights, and at what ratio new ones replace old ones."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField
from simple_history.models import HistoricalRecords

from ledger.shares import Units
from parties.models import Enterprise, Membership, Region

from . import guards
from .assets import Pollutant


class LotSource(models.TextChoices):
    INITIAL = "INITIAL", _("initial right")
    FIXED_PRICE = "FIXED", _("fixed-price grant")
    AUCTION = "AUCTION", _("auction")
    TRANSFER = "TRANSFER", _("transfer between enterprises")
    LEASE = "LEASE", _("lease")
    BUYBACK = "BUYBACK", _("buy-back")
    SET_ASIDE = "SETASIDE", _("set aside for the reserve")
    TAKE_BACK = "TAKEBACK", _("taken back for the reserve")
    MERGED = "MERGED", _("merged from lots")


class PaidState(models.TextChoices):
    UNPAID = "UNPAID", _("not paid")  # → PART | PAID
    PART = "PART", _("partly paid")  # → PAID
    PAID = "PAID", _("paid")


class LotQuerySet(models.QuerySet["Lot"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)

    def running_leases(self) -> Self:
        """What is leased out and was not given back yet."""
        return self.filter(source=LotSource.LEASE, ended_on__isnull=True)


class Lot(models.Model):
    """A right to so much per year from one day to another; `enterprise` empty: the reserve."""

    lot_no = models.CharField(_("lot number"), max_length=24, unique=True)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("holder"), on_delete=models.PROTECT, null=True, blank=True
    )
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    basin = models.CharField(_("basin or air-shed"), max_length=40, blank=True)
    quantity_per_year = models.BigIntegerField(_("quantity per year (smallest unit)"))
    opened_quantity = models.BigIntegerField(_("quantity per year at opening"))
    # Which units of the right it was cut from (ledger.shares); empty: those from the first on.
    units = models.JSONField(_("its units"), null=True, blank=True, editable=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    source = models.CharField(_("source"), max_length=8, choices=LotSource.choices)
    paid_state = models.CharField(
        _("payment"), max_length=6, choices=PaidState.choices, default=PaidState.UNPAID
    )
    price = MoneyField(
        _("price per t and year"),
        max_digits=14,
        decimal_places=2,
        default_currency="CNY",
        null=True,
        blank=True,
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("split from"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    # A merged lot's parents are those that name it here; a split lot's parent is `parent`.
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
    )
    ended_on = models.DateField(_("ended before its term on"), null=True, blank=True)
    document_type = models.CharField(_("kind of document"), max_length=20)
    document_id = models.BigIntegerField(_("document"))
    # Empty for lots made before their keys were kept here.
    key = models.CharField(  # noqa: DJ001  # unique: many lots may lack one
        _("idempotency key"), max_length=120, unique=True, null=True
    )
    request_hash = models.BinaryField(_("SHA-256 of the request"), max_length=32, null=True)
    history = HistoricalRecords()

    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["valid_to", "id"]
        indexes = [
            models.Index(fields=["enterprise", "pollutant", "valid_to"], name="lot_of_enterprise"),
            models.Index(fields=["region", "pollutant"], name="lot_of_region"),
            models.Index(fields=["document_type", "document_id"], name="lot_document"),
        ]
        constraints = [
            models.CheckConstraint(
                name="lot_quantity_lies_between_zero_and_opening",
                condition=Q(quantity_per_year__gte=0)
                & Q(opened_quantity__gt=0)
                & Q(quantity_per_year__lte=F("opened_quantity")),
            ),
            models.CheckConstraint(
                name="lot_ends_after_it_starts", condition=Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(
                name="ended_or_merged_lot_gives_nothing",
                condition=Q(ended_on__isnull=True, merged_into__isnull=True)
                | Q(quantity_per_year=0),
            ),
        ]

    def __str__(self) -> str:
        return self.lot_no

    @property
    def has_ended(self) -> bool:
        """Whether it was ended before its term, or went into another lot: it gives nothing more."""
        return self.ended_on is not None or self.merged_into_id is not None

    @property
    def unit_ranges(self) -> Units:
        """Its units, as many as it gives per year."""
        if self.units is None:
            return ((0, self.quantity_per_year),) if self.quantity_per_year else ()
        return tuple((below, above) for below, above in self.units)

    def gives(self, units: Units) -> None:
        """From now on it gives exactly these units per year; not saved."""
        self.units = [list(pair) for pair in units]
        self.quantity_per_year = sum(above - below for below, above in units)


class ReplacementRatio(models.Model):
    """How much must be bought to own one part, in thousandths; what is above is retired."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    ratio_permille = models.PositiveIntegerField(_("ratio (thousandths)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "pollutant__position", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="replacement_ratio_is_one_or_more",
                condition=Q(ratio_permille__gte=1000, ratio_permille__lte=10_000),
            ),
            ExclusionConstraint(
                name="replacement_ratios_do_not_overlap",
                expressions=[
                    (guards.region_range("region_id"), "&&"),
                    (guards.text_range("pollutant_id"), "&&"),
                    (Func("valid_from", "valid_to", Value("[]"), function="daterange"), "&&"),
                ],
            ),
        ]
        triggers = [
            *guards.keep_rows("replacement_ratio"),
            guards.fixed_columns(
                "replacement_ratio_is_fixed",
                ["region_id", "pollutant_id", "ratio_permille", "valid_from"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.pollutant_id} {self.ratio_permille}"
