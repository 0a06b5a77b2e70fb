"""Monthly snapshots of the total-quantity database: what was known on that day, never edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Pollutant, QuotaPeriod
from ledger.models.guards import append_only
from parties.models import Region


class TotalSnapshot(models.Model):
    """One region, pollutant and quota period on the day it was taken; mg or L."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    period = models.ForeignKey(
        QuotaPeriod, verbose_name=_("quota period"), on_delete=models.PROTECT
    )
    taken_on = models.DateField(_("taken on"))
    verified = models.BigIntegerField(_("verified"))
    granted = models.BigIntegerField(_("granted"))
    traded = models.BigIntegerField(_("acquired by trade"))
    reserved = models.BigIntegerField(_("in reserve"))
    discharged = models.BigIntegerField(_("discharged"))
    left = models.BigIntegerField(_("left"))

    class Meta:
        ordering = ["taken_on", "pollutant__position"]
        constraints = [
            models.UniqueConstraint(
                name="one_total_snapshot_per_day",
                fields=["region", "pollutant", "period", "taken_on"],
            ),
            models.CheckConstraint(
                name="total_snapshot_is_not_negative",
                condition=Q(verified__gte=0, granted__gte=0, traded__gte=0, discharged__gte=0),
            ),
        ]
        triggers = append_only("total_snapshot")

    def __str__(self) -> str:
        return f"{self.region_id} {self.pollutant_id} {self.taken_on}"
