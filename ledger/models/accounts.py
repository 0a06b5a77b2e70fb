"""Accounts and the caps of regions."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.rules import Purpose
from parties.models import Enterprise, Membership, Region

from . import guards
from .assets import Asset, PeriodState

PURPOSE_NAMES = {
    Purpose.ISSUED: _("issued"),
    Purpose.RESERVE: _("government reserve"),
    Purpose.AVAILABLE: _("available"),
    Purpose.CARD: _("on the card"),
    Purpose.DISCHARGED: _("discharged"),
    Purpose.OVERRUN: _("over quota"),
    Purpose.FROZEN: _("frozen"),
    Purpose.RETIRED: _("retired"),
    Purpose.LAPSED: _("lapsed"),
    Purpose.BANK: _("bank"),
    Purpose.DEPOSIT: _("deposit"),
    Purpose.ESCROW: _("escrow"),
    Purpose.REVENUE: _("revenue"),
    Purpose.FORFEITED: _("forfeited"),
    Purpose.RECEIVABLE: _("receivable"),
}


class Restriction(models.TextChoices):
    OPEN = "OPEN", _("unrestricted")
    RECEIVE_ONLY = "RECEIVE", _("receives only")
    CLOSED = "CLOSED", _("closed")


class AccountQuerySet(models.QuerySet["Account"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)

    def open_of_lots(self) -> Self:
        """Lots' own accounts of quota periods still open; `reference_id` is the lot."""
        return self.filter(
            reference_type="lot",
            purpose__in=[Purpose.AVAILABLE, Purpose.RESERVE],
            asset__period__state=PeriodState.OPEN,
        )


class Account(models.Model):
    """What one holder has of one asset for one purpose; its balance moves only with transfers."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, null=True
    )
    asset = models.ForeignKey(Asset, verbose_name=_("asset"), on_delete=models.PROTECT)
    purpose = models.CharField(_("purpose"), max_length=10, choices=list(PURPOSE_NAMES.items()))
    reference_type = models.CharField(_("kind of reference"), max_length=20, blank=True)
    reference_id = models.BigIntegerField(_("reference"), null=True)
    balance = models.BigIntegerField(_("balance"), default=0)
    version = models.BigIntegerField(_("version"), default=0)
    moved_at = models.DateTimeField(_("last moved at"), null=True)
    min_balance = models.BigIntegerField(_("lowest balance"), null=True)
    restriction = models.CharField(
        _("restriction"), max_length=7, choices=Restriction.choices, default=Restriction.OPEN
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["enterprise", "asset", "purpose"], name="account_of_enterprise"),
            models.Index(fields=["region", "asset", "purpose"], name="account_of_region"),
            models.Index(fields=["reference_type", "reference_id"], name="account_of_reference"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_account_per_holder_asset_purpose_and_reference",
                fields=[
                    "asset",
                    "purpose",
                    "region",
                    "enterprise",
                    "reference_type",
                    "reference_id",
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="account_balance_is_not_below_its_floor",
                condition=Q(min_balance__isnull=True) | Q(balance__gte=F("min_balance")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="account_opens_empty",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=guards.ACCOUNT_OPENS_EMPTY,
            ),
            pgtrigger.Trigger(
                name="account_moves_with_transfers",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(*guards.FIXED_ON_ACCOUNTS),
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func=guards.ACCOUNT_MOVES_WITH_TRANSFERS,
            ),
            pgtrigger.Trigger(
                name="account_is_restricted_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("restriction"),
                func=guards.ACCOUNT_IS_RESTRICTED_BY_TWO,
            ),
            *guards.keep_rows("account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.asset} {self.enterprise or self.region}"


class Cap(models.Model):
    """How much of an asset a region may issue; the ISSUED account cannot go below it."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    asset = models.ForeignKey(Asset, verbose_name=_("asset"), on_delete=models.PROTECT)
    quantity = models.BigIntegerField(_("total allowed (smallest unit)"))
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "asset_id"]
        constraints = [
            models.UniqueConstraint(
                name="one_cap_per_region_and_asset", fields=["region", "asset"]
            ),
            models.CheckConstraint(name="cap_is_not_negative", condition=Q(quantity__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.asset}"
