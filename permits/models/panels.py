"""Collective review: who was called, how each voted, what came out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership, User

from .applications import Application


class Vote(models.TextChoices):
    FOR = "FOR", _("for")
    AGAINST = "AGAINST", _("against")
    ABSTAIN = "ABSTAIN", _("abstains")


class PanelResult(models.TextChoices):
    FOR = "FOR", _("for granting")
    AGAINST = "AGAINST", _("against granting")


class Panel(models.Model):
    """One collective review of an application (local practice)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="panels")
    called_at = models.DateTimeField(_("called at"))
    meets_at = models.DateTimeField(_("meets at"), null=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    result = models.CharField(_("result"), max_length=8, choices=PanelResult.choices, blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_panel_per_application",
                fields=["application"],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="closed_panel_has_a_result",
                condition=Q(closed_at__isnull=True, result="")
                | (Q(closed_at__isnull=False) & ~Q(result="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.called_at:%Y-%m-%d}"


class PanelVote(models.Model):
    """A member called to a panel and, once cast, the vote."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    member_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vote = models.CharField(_("vote"), max_length=8, choices=Vote.choices, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)
    voted_at = models.DateTimeField(_("voted at"), null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_vote_per_person_and_panel", fields=["panel", "member_user"]
            ),
            models.CheckConstraint(
                name="vote_has_its_time",
                condition=Q(vote="", voted_at__isnull=True)
                | (~Q(vote="") & Q(voted_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.vote or '–'}"
