"""The State Council's calendar: list, correction, removal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import HolidayForm, ReasonForm, posted, reason_of
from parties.models import Holiday
from parties.models.calendar import HolidayKind
from parties.rules import Act
from shell.tables import Column, Table, table_page


def year_asked(request: ActorRequest) -> int:
    """The year of the page; this one when none, or none that can be, is asked for."""
    text = request.GET.get("year", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if is_year else timezone.localdate().year


def weekday(holiday: Holiday) -> str:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[holiday.date.weekday()]


def tone(holiday: Holiday) -> str:
    return "normal" if holiday.kind == HolidayKind.DAY_OFF else "waiting"


@allow(Act.SEE_REGISTERS)
def holidays(request: ActorRequest) -> HttpResponse:
    """One year's days off and make-up days, by which every legal term is counted."""
    year = year_asked(request)
    may_edit = request.actor.may(Act.MANAGE_REGULATION)
    table = Table(
        Holiday.objects.filter(date__year=year),
        [
            Column("date", _("Day"), kind="date", sort="date"),
            Column("", _("Weekday"), value=weekday),
            Column("name", _("Name")),
            Column("get_kind_display", _("Counts as"), kind="status", tone=tone),
            Column("legal_basis", _("Legal basis")),
        ],
        request=request,
        caption=_("Days off and make-up days"),
        row_url=(lambda row: reverse("holiday", args=[row.pk])) if may_edit else None,
        empty=_("No day of this year is entered: terms count Monday to Friday only."),
        page_size=100,
    )
    context = {
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "may_edit": may_edit,
        "is_beyond": year > (queries.last_calendar_year() or 0),
    }
    return table_page(request, "parties/holidays.html", table, context)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def new_holiday(request: ActorRequest) -> HttpResponse:
    """Enter a day, or correct one that is entered."""
    return edit(request, None)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def holiday(request: ActorRequest, holiday_id: int) -> HttpResponse:
    """Correct a day."""
    return edit(request, door(Holiday.objects.all(), pk=holiday_id))


def edit(request: ActorRequest, found: Holiday | None) -> HttpResponse:
    names = ("date", "name", "legal_basis")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = HolidayForm(posted(request), initial=initial)
    if found:
        form.fields["date"].disabled = True
    if request.method == "POST" and form.is_valid():
        saved = services.set_holiday(by=request.actor, **form.cleaned_data)
        said = _("%(day)s counts as %(kind)s.")
        messages.success(request, said % {"day": saved.date, "kind": saved.get_kind_display()})
        return redirect(f"{reverse('holidays')}?year={saved.date.year}")
    context = {
        "form": form,
        "holiday": found,
        "reason_form": ReasonForm(),
        "events": queries.timeline(found) if found else [],
        "cancel_url": reverse("holidays"),
    }
    return render(request, "parties/holiday_form.html", context, status=422 if form.errors else 200)


@allow(Act.MANAGE_REGULATION, methods=("POST",))
def remove_holiday(request: ActorRequest, holiday_id: int) -> HttpResponse:
    """Make the day an ordinary one again."""
    found = door(Holiday.objects.all(), pk=holiday_id)
    if reason := reason_of(request):
        services.remove_holiday(by=request.actor, holiday=found, reason=reason)
        messages.success(request, _("%(day)s is an ordinary day again.") % {"day": found.date})
        return redirect(f"{reverse('holidays')}?year={found.date.year}")
    return redirect("holiday", found.pk)
