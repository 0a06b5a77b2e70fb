"""Operations, their kinds and their transfers: the journal."""

import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.rules import ANY_PURPOSE
from parties.models import Approval, Membership, Region
from shell.figures import named
from shell.periods import ends_after_it_begins, holds_on

from . import guards
from .accounts import PURPOSE_NAMES, Account
from .assets import Asset

MOVEMENT_PURPOSES = [*PURPOSE_NAMES.items(), (ANY_PURPOSE, _("any"))]


class OperationType(models.Model):
    """What a kind of operation may do: rule as data, the code never asks for the kind."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    starters = ArrayField(
        models.CharField(max_length=40), verbose_name=_("who may start it (acts)"), default=list
    )
    document_types = ArrayField(
        models.CharField(max_length=20), verbose_name=_("documents it stands on"), default=list
    )
    must_correct = models.BooleanField(_("names the operation it corrects"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)


class OperationRuleQuerySet(models.QuerySet["OperationRule"]):
    def of_region(self, kind: str, region: Region, day: datetime.date) -> "OperationRule | None":
        """How a kind is handled in the region on the day: the nearest region's row."""
        by_region = {rule.region_id: rule for rule in self.in_force(day).filter(type=kind)}
        line = (*sorted(region.line, reverse=True), None)
        return next((by_region[code] for code in line if code in by_region), None)

    def in_force(self, day: datetime.date) -> Self:
        """Those in force on the day."""
        return self.filter(holds_on(day))


class OperationRule(models.Model):
    """How a kind is handled in a region from a day on; the nearest region's row rules."""

    type = models.ForeignKey(
        OperationType, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="rules"
    )
    # Empty: everywhere that has no row of its own.
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    needs_approval = models.BooleanField(_("needs a second person"), default=False)
    cool_off_workdays = models.PositiveSmallIntegerField(
        _("cool-off (working days after the request)"), default=0
    )
    reversible_days = models.PositiveIntegerField(_("may be reversed within (days)"), default=0)
    backdate_days = models.PositiveIntegerField(
        _("may take effect at most (days) before its posting"), null=True, blank=True
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = OperationRuleQuerySet.as_manager()

    class Meta:
        ordering = ["type_id", "region_id", "-valid_from"]
        constraints = [
            ends_after_it_begins("operation_rule_ends_after_it_begins"),
            ExclusionConstraint(
                name="operation_rules_do_not_overlap",
                expressions=[
                    (guards.text_range("type_id"), "&&"),
                    (guards.region_range("region_id"), "&&"),
                    (Func("valid_from", "valid_to", Value("[]"), function="daterange"), "&&"),
                ],
            ),
        ]
        triggers = [
            *guards.keep_rows("operation_rule"),
            guards.fixed_columns(
                "operation_rule_is_fixed",
                [
                    "type_id",
                    "region_id",
                    "valid_from",
                    "needs_approval",
                    "cool_off_workdays",
                    "reversible_days",
                    "backdate_days",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type_id} {self.region_id or ''} {self.valid_from}"


class OperationTypeMovement(models.Model):
    """From which purpose to which a kind of operation may move."""

    type = models.ForeignKey(OperationType, on_delete=models.CASCADE, related_name="movements")
    source_purpose = models.CharField(_("from"), max_length=10, choices=MOVEMENT_PURPOSES)
    target_purpose = models.CharField(_("to"), max_length=10, choices=MOVEMENT_PURPOSES)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_row_per_allowed_movement",
                fields=["type", "source_purpose", "target_purpose"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.type_id}: {self.source_purpose} → {self.target_purpose}"


class OperationQuerySet(models.QuerySet["Operation"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those that touch an account this person may reach."""
        reachable = Account.objects.for_actor(actor)
        touched = Transfer.objects.filter(operation_id=models.OuterRef("pk"))
        return self.filter(
            models.Exists(touched.filter(source_id__in=reachable.values("pk")))
            | models.Exists(touched.filter(target_id__in=reachable.values("pk")))
        )


class Operation(models.Model):
    """One atomic act: all of its transfers stand, or none.

    What it names is checked once per statement (sql/posting.sql), not row by row.
    """

    kind = models.ForeignKey(
        OperationType,
        verbose_name=_("kind"),
        on_delete=models.PROTECT,
        db_column="kind",
        db_constraint=False,
        db_index=False,
    )
    scope = models.CharField(_("scope of the key"), max_length=40)
    key = models.CharField(_("idempotency key"), max_length=120)
    body_hash = models.BinaryField(_("SHA-256 of the request"), max_length=32)
    by = models.ForeignKey(
        Membership,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    effective_date = models.DateField(_("effective on"))
    posted_at = models.DateTimeField(_("posted at"))
    document_type = models.CharField(_("kind of document"), max_length=20)
    document_id = models.BigIntegerField(_("document"))
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("approval"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    reverses = models.ForeignKey(
        "self",
        verbose_name=_("reverses"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="corrections",
    )

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        # Every index costs each posting some 5 %: rare columns are indexed only where filled.
        indexes = [
            models.Index(fields=["document_type", "document_id"], name="operation_document"),
            models.Index(
                fields=["approval"], name="operation_approval", condition=Q(approval__isnull=False)
            ),
            models.Index(
                fields=["corrects"], name="operation_corrects", condition=Q(corrects__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="operation_is_reversed_once",
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
            ),
            models.UniqueConstraint(name="operation_key_is_used_once", fields=["scope", "key"]),
            models.CheckConstraint(
                name="operation_does_not_reverse_itself",
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")),
            ),
            models.CheckConstraint(
                name="operation_does_not_correct_itself",
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")),
            ),
        ]
        triggers = guards.append_only("operation")

    def __str__(self) -> str:
        return f"{self.kind_id} {self.pk}"


class Transfer(models.Model):
    """A positive amount moved between two accounts of one asset, with what both then held.

    The table comes from sql/journal.sql: partitioned by month of `posted_at` (which is part of
    the real key), and inserting into it is what moves the balances.
    """

    pk = models.CompositePrimaryKey("operation_id", "line")
    operation = models.ForeignKey(
        Operation,
        verbose_name=_("operation"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="transfers",
    )
    line = models.IntegerField(_("line"))
    source = models.ForeignKey(
        Account,
        verbose_name=_("from"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    target = models.ForeignKey(
        Account,
        verbose_name=_("to"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    asset = models.ForeignKey(
        Asset,
        verbose_name=_("asset"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    amount = models.BigIntegerField(_("amount"))
    source_version = models.BigIntegerField()
    source_balance = models.BigIntegerField()
    target_version = models.BigIntegerField()
    target_balance = models.BigIntegerField()
    posted_at = models.DateTimeField(_("posted at"))

    class Meta:
        ordering = ["operation_id", "line"]
        triggers = guards.append_only("transfer")

    def __str__(self) -> str:
        return f"{self.operation_id}.{self.line}"
