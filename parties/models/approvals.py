"""Two persons for one act: the approval, bound to what was approved."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.rules import APPROVAL_STEPS
from shell.guards import steps

from .people import Membership, User


class Sha256(models.Func):
    """PostgreSQL's own SHA-256 of bytes."""

    function = "sha256"
    output_field = models.BinaryField()


class ApprovalState(models.TextChoices):
    ASKED = "ASKED", _("waits for the second person")  # → GRANTED | REFUSED
    GRANTED = "GRANTED", _("granted")  # → USED
    REFUSED = "REFUSED", _("refused")
    USED = "USED", _("carried out")
    VOID = "VOID", _("void: taken back or the content changed")  # from ASKED or GRANTED


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those asked for in this person's region, or by the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(maker__enterprise_id=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)

    def waiting(self) -> Self:
        """Those nobody has decided yet."""
        return self.filter(state=ApprovalState.ASKED)

    def with_people(self) -> Self:
        """With maker, checker and region in the same query."""
        return self.select_related("region", "maker_user", "checker_user", "maker", "checker")


class Approval(models.Model):
    """One person asks, another decides; it holds for exactly the content that was shown."""

    act = models.CharField(_("act"), max_length=40)
    region = models.ForeignKey("parties.Region", on_delete=models.PROTECT, verbose_name=_("region"))
    subject_type = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    content = models.BinaryField(_("content"), max_length=65536)
    content_hash = models.BinaryField(_("SHA-256 of the content"), max_length=32)
    state = models.CharField(
        _("state"), max_length=8, choices=ApprovalState.choices, default=ApprovalState.ASKED
    )
    maker = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    maker_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    checker = models.ForeignKey(
        Membership,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    checker_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    history = HistoricalRecords()

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="approval_by_subject")]
        constraints = [
            models.CheckConstraint(
                name="approval_needs_two_persons",
                condition=Q(checker_user__isnull=True) | ~Q(checker_user=F("maker_user")),
            ),
            models.CheckConstraint(
                name="approval_decision_is_complete",
                condition=Q(
                    state="ASKED",
                    checker__isnull=True,
                    checker_user__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    state__in=["GRANTED", "REFUSED", "USED"],
                    checker__isnull=False,
                    checker_user__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(state="VOID"),
            ),
            models.CheckConstraint(
                name="approval_hash_is_of_its_content",
                condition=Q(content_hash=Sha256("content")),
            ),
            models.UniqueConstraint(
                name="one_open_approval_per_subject_and_act",
                fields=["subject_type", "subject_id", "act"],
                condition=Q(state__in=["ASKED", "GRANTED"]),
            ),
        ]
        triggers = [steps("approval_follows_the_table", APPROVAL_STEPS)]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_type} {self.subject_id}"
