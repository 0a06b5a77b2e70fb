"""Holds: amounts set aside for a purpose until they are captured or released."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership
from shell.figures import named

from . import guards
from .accounts import Account
from .operations import OperationType


class HoldPurpose(models.Model):
    """What amounts are held for: data, so that a bureau can add its own purposes."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    # Which kind of operation places it: that decides who may, on what document, with approval.
    kind = models.ForeignKey(OperationType, verbose_name=_("kind"), on_delete=models.PROTECT)
    # Of several holds on one account the lower rank is served first, then the older one.
    rank = models.PositiveSmallIntegerField(_("rank"))
    longest_days = models.PositiveIntegerField(_("at most (days)"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)


class HoldState(models.TextChoices):
    HELD = "HELD", _("held")  # → CAPTURED | RELEASED
    CAPTURED = "CAPTURED", _("captured")
    RELEASED = "RELEASED", _("released")


class HoldQuerySet(models.QuerySet["Hold"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those on accounts this person may reach."""
        return self.filter(account__in=Account.objects.for_actor(actor))

    def of_lots(self) -> Self:
        """What is held now of lots' own accounts; `account__reference_id` is the lot."""
        return self.filter(state=HoldState.HELD, account__reference_type="lot")


class Hold(models.Model):
    """An amount set aside for a purpose until captured (whole or part) or released, once."""

    account = models.ForeignKey(
        Account, verbose_name=_("from account"), on_delete=models.PROTECT, related_name="holds"
    )
    amount = models.BigIntegerField(_("amount"))
    captured = models.BigIntegerField(_("captured"), default=0)
    released = models.BigIntegerField(_("released"), default=0)
    purpose = models.ForeignKey(
        HoldPurpose, verbose_name=_("purpose"), on_delete=models.PROTECT, db_column="purpose"
    )
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
            # Of each unit held: captured, released or still held, never two of them.
            models.CheckConstraint(
                name="hold_gives_out_at_most_its_amount",
                condition=Q(amount__gt=0)
                & Q(captured__gte=0)
                & Q(released__gte=0)
                & Q(captured__lte=F("amount") - F("released")),
            ),
            models.CheckConstraint(
                name="hold_is_over_when_all_is_given_out",
                condition=Q(state="HELD", captured__lt=F("amount") - F("released"))
                | Q(state="CAPTURED", captured__gt=0, captured=F("amount") - F("released"))
                | Q(state="RELEASED", captured=0, released=F("amount")),
            ),
        ]
        triggers = [
            *guards.keep_rows("hold"),
            pgtrigger.Trigger(
                name="hold_over_stays_over",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=guards.HOLD_OVER_STAYS_OVER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.amount}"

    @property
    def left(self) -> int:
        """What is still held."""
        return self.amount - self.captured - self.released
