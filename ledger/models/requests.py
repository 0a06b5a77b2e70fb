"""What one person asks of the ledger and a second one decides: closings, restrictions,
bookings, acts on lots."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Approval, Membership, Region

from . import guards
from .accounts import Account
from .assets import QuotaPeriod
from .lots import Lot
from .operations import Operation


class RequestKind(models.TextChoices):
    CLOSE_PERIOD = "CLOSE", _("close a quota period")
    RESTRICT = "RESTRICT", _("restrict an account")
    OPERATION = "BOOK", _("book an operation")
    LOT = "LOT", _("act on a lot")


class LotAct(models.TextChoices):
    """What may be done with a lot; which kind of operation each is: `ledger.lot_rules`."""

    SPLIT = "SPLIT", _("split the lot")
    MERGE = "MERGE", _("merge with other lots")
    LEASE = "LEASE", _("lease out")
    LEASE_END = "RETURN", _("give the lease back")
    PLEDGE = "PLEDGE", _("pledge")
    FREEZE = "FREEZE", _("court freeze")
    RELEASE = "RELEASE", _("release from pledge or freeze")
    RETIRE = "RETIRE", _("retire by replacement ratio")
    TAKE_BACK = "TAKEBACK", _("take back into the reserve")


class RequestState(models.TextChoices):
    ASKED = "ASKED", _("waits for the second person")  # → WAITING | DONE | REFUSED | TAKEN_BACK
    WAITING = "WAITING", _("granted, waits for its day")  # → DONE | TAKEN_BACK
    DONE = "DONE", _("carried out")
    REFUSED = "REFUSED", _("refused")
    TAKEN_BACK = "BACK", _("taken back")


NO_LOT = {"lot__isnull": True, "act": ""}
OPEN_STATES = [RequestState.ASKED, RequestState.WAITING]


class LedgerRequestQuerySet(models.QuerySet["LedgerRequest"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the bureau's region; an enterprise's people reach what they asked for, what is
        done with their lots and what was leased to them."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            own = Q(asked_by__enterprise_id=actor.enterprise_id)
            touched = Q(lot__enterprise_id=actor.enterprise_id) | Q(
                content__to_id=actor.enterprise_id
            )
            return self.filter(own | (touched & Q(kind=RequestKind.LOT, state=RequestState.DONE)))
        return self.filter(region__code__startswith=actor.region_prefix)


class LedgerRequest(models.Model):
    """One person asks, another decides; what is done is exactly what was asked, once."""

    kind = models.CharField(_("what is asked"), max_length=8, choices=RequestKind.choices)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    period = models.ForeignKey(
        QuotaPeriod, verbose_name=_("quota period"), on_delete=models.PROTECT, null=True
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        null=True,
        related_name="requests",
    )
    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, null=True, related_name="requests"
    )
    act = models.CharField(
        _("what is done with the lot"), max_length=8, choices=LotAct.choices, blank=True
    )
    # What will be done, in full: this and nothing else is what the second person grants.
    content = models.JSONField(_("content"))
    reason = models.CharField(_("reason"), max_length=200)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=RequestState.choices, default=RequestState.ASKED
    )
    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    # The first day on which it may be carried out: its cool-off is over then.
    due_on = models.DateField(_("to be carried out from"))
    approval = models.OneToOneField(
        Approval, verbose_name=_("approval"), on_delete=models.PROTECT, related_name="+", null=True
    )
    done_at = models.DateTimeField(_("carried out at"), null=True)
    operation = models.OneToOneField(
        Operation,
        verbose_name=_("operation"),
        on_delete=models.PROTECT,
        null=True,
        related_name="request",
    )
    history = HistoricalRecords()

    objects = LedgerRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_on"], name="request_due", condition=Q(state="WAITING"))
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_open_request_per_period",
                fields=["period"],
                condition=Q(state__in=["ASKED", "WAITING"]),
            ),
            models.UniqueConstraint(
                name="one_open_request_per_account",
                fields=["account"],
                condition=Q(state__in=["ASKED", "WAITING"]),
            ),
            models.UniqueConstraint(
                name="one_open_request_per_lot_and_act",
                fields=["lot", "act"],
                condition=Q(state__in=["ASKED", "WAITING"]),
            ),
            # Whether an act on a lot needs a second person is a rule of its kind of operation,
            # which the posting asks (L114); whoever is nobody's second person waits for one.
            models.CheckConstraint(
                name="request_done_has_its_moment_and_approval",
                condition=Q(state="DONE", done_at__isnull=False, approval__isnull=False)
                | Q(state="DONE", done_at__isnull=False, kind="LOT")
                | (~Q(state="DONE") & Q(done_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_is_about_one_thing",
                condition=Q(kind="CLOSE", period__isnull=False, account__isnull=True, **NO_LOT)
                | Q(kind="RESTRICT", period__isnull=True, account__isnull=False, **NO_LOT)
                | Q(kind="BOOK", period__isnull=True, account__isnull=True, **NO_LOT)
                | Q(
                    ~Q(act=""),
                    kind="LOT",
                    period__isnull=True,
                    account__isnull=True,
                    lot__isnull=False,
                ),
            ),
        ]
        triggers = guards.keep_rows("ledger_request")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
