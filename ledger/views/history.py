"""The whole history of an object: who, when, what changed, why, with which approval."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import stories
from ledger.documents import Link
from ledger.forms import DaysForm
from ledger.history_lines import KIND_WORDS, HistoryLine, lines_of
from ledger.models import Account, Lot
from ledger.queries.history import Asked, Place, history
from ledger.queries.statements import DAY, MICROSECOND, midnight
from ledger.stories import Story
from parties.access import ActorRequest, allow, door, open_address
from parties.models import Enterprise, User
from parties.rules import Act
from shell.figures import second
from shell.streams import csv_bytes, streamed

EXPORTED = 500


class HistoryForm(DaysForm):
    """Which kinds of entry, and from when to when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("all")), *KIND_WORDS.items()],
        required=False,
    )
    field_order = ("kind", "first", "last")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].required = self.fields["last"].required = False

    def asked(self, request: ActorRequest, **more: Any) -> Asked:
        """The part of the history that is asked for."""
        said = self.cleaned_data
        first, last = said.get("first"), said.get("last")
        return Asked(
            kinds=frozenset({said["kind"]} - {""}),
            start=midnight(first) if first else None,
            end=midnight(last + DAY) - MICROSECOND if last else None,
            has_inner=not request.actor.enterprise_id,
            **more,
        )


def show(request: ActorRequest, story: Story, obj: Any, here: Link) -> HttpResponseBase:
    """The page of an object's history; its view has let the reader to the object already."""
    form = HistoryForm(request.GET or {"kind": ""})
    context: dict[str, Any] = {"here": here, "story": story, "form": form}
    if not form.is_valid():
        return render(request, "ledger/history.html", context, status=422)
    if request.GET.get("format") == "csv":
        return export(request, story, obj, here, form)
    asked = form.asked(request, after=Place.read(request.GET.get("after", "")))
    found, later = history(story, obj, asked)
    query = request.GET.copy()
    for word in ("after", "format"):
        query.pop(word, None)
    context |= {
        "lines": lines_of(found, request.actor),
        "later": later,
        "is_continued": asked.after is not None,
        "query": query.urlencode(),
    }
    return render(request, "ledger/history.html", context)


def export(
    request: ActorRequest, story: Story, obj: Any, here: Link, form: HistoryForm
) -> HttpResponseBase:
    """All that was asked for as CSV, a row for each change."""
    heads = [
        _("Time"),
        _("Kind"),
        _("What happened"),
        _("Field"),
        _("Before"),
        _("After"),
        _("Person"),
        _("Role"),
        _("Reason"),
        _("Documents"),
    ]
    rows = exported(request, story, obj, form)
    name = f"{_('Whole history')} {here.words}"
    return streamed(request, csv_bytes(heads, rows), name=name, suffix="csv")


def exported(
    request: ActorRequest, story: Story, obj: Any, form: HistoryForm
) -> Iterator[list[Any]]:
    """The rows of the file, read a page at a time."""
    after: Place | None = None
    while True:
        found, after = history(story, obj, form.asked(request, after=after, limit=EXPORTED))
        for line in lines_of(found, request.actor):
            yield from cells(line)
        if after is None:
            return


def cells(line: HistoryLine) -> Iterator[list[Any]]:
    """One entry as rows: one for each change, at least one."""
    papers = ", ".join(link.words for link in line.links)
    about = [line.who, line.role, line.why, papers]
    start = [second(line.at), str(KIND_WORDS[line.kind]), line.what]
    if not line.changes:
        yield [*start, "", "", "", *about]
    for change in line.changes:
        yield [*start, change.field, str(change.before), str(change.after), *about]


@allow(Act.SEE_LEDGER)
def lot_history(request: ActorRequest, lot_id: int) -> HttpResponseBase:
    """All that happened to a lot."""
    shown = door(Lot.objects.for_actor(request.actor), pk=lot_id)
    here = Link(shown.lot_no, reverse("lot", args=[shown.pk]))
    return show(request, stories.LOT, shown, here)


@allow(Act.SEE_LEDGER)
def account_history(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """All that happened to an account."""
    rows = Account.objects.for_actor(request.actor).select_related(
        "enterprise", "region", "asset__pollutant", "asset__period"
    )
    shown = door(rows, pk=account_id)
    here = Link(str(shown), reverse("account", args=[shown.pk]))
    return show(request, stories.ACCOUNT, shown, here)


@allow(Act.SEE_LEDGER)
def enterprise_history(request: ActorRequest, enterprise_id: int) -> HttpResponseBase:
    """All that happened to an enterprise: entry, people, sites, permits, cards, bills, ledger."""
    shown = door(Enterprise.objects.for_actor(request.actor), pk=enterprise_id)
    route = "holding" if request.actor.enterprise_id else "enterprise"
    here = Link(str(shown), reverse(route, args=[shown.pk]))
    return show(request, stories.ENTERPRISE, shown, here)


@allow(Act.AUDIT)
def person_history(request: ActorRequest, person_id: int) -> HttpResponseBase:
    """All that happened to a person's account and roles."""
    shown = door(User.objects.for_actor(request.actor), pk=person_id)
    return show(
        request,
        stories.PERSON,
        shown,
        Link(str(shown), open_address("person", shown.pk, request.actor)),
    )
