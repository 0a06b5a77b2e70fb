"""How long a controller may be silent before it counts as off line."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Region
from shell.periods import ends_after_it_begins

from .dated import DatedQuerySet, DatedRule, no_overlap_in_region


class ContactRuleQuerySet(DatedQuerySet):
    def silent_after(
        self, region_codes: Iterable[str], day: datetime.date
    ) -> dict[str, datetime.timedelta]:
        """Per region the longest silence that is still contact; without a row there is none."""
        found = self.nearest_each(set(region_codes), day)
        return {
            code: datetime.timedelta(minutes=rows[0].silent_after_minutes if rows else 0)
            for code, rows in found.items()
        }


class ContactRule(DatedRule):
    """After so many minutes without a frame a controller is off line: unknown, never zero.

    HJ 212 has no heartbeat, and no text found fixes the time; a row without region holds for
    the whole country, a region's own row goes before it.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    silent_after_minutes = models.PositiveIntegerField(_("off line after (minutes)"))
    history = HistoricalRecords()

    objects = ContactRuleQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("contact_rules_of_a_region_never_overlap"),
            ends_after_it_begins("contact_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="contact_rule_is_a_minute_to_a_week",
                condition=Q(silent_after_minutes__gte=1, silent_after_minutes__lte=10080),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id or ''} {self.valid_from}"
