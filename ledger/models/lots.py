"""Lots of rights and holds."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField
from simple_history.models import HistoricalRecords

from parties.models import Enterprise, Membership, Region

from .accounts import Account
from .assets import Pollutant


class LotSource(models.TextChoices):
    INITIAL = "INITIAL", _("initial right")
    FIXED_PRICE = "FIXED", _("fixed-price grant")
    AUCTION = "AUCTION", _("auction")
    TRANSFER = "TRANSFER", _("transfer between enterprises")
    LEASE = "LEASE", _("lease")
    BUYBACK = "BUYBACK", _("buy-back")
    SET_ASIDE = "SETASIDE", _("set aside for the reserve")


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
    document_type = models.CharField(_("kind of document"), max_length=20)
    document_id = models.BigIntegerField(_("document"))
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
        ]

    def __str__(self) -> str:
        return self.lot_no


class HoldState(models.TextChoices):
    HELD = "HELD", _("held")  # → CAPTURED | RELEASED
    CAPTURED = "CAPTURED", _("captured")
    RELEASED = "RELEASED", _("released")


class HoldQuerySet(models.QuerySet["Hold"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those on accounts this person may reach."""
        return self.filter(account__in=Account.objects.for_actor(actor))


class Hold(models.Model):
    """An amount set aside for a purpose until captured (whole or part) or released, once."""

    account = models.ForeignKey(
        Account, verbose_name=_("from account"), on_delete=models.PROTECT, related_name="holds"
    )
    amount = models.BigIntegerField(_("amount"))
    captured = models.BigIntegerField(_("captured"), default=0)
    purpose = models.CharField(_("purpose"), max_length=40)
    state = models.CharField(
        _("state"), max_length=8, choices=HoldState.choices, default=HoldState.HELD
    )
    expires_at = models.DateTimeField(_("expires at"), null=True)
    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    document_type = models.CharField(_("kind of document"), max_length=20)
    document_id = models.BigIntegerField(_("document"))
    history = HistoricalRecords()

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["expires_at"], name="hold_expiry", condition=Q(state="HELD"))
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_captures_at_most_its_amount",
                condition=Q(amount__gt=0) & Q(captured__gte=0) & Q(captured__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="only_a_captured_hold_has_captured",
                condition=Q(state="CAPTURED", captured__gt=0)
                | (~Q(state="CAPTURED") & Q(captured=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.amount}"
