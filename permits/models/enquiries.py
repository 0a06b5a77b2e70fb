"""What the review asks for before the decision, and the regulation that makes it compulsory."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership, Region
from permits.rules import Inquiry
from shell.periods import ends_after_it_begins

from .applications import KIND_NAMES, Application, ClockPause, ManagementClass

INQUIRY_NAMES = {
    Inquiry.SITE_CHECK: _("site check"),
    Inquiry.ASSESSMENT: _("technical assessment"),
    Inquiry.INFORMATION: _("request for information"),
    Inquiry.PEER_REVIEW: _("peer review"),
}
DUTY_NAMES = {
    Inquiry.SITE_CHECK: _("site check"),
    Inquiry.ASSESSMENT: _("technical assessment"),
    Inquiry.PEER_REVIEW: _("peer review"),
    Inquiry.PANEL: _("collective review"),
    Inquiry.VERIFICATION: _("verified quantities"),
}


class EnquiryState(models.TextChoices):
    OPEN = "OPEN", _("waits for the answer")
    ANSWERED = "ANSWERED", _("answered")


class Finding(models.TextChoices):
    FIT = "FIT", _("no objection")
    UNFIT = "UNFIT", _("objection")


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Of reachable applications; an enterprise sees only what it was asked itself."""
        reachable = self.filter(application__in=Application.objects.for_actor(actor))
        is_enterprise = actor is not None and actor.enterprise_id
        return reachable.filter(kind=Inquiry.INFORMATION) if is_enterprise else reachable

    def open(self) -> Self:
        """Those without an answer."""
        return self.filter(state=EnquiryState.OPEN)


class Enquiry(models.Model):
    """A site check, assessment, request for information or peer review, and its answer."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="enquiries")
    kind = models.CharField(_("kind"), max_length=12, choices=[*INQUIRY_NAMES.items()])
    question = models.TextField(_("what is asked"))
    legal_basis = models.CharField(_("legal basis"), max_length=160, blank=True)
    due_on = models.DateField(_("answer by"), null=True)
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    asked_of = models.ForeignKey(
        Membership,
        verbose_name=_("asked of"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    state = models.CharField(
        _("state"), max_length=8, choices=EnquiryState.choices, default=EnquiryState.OPEN
    )
    answer = models.TextField(_("answer"), blank=True)
    finding = models.CharField(_("finding"), max_length=5, choices=Finding.choices, blank=True)
    answered_by = models.ForeignKey(
        Membership,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    pause = models.OneToOneField(
        ClockPause, on_delete=models.PROTECT, null=True, related_name="enquiry"
    )
    key = models.CharField(max_length=80, unique=True)
    history = HistoricalRecords()

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="answered_enquiry_has_its_answer",
                condition=Q(state="OPEN", answer="", answered_by__isnull=True)
                | (
                    Q(state="ANSWERED", answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answer="")
                ),
            ),
            models.CheckConstraint(
                name="peer_review_names_another_person",
                condition=~Q(kind="PEER_REVIEW")
                | (Q(asked_of__isnull=False) & ~Q(asked_of=F("asked_by"))),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="enquiry_by_deadline")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class ReviewDuty(models.Model):
    """What must be on file before the decision: by region, kind and management class, dated."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    kind = models.CharField(
        _("kind of application (empty: every)"),
        max_length=8,
        choices=[*KIND_NAMES.items()],
        blank=True,
    )
    management_class = models.CharField(
        _("management class (empty: every)"),
        max_length=10,
        choices=ManagementClass.choices,
        blank=True,
    )
    duty = models.CharField(_("what must be on file"), max_length=12, choices=[*DUTY_NAMES.items()])
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "duty", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="review_duty_begins_once",
                fields=["region", "kind", "management_class", "duty", "valid_from"],
                nulls_distinct=False,
            ),
            ends_after_it_begins("review_duty_runs_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()}"
