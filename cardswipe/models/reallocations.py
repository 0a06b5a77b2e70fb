"""Reallocations (调剂): quantity moved inside the year, between months or between cards."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.plans import ReallocationKind, ReallocationState
from parties.models import Approval, Enterprise, Membership

from .cards import Card
from .vouchers import Voucher

REALLOCATION_KIND_NAMES = {
    ReallocationKind.MONTHS: _("between months"),
    ReallocationKind.CARDS: _("between cards"),
}
REALLOCATION_STATE_NAMES = {
    ReallocationState.ASKED: _("waits for the bureau"),
    ReallocationState.GRANTED: _("granted"),
    ReallocationState.REFUSED: _("refused"),
    ReallocationState.TAKEN_BACK: _("taken back"),
}


class ReallocationQuerySet(models.QuerySet["Reallocation"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)


class Reallocation(models.Model):
    """An application to move quantity inside a quota period, and what was decided.

    Between months it changes the plan only; between cards it is a posting of the ledger with
    a voucher on each card. Months are named by their first day.
    """

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    kind = models.CharField(_("kind"), max_length=6, choices=list(REALLOCATION_KIND_NAMES.items()))
    pollutant = models.ForeignKey(
        "ledger.Pollutant", verbose_name=_("pollutant"), on_delete=models.PROTECT
    )
    period = models.ForeignKey(
        "ledger.QuotaPeriod", verbose_name=_("quota period"), on_delete=models.PROTECT
    )
    quantity = models.BigIntegerField(_("quantity"))
    from_month = models.DateField(_("from month"), null=True, blank=True)
    to_month = models.DateField(_("to month"), null=True, blank=True)
    from_card = models.ForeignKey(
        Card,
        verbose_name=_("from card"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    to_card = models.ForeignKey(
        Card,
        verbose_name=_("to card"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=list(REALLOCATION_STATE_NAMES.items()),
        default=ReallocationState.ASKED,
    )
    # The form's hidden token: the same form sent twice makes one application.
    key = models.CharField(_("form key"), max_length=64, unique=True)
    approval = models.OneToOneField(
        Approval, verbose_name=_("approval"), on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    voucher_out = models.OneToOneField(
        Voucher, verbose_name=_("voucher"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    voucher_in = models.OneToOneField(
        Voucher, verbose_name=_("voucher"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = ReallocationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["enterprise", "period", "pollutant"],
                name="reallocation_of_quota",
                condition=Q(state="GRANTED", kind="MONTHS"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="reallocation_moves_something", condition=Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="reallocation_is_between_two_months_or_two_cards",
                condition=Q(
                    kind=ReallocationKind.MONTHS,
                    from_month__isnull=False,
                    to_month__isnull=False,
                    from_card__isnull=True,
                    to_card__isnull=True,
                )
                & ~Q(from_month=F("to_month"))
                | Q(
                    kind=ReallocationKind.CARDS,
                    from_card__isnull=False,
                    to_card__isnull=False,
                    from_month__isnull=True,
                    to_month__isnull=True,
                )
                & ~Q(from_card=F("to_card")),
            ),
            models.CheckConstraint(
                name="decided_reallocation_says_when",
                condition=Q(state=ReallocationState.ASKED, decided_at__isnull=True)
                | ~Q(state=ReallocationState.ASKED) & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="granted_move_between_cards_has_its_vouchers",
                condition=Q(
                    kind=ReallocationKind.CARDS,
                    state=ReallocationState.GRANTED,
                    voucher_out__isnull=False,
                    voucher_in__isnull=False,
                )
                | (
                    ~Q(kind=ReallocationKind.CARDS, state=ReallocationState.GRANTED)
                    & Q(voucher_out__isnull=True, voucher_in__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reallocation_no

    @property
    def reallocation_no(self) -> str:
        """The number on paper: TJ and the running number."""
        return f"TJ{self.pk:08d}"

    @property
    def cards(self) -> tuple[Card, Card]:
        """Source and target of a move between cards."""
        assert self.from_card is not None, "kept by the constraint"
        assert self.to_card is not None, "kept by the constraint"
        return self.from_card, self.to_card

    @property
    def months(self) -> tuple[datetime.date, datetime.date]:
        """Source and target of a move between months."""
        assert self.from_month is not None, "kept by the constraint"
        assert self.to_month is not None, "kept by the constraint"
        return self.from_month, self.to_month
