"""Documents that bring rights into the government's reserve."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Lot, Pollutant
from parties.models import Membership, Region


class ReserveOrderQuerySet(models.QuerySet["ReserveOrder"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the bureau's region; enterprises have none."""
        if actor is None or actor.enterprise_id:
            return self.none()
        return self.filter(region__code__startswith=actor.region_prefix)


class ReserveOrder(models.Model):
    """A document by which a region sets rights aside; it opens one lot of the reserve."""

    document_no = models.CharField(_("document number"), max_length=60)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    basin = models.CharField(_("basin or air-shed"), max_length=40, blank=True)
    quantity_mg = models.BigIntegerField(_("quantity per year (mg)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    reason = models.CharField(_("reason"), max_length=200)
    lot = models.OneToOneField(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    ordered_at = models.DateTimeField(_("entered at"))
    history = HistoricalRecords()

    objects = ReserveOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="reserve_document_serves_once_per_pollutant",
                fields=["region", "document_no", "pollutant"],
            ),
            models.CheckConstraint(
                name="reserve_order_is_in_range",
                condition=Q(quantity_mg__gt=0, valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.document_no
