"""Applications, what they ask for and every step taken on them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from ledger.models.guards import append_only
from parties.models import Membership
from permits.rules import CLOSED_STATES, DRAFT_STATES, Kind, State, Step

from .sites import Outlet, Site

KIND_NAMES = {
    Kind.APPLY: _("first application"),
    Kind.CHANGE: _("change"),
    Kind.RENEW: _("renewal"),
    Kind.REAPPLY: _("re-application"),
    Kind.REISSUE: _("re-issue"),
    Kind.CANCEL: _("cancellation"),
}

STATE_NAMES = {
    State.DRAFT: _("draft"),
    State.SUBMITTED: _("submitted"),
    State.CORRECTION: _("to be corrected"),
    State.REJECTED_INTAKE: _("not accepted"),
    State.ACCEPTED: _("accepted"),
    State.UNDER_REVIEW: _("under review"),
    State.PANEL: _("in collective review"),
    State.APPROVED: _("approved, to be issued"),
    State.REFUSED: _("permit refused"),
    State.ISSUED: _("issued"),
    State.WITHDRAWN: _("withdrawn by the applicant"),
}

STEP_NAMES = {
    Step.SUBMIT: _("Submit application"),
    Step.ASK_CORRECTION: _("Send correction notice"),
    Step.RESUBMIT: _("Submit corrected application"),
    Step.ACCEPT: _("Accept application"),
    Step.NOT_ACCEPT: _("Do not accept"),
    Step.START_REVIEW: _("Start review"),
    Step.STOP_CLOCK: _("Stop the clock"),
    Step.RUN_CLOCK: _("Let the clock run on"),
    Step.CALL_PANEL: _("Call collective review"),
    Step.CLOSE_PANEL: _("Close collective review"),
    Step.PROPOSE: _("Decide to grant"),
    Step.RETURN: _("Send back to review"),
    Step.REFUSE: _("Refuse permit"),
    Step.ISSUE: _("Issue permit"),
    Step.WITHDRAW: _("Withdraw application"),
    Step.ASSIGN: _("Give to an officer"),
    Step.ENQUIRE: _("Ask before the decision"),
    Step.ANSWER: _("Answer"),
}


class ManagementClass(models.TextChoices):
    KEY = "KEY", _("key management")
    SIMPLIFIED = "SIMPLIFIED", _("simplified management")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """The own enterprise's; for a bureau those of its region once they are submitted."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(site__enterprise_id=actor.enterprise_id)
        return self.filter(site__region__code__startswith=actor.region_prefix).exclude(
            submitted_at__isnull=True
        )

    def open(self) -> Self:
        """Those that still wait for someone."""
        return self.exclude(state__in=[state.value for state in CLOSED_STATES])


class Application(models.Model):
    """What an enterprise asks of the bureau about one site's permit."""

    kind = models.CharField(_("kind of application"), max_length=8, choices=[*KIND_NAMES.items()])
    site = models.ForeignKey(
        Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="applications"
    )
    application_no = models.CharField(_("application number"), max_length=24, blank=True)
    management_class = models.CharField(
        _("management class"), max_length=10, choices=ManagementClass.choices
    )
    statement = models.TextField(_("statement"), blank=True)
    is_committed = models.BooleanField(_("letter of commitment given"), default=False)
    state = models.CharField(
        _("state"), max_length=16, choices=[*STATE_NAMES.items()], default=State.DRAFT
    )
    revision = models.PositiveIntegerField(_("revision"), default=0)
    key = models.CharField(max_length=80, unique=True)
    has_site_check = models.BooleanField(_("site check needed"), default=False)
    applicant = models.ForeignKey(
        Membership, verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="+"
    )
    assignee = models.ForeignKey(
        Membership,
        verbose_name=_("in the hands of"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    # The legal clock that runs now: which act's term, since when, until when.
    clock_act = models.CharField(_("legal clock"), max_length=24, blank=True)
    clock_from = models.DateField(_("clock runs from"), null=True)
    due_on = models.DateField(_("legal deadline"), null=True)
    clock_basis = models.CharField(_("legal basis"), max_length=160, blank=True)
    history = HistoricalRecords()

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="application_by_deadline"),
            models.Index(fields=["site", "-id"], name="application_by_site"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="application_no_is_unique",
                fields=["application_no"],
                condition=~Q(application_no=""),
            ),
            models.UniqueConstraint(
                name="one_open_application_per_site",
                fields=["site"],
                condition=~Q(state__in=sorted(state.value for state in CLOSED_STATES)),
            ),
            models.CheckConstraint(
                name="submitted_application_has_a_number",
                condition=Q(state__in=["DRAFT", "WITHDRAWN"])
                | (~Q(application_no="") & Q(submitted_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.application_no or f"{self.get_kind_display()} · {self.get_state_display()}"

    @property
    def is_editable(self) -> bool:
        """Whether the enterprise may still write in it."""
        return self.state in DRAFT_STATES


class RequestedLimit(models.Model):
    """What the enterprise asks for at one outlet and pollutant."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="requested_limits"
    )
    outlet = models.ForeignKey(Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    concentration = models.DecimalField(
        _("permitted concentration"), max_digits=12, decimal_places=4, null=True
    )
    quantity_per_year = models.BigIntegerField(_("permitted quantity per year"), null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet__code", "pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="requested_limit_stands_once", fields=["application", "outlet", "pollutant"]
            ),
            models.CheckConstraint(
                name="requested_limit_is_positive",
                condition=(Q(quantity_per_year__isnull=True) | Q(quantity_per_year__gt=0))
                & (
                    Q(concentration__isnull=True)
                    | Q(concentration__gt=0, concentration__lt=100_000_000)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet} {self.pollutant_id}"


class ReviewStep(models.Model):
    """One step on an application: who, when, with which opinion and legal basis; never edited."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="review_steps"
    )
    step = models.CharField(_("step"), max_length=16, choices=[*STEP_NAMES.items()])
    from_state = models.CharField(_("from"), max_length=16, choices=[*STATE_NAMES.items()])
    to_state = models.CharField(_("to"), max_length=16, choices=[*STATE_NAMES.items()])
    by = models.ForeignKey(
        Membership, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    opinion = models.TextField(_("opinion"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160, blank=True)
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_correction_notice_per_application",
                fields=["application"],
                condition=Q(step="ASK_CORRECTION"),
            ),
        ]
        triggers = append_only("review_step")

    def __str__(self) -> str:
        return f"{self.application} {self.step}"


class PauseReason(models.TextChoices):
    HEARING = "HEARING", _("hearing")
    EXPERT_REVIEW = "EXPERT_REVIEW", _("expert review")
    TESTING = "TESTING", _("inspection, testing or appraisal")


class ClockPause(models.Model):
    """Days that do not count toward the decision (Administrative Licensing Law art. 45)."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="clock_pauses"
    )
    reason = models.CharField(_("reason"), max_length=16, choices=PauseReason.choices)
    from_date = models.DateField(_("stopped on"))
    to_date = models.DateField(_("ran on from"), null=True)
    expected_to = models.DateField(_("expected to run on from"), null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_running_pause_per_application",
                fields=["application"],
                condition=Q(to_date__isnull=True),
            ),
            models.CheckConstraint(
                name="clock_pause_ends_after_it_begins",
                condition=Q(to_date__isnull=True) | Q(to_date__gte=models.F("from_date")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.reason}"


class DeadlineSubject(models.TextChoices):
    CLOCK = "CLOCK", _("legal deadline")
    PAUSE = "PAUSE", _("stopped clock")
    ENQUIRY = "ENQUIRY", _("answer awaited")


class DeadlineNotice(models.Model):
    """A deadline that people were told of; each is told once."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="deadline_notices"
    )
    about = models.CharField(
        _("about"), max_length=8, choices=DeadlineSubject.choices, default=DeadlineSubject.CLOCK
    )
    due_on = models.DateField(_("legal deadline"))
    is_overdue = models.BooleanField(_("overdue"))
    at = models.DateTimeField(_("told at"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="deadline_is_told_once",
                fields=["application", "about", "due_on", "is_overdue"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.due_on}"
