"""The catalogue of management classes as dated rows, and how an application was classed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from parties.models import Region
from permits.catalogue import ManagedAs, Measure, Scope
from shell.figures import named

from .applications import Application, ManagementClass

# Who needs a permit is classed as the permit says; the others only register.
CLASS_NAMES = {
    **{ManagedAs(one): one.label for one in ManagementClass},
    ManagedAs.REGISTRATION: _("registration management"),
}
SCOPE_NAMES = {
    Scope.INDUSTRY: _("an industry"),
    Scope.OTHER: _("industries without a row of their own"),
    Scope.PROCESS: _("a general process of any industry"),
}
MEASURE_NAMES = {
    Measure.ALWAYS: _("no test: the industry alone"),
    Measure.POLLUTANT: _("yearly quantity of a pollutant asked for, in t"),
    Measure.FIGURE: _("a figure that the applicant states"),
    Measure.FACT: _("yes or no, as the applicant states"),
}
# What each way of testing needs: pollutant, threshold, unit.
MEASURE_FITS = (
    Q(measure="ALWAYS", pollutant__isnull=True, threshold__isnull=True, unit="")
    | Q(measure="FACT", pollutant__isnull=True, threshold__isnull=True, unit="")
    | Q(measure="POLLUTANT", pollutant__isnull=False, threshold__isnull=False, unit="")
    | (Q(measure="FIGURE", pollutant__isnull=True, threshold__isnull=False) & ~Q(unit=""))
)


class CatalogueEntry(models.Model):
    """A test of the catalogue: which class it leads to, for whom, and as the catalogue says it.

    A row of the printed catalogue has one entry for each of its columns and conditions.
    """

    region = models.ForeignKey(
        Region,
        verbose_name=_("region (empty: whole country)"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    row_no = models.PositiveSmallIntegerField(_("row of the catalogue"))
    scope = models.CharField(_("speaks of"), max_length=8, choices=[*SCOPE_NAMES.items()])
    industry = models.CharField(_("industry code or its beginning"), max_length=4, blank=True)
    management_class = models.CharField(
        _("management class"), max_length=12, choices=[*CLASS_NAMES.items()]
    )
    measure = models.CharField(_("test"), max_length=9, choices=[*MEASURE_NAMES.items()])
    pollutant = models.ForeignKey(
        Pollutant,
        verbose_name=_("pollutant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    threshold = models.DecimalField(_("threshold"), max_digits=15, decimal_places=3, null=True)
    is_inclusive = models.BooleanField(_("reaching the threshold is enough"), default=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    text_zh = models.CharField(_("as the catalogue says"), max_length=300)
    text_en = models.CharField(_("the same in English"), max_length=300, blank=True)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["row_no", "industry", "id"]
        constraints = [
            models.UniqueConstraint(
                name="catalogue_entry_begins_once",
                fields=["region", "row_no", "industry", "text_zh", "valid_from"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="catalogue_entry_names_an_industry_or_is_general",
                condition=Q(scope="INDUSTRY", industry__regex=r"^[0-9]{1,4}$")
                | (~Q(scope="INDUSTRY") & Q(industry="")),
            ),
            models.CheckConstraint(name="catalogue_test_fits_its_measure", condition=MEASURE_FITS),
            models.CheckConstraint(
                name="catalogue_entry_is_in_range",
                condition=Q(row_no__gte=1)
                & (Q(threshold__isnull=True) | Q(threshold__gte=0))
                & (Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))),
            ),
        ]

    def __str__(self) -> str:
        text = named(self.text_zh, self.text_en)
        return f"{self.row_no} · {text}"


class Classification(models.Model):
    """How the class of an application came about: what the catalogue proposed and why, what was
    chosen, and the reason where that differs."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="classification"
    )
    proposed = models.CharField(
        _("the catalogue proposes"), max_length=12, choices=[*CLASS_NAMES.items()], blank=True
    )
    chosen = models.CharField(_("management class"), max_length=10, choices=ManagementClass.choices)
    reason = models.CharField(_("why another class"), max_length=400, blank=True)
    # The deciding rows as they stood, with the figures they were held against.
    content = models.JSONField(_("grounds"))
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="another_class_than_proposed_has_its_reason",
                condition=Q(chosen=F("proposed")) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_chosen_display())


class ClassAnswer(models.Model):
    """What an application states for a test of the catalogue: a figure, or yes or no."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="class_answers"
    )
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    figure = models.DecimalField(_("figure"), max_digits=15, decimal_places=3, null=True)
    is_so = models.BooleanField(_("yes"), null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["entry__row_no", "id"]
        constraints = [
            models.UniqueConstraint(
                name="class_test_is_answered_once", fields=["application", "entry"]
            ),
            models.CheckConstraint(
                name="class_answer_is_a_figure_or_a_word",
                condition=Q(figure__isnull=False, is_so__isnull=True, figure__gte=0)
                | Q(figure__isnull=True, is_so__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.entry)
