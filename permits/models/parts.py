"""What an application says beyond its limits: the project, new basic data, years, plan, duties."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from permits.rules import MONTH_DAY, Nature

from .applications import Application, RequestedLimit
from .sites import Outlet

NATURE_NAMES = {
    Nature.EXISTING: _("existing unit"),
    Nature.NEW: _("new project"),
    Nature.EXTENSION: _("extension"),
    Nature.ALTERATION: _("alteration"),
}


class Project(models.Model):
    """What is built: the EIA approval behind it, and its acceptance (三同时), which the first
    issue may carry."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="project"
    )
    nature = models.CharField(
        _("nature of the project"),
        max_length=10,
        choices=[*NATURE_NAMES.items()],
        default=Nature.EXISTING,
    )
    name = models.CharField(_("project name"), max_length=160, blank=True)
    eia_no = models.CharField(_("EIA approval number"), max_length=80, blank=True)
    eia_on = models.DateField(_("EIA approved on"), null=True, blank=True)
    zone = models.ForeignKey(
        "Zone", verbose_name=_("zone"), on_delete=models.PROTECT, null=True, blank=True
    )
    accepted_on = models.DateField(_("treatment works accepted on"), null=True, blank=True)
    acceptance_document = models.CharField(_("acceptance document"), max_length=160, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="acceptance_names_its_document",
                condition=Q(accepted_on__isnull=True) | ~Q(acceptance_document=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_nature_display())


class BasicChange(models.Model):
    """What a change application says of the unit from now on, and since when it is so."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="basic_change"
    )
    changed_on = models.DateField(_("changed on"))
    name = models.CharField(_("unit name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    address = models.CharField(_("registered address"), max_length=200)
    legal_representative = models.CharField(_("legal representative"), max_length=60)
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name


class RequestedYear(models.Model):
    """The quantity asked for in one year of the term, where years differ."""

    limit = models.ForeignKey(RequestedLimit, on_delete=models.PROTECT, related_name="years")
    year_no = models.PositiveSmallIntegerField(_("year of the term"))
    quantity = models.BigIntegerField(_("permitted quantity"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["limit_id", "year_no"]
        constraints = [
            models.UniqueConstraint(name="requested_year_stands_once", fields=["limit", "year_no"]),
            models.CheckConstraint(
                name="requested_year_is_in_range",
                condition=Q(year_no__gte=1, year_no__lte=10, quantity__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} {self.year_no}"


class SpecialPeriod(models.Model):
    """Days of each year on which less, or nothing, may be discharged (特殊时段)."""

    limit = models.ForeignKey(
        RequestedLimit, on_delete=models.PROTECT, related_name="special_periods"
    )
    name = models.CharField(_("special period"), max_length=80)
    starts = models.CharField(_("from (month-day)"), max_length=5)
    ends = models.CharField(_("to (month-day)"), max_length=5)
    is_ban = models.BooleanField(_("no discharge at all"), default=False)
    quantity_per_day = models.BigIntegerField(_("quantity per day"), null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["limit_id", "starts", "id"]
        constraints = [
            models.UniqueConstraint(
                name="special_period_begins_once_per_limit", fields=["limit", "starts"]
            ),
            models.CheckConstraint(
                name="special_period_has_days_of_the_year",
                condition=Q(starts__regex=MONTH_DAY) & Q(ends__regex=MONTH_DAY),
            ),
            models.CheckConstraint(
                name="special_period_bans_or_limits",
                condition=Q(is_ban=True, quantity_per_day__isnull=True)
                | Q(is_ban=False, quantity_per_day__isnull=False, quantity_per_day__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts}–{self.ends}"


class Method(models.TextChoices):
    AUTO = "AUTO", _("automatic monitoring")
    MANUAL = "MANUAL", _("manual sampling")


class Frequency(models.TextChoices):
    CONTINUOUS = "CONTINUOUS", _("continuously")
    DAY = "DAY", _("once a day")
    WEEK = "WEEK", _("once a week")
    MONTH = "MONTH", _("once a month")
    QUARTER = "QUARTER", _("once a quarter")
    HALF_YEAR = "HALF_YEAR", _("twice a year")
    YEAR = "YEAR", _("once a year")


class MonitoringItem(models.Model):
    """A line of the self-monitoring plan (自行监测): what is measured, how and how often."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="monitoring_items"
    )
    outlet = models.ForeignKey(Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    method = models.CharField(_("method"), max_length=6, choices=Method.choices)
    frequency = models.CharField(_("frequency"), max_length=10, choices=Frequency.choices)
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet__code", "pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="monitoring_item_stands_once", fields=["application", "outlet", "pollutant"]
            ),
            models.CheckConstraint(
                name="only_automatic_monitoring_is_continuous",
                condition=Q(method="AUTO", frequency="CONTINUOUS")
                | (Q(method="MANUAL") & ~Q(frequency="CONTINUOUS")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.pollutant_id} {self.frequency}"


class DutyKind(models.TextChoices):
    TREATMENT = "TREATMENT", _("operation and maintenance of treatment")
    OUTLET = "OUTLET", _("outlet works and sign")
    LEDGER = "LEDGER", _("environmental management ledger")
    REPORT = "REPORT", _("execution reports")
    DISCLOSURE = "DISCLOSURE", _("disclosure of information")
    FUGITIVE = "FUGITIVE", _("control of fugitive emission")
    OTHER = "OTHER", _("other duties")


class Duty(models.Model):
    """A management duty as the permit will say it (Regulation art. 13)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="duties")
    kind = models.CharField(_("duty"), max_length=10, choices=DutyKind.choices)
    text = models.TextField(_("what has to be done"), max_length=2000)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="duty_stands_once", fields=["application", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
