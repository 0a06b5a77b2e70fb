"""How long the law keeps what names a person, as dated rows."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from shell.guards import keep_rows
from shell.periods import no_overlap

LONGEST_MONTHS = 1200


class Keeping(models.TextChoices):
    """Of what the names are kept; an app above uses those that it needs."""

    ACTS = "ACTS", _("acts done in a role")
    CONTACT = "CONTACT", _("telephone and e-mail of an account")
    CARD = "CARD", _("contact for an IC card")
    REGISTRATION = "REGISTRY", _("contact in a registration form")


class PersonalKeepingQuerySet(models.QuerySet["PersonalKeeping"]):
    def in_force(self, day: datetime.date) -> Self:
        """Those in force on the day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class PersonalKeeping(models.Model):
    """So many months after it is no longer needed, personal data may be erased on request."""

    what = models.CharField(_("what is kept"), max_length=8, choices=Keeping.choices)
    months = models.PositiveSmallIntegerField(_("kept for (months after its end)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = PersonalKeepingQuerySet.as_manager()

    class Meta:
        ordering = ["what", "-valid_from"]
        constraints = [
            no_overlap(
                "personal_keepings_do_not_overlap",
                same=[Func(F("what"), Value(0), function="hashtextextended")],
                start="valid_from",
                end="valid_to",
            ),
            models.CheckConstraint(
                name="personal_keeping_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="personal_keeping_is_no_more_than_a_century",
                condition=Q(months__gte=0, months__lte=LONGEST_MONTHS),
            ),
        ]
        triggers = keep_rows("personal_keeping")

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.months}"
