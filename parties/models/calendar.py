"""The State Council's calendar of days off and make-up days."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class HolidayKind(models.TextChoices):
    DAY_OFF = "DAY_OFF", _("day off")
    MAKE_UP = "MAKE_UP", _("make-up working day")


class Holiday(models.Model):
    """A weekday that is off, or a weekend day that is worked."""

    date = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=HolidayKind.choices)
    name = models.CharField(_("name"), max_length=40)
    legal_basis = models.CharField(_("legal basis"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                name="day_off_is_a_weekday_and_make_up_day_is_not",
                condition=models.Q(kind="DAY_OFF", date__iso_week_day__lte=5)
                | models.Q(kind="MAKE_UP", date__iso_week_day__gte=6),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
