"""Statements as they were at a moment, sealed by the proof log."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parties.models import Membership

from . import guards
from .accounts import Account


class SealedStatementQuerySet(models.QuerySet["SealedStatement"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of accounts this person may reach."""
        return self.filter(account__in=Account.objects.for_actor(actor))


class SealedStatement(models.Model):
    """What the statement of an account said: its days, balances, and the hash of every line."""

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT)
    first_date = models.DateField(_("From"))
    last_date = models.DateField(_("To"))
    ordering = models.CharField(_("order"), max_length=10)
    known_at = models.DateTimeField(_("known at"))
    opening = models.BigIntegerField(_("opening balance"))
    closing = models.BigIntegerField(_("closing balance"))
    line_count = models.BigIntegerField(_("movements"))
    content_sha256 = models.BinaryField(_("SHA-256 of the lines"), max_length=32)
    sealed_by = models.ForeignKey(Membership, verbose_name=_("sealed by"), on_delete=models.PROTECT)
    sealed_at = models.DateTimeField(_("sealed at"))

    objects = SealedStatementQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="sealed_statement_runs_forward",
                condition=Q(last_date__gte=models.F("first_date")) & Q(line_count__gte=0),
            )
        ]
        triggers = guards.append_only("sealed_statement")

    def __str__(self) -> str:
        return f"{self.account_id} {self.first_date} – {self.last_date}"
