"""Legal terms as data: how long each act may take, where and since when, by which article."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Region
from shell.figures import named
from shell.periods import digits, no_overlap


class ClockUnit(models.TextChoices):
    WORKDAY = "WORKDAY", _("working days")
    DAY = "DAY", _("days")
    YEAR = "YEAR", _("years")


class LegalAct(models.Model):
    """Something the law sets a term for."""

    code = models.CharField(_("code"), max_length=24, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)


class LegalClock(models.Model):
    """The term of an act in a region from a day on; the nearest region's row decides."""

    act = models.ForeignKey(LegalAct, verbose_name=_("act"), on_delete=models.PROTECT)
    region = models.ForeignKey(
        Region,
        verbose_name=_("region (empty: whole country)"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    amount = models.PositiveSmallIntegerField(_("length of term"))
    unit = models.CharField(_("unit"), max_length=8, choices=ClockUnit.choices)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["act_id", "region_id", "valid_from"]
        constraints = [
            no_overlap(
                "legal_clocks_do_not_overlap",
                same=["act_id", digits("region_id")],
                start="valid_from",
                end="valid_to",
            ),
            models.CheckConstraint(
                name="legal_clock_is_positive", condition=Q(amount__gt=0, amount__lte=1000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.amount} {self.get_unit_display()}"


class NumberSeries(models.Model):
    """The last number given in a region's yearly series; locked while the next is taken."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    series = models.CharField(_("series"), max_length=8)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_number_series_per_region_and_year", fields=["region", "series", "year"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.series} {self.year}"
