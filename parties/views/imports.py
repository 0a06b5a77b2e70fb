"""Importing a register: template, upload, preview with faults by row, taking over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parties import services
from parties.access import ActorRequest, allow, door
from parties.forms import UploadForm, posted
from parties.imports import OUTCOMES, ImportKind
from parties.models import SheetImport
from parties.models.imports import ImportState
from parties.rules import Act
from shell.refusals import refusals_to
from shell.sheets import sheet_response, write_sheet
from shell.tables import Column, Table

TONES = {ImportState.FAULTY: "red", ImportState.READY: "waiting", ImportState.APPLIED: "normal"}


def urls(kind: ImportKind, act: Act, *, root: str, back: str) -> list[URLPattern]:
    """The addresses of one kind: `<root>import/`, its template, and each file that came in.

    `back` is the name of the register's own page.
    """
    key = kind.key

    @allow(act, methods=("GET", "POST"))
    def upload(request: ActorRequest) -> HttpResponse:
        return show_upload(request, kind, back)

    @allow(act)
    def template(request: ActorRequest) -> HttpResponse:
        return send_template(kind)

    @allow(act, methods=("GET", "POST"))
    def one(request: ActorRequest, **found: int) -> HttpResponse:
        return show_import(request, kind, back, found[f"{key}_import_id"])

    return [
        path(f"{root}import/", upload, name=f"import_{key}"),
        path(f"{root}import/template/", template, name=f"import_{key}_template"),
        path(f"{root}import/<int:{key}_import_id>/", one, name=f"import_{key}_one"),
    ]


def tone(sheet_import: SheetImport) -> str:
    return TONES[ImportState(sheet_import.state)]


def own_imports(request: ActorRequest, key: str) -> Table:
    """What came in before, the newest first."""
    return Table(
        SheetImport.objects.for_actor(request.actor)
        .filter(kind=key)
        .select_related("sent_by__user")
        .defer("content", "faults", "preview"),
        [
            Column("file_name", _("File")),
            Column("sent_by.user", _("Sent by")),
            Column("sent_at", _("Sent at"), kind="moment"),
            Column("new_count", _("New"), kind="count"),
            Column("changed_count", _("Changed"), kind="count"),
            Column("get_state_display", _("State"), kind="status", tone=tone),
        ],
        request=request,
        caption=_("Files that came in"),
        row_url=lambda row: reverse(f"import_{key}_one", args=[row.pk]),
        empty=_("No file has come in yet."),
        after="-id",
        can_export=False,
    )


def show_upload(request: ActorRequest, kind: ImportKind, back: str) -> HttpResponse:
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_to(form):
            made = services.keep_import(
                by=request.actor,
                kind=kind.key,
                file_name=file.name,
                content=file.read(),
                now=timezone.now(),
            )
            return redirect(f"import_{kind.key}_one", made.pk)
    context = {
        "form": form,
        "kind": kind,
        "back": back,
        "template_url": reverse(f"import_{kind.key}_template"),
        "imports": own_imports(request, kind.key),
        "cancel_url": reverse(back),
    }
    return render(
        request, "parties/import_upload.html", context, status=422 if form.errors else 200
    )


def send_template(kind: ImportKind) -> HttpResponse:
    """An empty workbook with the right heads, in the reader's language."""
    place = 1 if get_language() == "en" else 0
    heads = [column.heads[place] for column in kind.columns]
    return sheet_response(str(kind.name), write_sheet(kind.name, heads, []))


def show_import(request: ActorRequest, kind: ImportKind, back: str, number: int) -> HttpResponse:
    found = door(SheetImport.objects.for_actor(request.actor).filter(kind=kind.key), pk=number)
    if request.method == "POST":
        done = services.apply_import(by=request.actor, sheet_import=found, now=timezone.now())
        if done.state == ImportState.APPLIED:
            messages.success(request, _("The file is taken over."))
        else:
            messages.error(request, _("Nothing was taken over: the file has faults."))
        return redirect(f"import_{kind.key}_one", found.pk)
    rows = [(line, OUTCOMES[line["outcome"]]) for line in found.preview]
    context = {
        "found": found,
        "kind": kind,
        "tone": tone(found),
        "rows": rows,
        "hidden": found.new_count + found.changed_count + found.same_count - len(rows),
        "back": back,
        "upload": f"import_{kind.key}",
        "back_url": reverse(back),
    }
    return render(request, "parties/import.html", context)
