"""Top-up vouchers: what went onto a card or came off it, by whom, with before and after."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.rules import LoadMode, VoucherKind
from parties.models import Enterprise, Membership, Region
from shell.periods import ends_after_it_begins

from .cards import Card
from .dated import DatedRule, no_overlap_in_region

VOUCHER_KIND_NAMES = {
    VoucherKind.LOAD: _("top-up"),
    VoucherKind.UNLOAD: _("returned to the lots"),
    VoucherKind.MOVE_IN: _("taken over from another card"),
    VoucherKind.MOVE_OUT: _("handed over to another card"),
}
LOAD_MODE_NAMES = {
    LoadMode.YEARLY: _("by year"),
    LoadMode.PERIOD: _("by period of the permit"),
}


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)


class Voucher(models.Model):
    """A top-up voucher (充值单). Written once, with the ledger's posting; never edited."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    serial = models.PositiveIntegerField(_("serial in the region"))
    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, related_name="vouchers"
    )
    card_serial = models.PositiveIntegerField(_("serial written to the card"))
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    permit_no = models.CharField(_("permit number"), max_length=22, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=list(VOUCHER_KIND_NAMES.items()))
    mode = models.CharField(
        _("mode"), max_length=6, choices=list(LOAD_MODE_NAMES.items()), default=LoadMode.YEARLY
    )
    # The form's hidden token: the same form sent twice makes one voucher.
    key = models.CharField(_("form key"), max_length=64)
    operation_id = models.BigIntegerField(_("posting"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        Membership, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    history = HistoricalRecords()

    objects = VoucherQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="voucher_by_enterprise"),
            models.Index(fields=["operation_id"], name="voucher_by_posting"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="voucher_serial_is_unique_in_region", fields=["region", "serial"]
            ),
            models.UniqueConstraint(
                name="voucher_serial_is_unique_on_card", fields=["card", "card_serial"]
            ),
            models.UniqueConstraint(
                name="voucher_form_counts_once", fields=["card", "kind", "key"]
            ),
            models.CheckConstraint(
                name="voucher_serials_begin_at_one",
                condition=Q(serial__gte=1, card_serial__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.voucher_no

    @property
    def voucher_no(self) -> str:
        """The number on paper: CZ, the region's code, the running serial."""
        return f"CZ{self.region_id}-{self.serial:06d}"


class VoucherLine(models.Model):
    """One pollutant and quota period of a voucher; whole milligrams, water in litres."""

    voucher = models.ForeignKey(
        Voucher, verbose_name=_("voucher"), on_delete=models.PROTECT, related_name="lines"
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant", verbose_name=_("pollutant"), on_delete=models.PROTECT
    )
    period = models.ForeignKey(
        "ledger.QuotaPeriod", verbose_name=_("quota period"), on_delete=models.PROTECT
    )
    before = models.BigIntegerField(_("before"))
    quantity = models.BigIntegerField(_("this time"))
    after = models.BigIntegerField(_("after"))

    class Meta:
        ordering = ["voucher_id", "period_id", "pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="one_voucher_line_per_asset", fields=["voucher", "pollutant", "period"]
            ),
            models.CheckConstraint(
                name="voucher_line_adds_up",
                condition=Q(after=F("before") + F("quantity")) & ~Q(quantity=0),
            ),
            models.CheckConstraint(
                name="voucher_line_is_never_below_zero",
                condition=Q(before__gte=0, after__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.pollutant_id} {self.quantity}"


class LoadRule(DatedRule):
    """What a region asks before a card may be loaded."""

    must_be_paid = models.BooleanField(_("only from paid lots"), default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("load_rules_of_a_region_never_overlap"),
            ends_after_it_begins("load_rule_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.valid_from}"
