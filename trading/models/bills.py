"""Bills and the money that came in for them."""

import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money
from simple_history.models import HistoricalRecords

from ledger.models import Lot, Pollutant
from ledger.models.guards import append_only, keep_rows
from parties.models import Enterprise, Membership, Region
from trading.rules import BILL_STEPS, BillState

from . import guards
from .money import money_field
from .standards import FeeStandard

BILL_STATES = {
    BillState.OPEN: _("to be paid"),
    BillState.PART: _("partly paid"),
    BillState.PAID: _("paid"),
    BillState.CANCELLED: _("cancelled"),
}


class BillKind(models.TextChoices):
    FEE = "FEE", _("paid-use fee")
    AUCTION = "AUCTION", _("auction price")


class BillQuerySet(models.QuerySet["Bill"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)

    def unpaid(self) -> Self:
        """Those on which money is still to come."""
        return self.filter(state__in=[BillState.OPEN, BillState.PART])

    def overdue(self, day: datetime.date) -> Self:
        """Unpaid ones whose due date has passed."""
        return self.unpaid().filter(due_date__lt=day)


class Bill(models.Model):
    """What an enterprise has to pay; the amount never changes once the bill is made."""

    bill_no = models.CharField(_("bill number"), max_length=24, unique=True)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    kind = models.CharField(_("kind"), max_length=7, choices=BillKind.choices)
    amount = money_field(_("amount"))
    paid = money_field(_("paid so far"), default=0)
    issued_on = models.DateField(_("issued on"))
    due_date = models.DateField(_("to be paid by"))
    state = models.CharField(
        _("state"), max_length=9, choices=list(BILL_STATES.items()), default=BillState.OPEN
    )
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = BillQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "state"], name="bill_of_enterprise"),
            models.Index(fields=["region", "state", "due_date"], name="bill_by_due_date"),
        ]
        constraints = [
            models.CheckConstraint(
                name="bill_amount_is_positive",
                condition=Q(amount__gt=0) & guards.within("amount"),
            ),
            models.CheckConstraint(
                name="bill_state_says_what_is_paid",
                condition=Q(state__in=["OPEN", "CANCELLED"], paid=0)
                | Q(state="PART", paid__gt=0, paid__lt=F("amount"))
                | Q(state="PAID", paid=F("amount")),
            ),
            models.CheckConstraint(
                name="bill_is_due_after_it_is_issued", condition=Q(due_date__gte=F("issued_on"))
            ),
        ]
        triggers = [
            guards.fixed(
                "bill_amount_is_fixed",
                ["bill_no", "enterprise_id", "region_id", "kind", "amount", "amount_currency"],
            ),
            guards.steps("bill_state_follows_the_table", BILL_STEPS),
            pgtrigger.Trigger(
                name="bill_is_paid_by_its_payments",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("paid", "state"),
                func=guards.refusing(
                    "bill_is_paid_by_its_payments",
                    guards.BILL_PAID,
                    "a bill is paid by its payments",
                ),
            ),
            *keep_rows("bill"),
        ]

    def __str__(self) -> str:
        return self.bill_no

    @property
    def open_amount(self) -> Money:
        """What is still to be paid."""
        return self.amount - self.paid

    def is_overdue(self, day: datetime.date) -> bool:
        """Whether money is still to come and the due date has passed."""
        return self.state in {BillState.OPEN, BillState.PART} and self.due_date < day


class BillLineQuerySet(models.QuerySet["BillLine"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those on bills this person may reach."""
        return self.filter(bill__in=Bill.objects.for_actor(actor))


class BillLine(models.Model):
    """One lot on a bill, with everything needed to recompute its amount."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("line"))
    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, null=True, related_name="bill_lines"
    )
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    quantity_mg = models.BigIntegerField(_("quantity per year (mg)"))
    price = money_field(_("price (yuan per t per year)"))
    years = models.DecimalField(_("years"), max_digits=8, decimal_places=4)
    discount = models.DecimalField(_("share paid"), max_digits=5, decimal_places=4, default=1)
    amount = money_field(_("amount"))
    standard = models.ForeignKey(
        FeeStandard, verbose_name=_("fee standard"), on_delete=models.PROTECT, null=True
    )
    is_cancelled = models.BooleanField(_("cancelled"), default=False)

    objects = BillLineQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="bill_line_position_is_unique", fields=["bill", "position"]
            ),
            models.UniqueConstraint(
                name="lot_is_billed_once", fields=["lot"], condition=Q(is_cancelled=False)
            ),
            models.CheckConstraint(
                name="bill_line_is_in_range",
                condition=Q(quantity_mg__gt=0, years__gt=0, years__lt=1000)
                & Q(discount__gte=0, discount__lte=1)
                & guards.within("price")
                & guards.within("amount"),
            ),
        ]
        triggers = keep_rows("bill_line")

    def __str__(self) -> str:
        return f"{self.bill} {self.position}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those on bills and deposits this person may reach."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            own = actor.enterprise_id
            return self.filter(Q(bill__enterprise_id=own) | Q(sign_up__enterprise_id=own))
        prefix = actor.region_prefix
        return self.filter(
            Q(bill__region__code__startswith=prefix)
            | Q(sign_up__auction__region__code__startswith=prefix)
        )


class Payment(models.Model):
    """Money that came in from the bank, for a bill or for a deposit; each reference serves once."""

    bank_reference = models.CharField(_("bank reference"), max_length=64)
    bill = models.ForeignKey(
        Bill, verbose_name=_("bill"), on_delete=models.PROTECT, null=True, related_name="payments"
    )
    sign_up = models.ForeignKey(
        "trading.SignUp",
        verbose_name=_("sign-up"),
        on_delete=models.PROTECT,
        null=True,
        related_name="payments",
    )
    amount = money_field(_("amount"))
    paid_on = models.DateField(_("paid on"))
    taken_by = models.ForeignKey(
        Membership, verbose_name=_("recorded by"), on_delete=models.PROTECT
    )
    taken_at = models.DateTimeField(_("recorded at"))

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="payment_amount_is_positive",
                condition=Q(amount__gt=0) & guards.within("amount"),
            ),
            models.CheckConstraint(
                name="payment_is_for_one_thing",
                condition=Q(bill__isnull=False, sign_up__isnull=True)
                | Q(bill__isnull=True, sign_up__isnull=False),
            ),
            models.UniqueConstraint(Upper("bank_reference"), name="payment_reference_serves_once"),
            models.CheckConstraint(
                name="payment_reference_is_plain",
                condition=Q(bank_reference__regex=r"^[0-9A-Za-z-]{4,64}$"),
            ),
        ]
        triggers = append_only("payment")

    def __str__(self) -> str:
        return self.bank_reference
