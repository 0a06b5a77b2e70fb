"""Open data: what there is, how to check it, the files of each day."""

import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import PUBLIC, allow
from permits.models import OpenDataDay
from permits.open_data import RESOURCES, Resource
from permits.queries.open_data import file_of, is_kept
from permits.services.open_data import JSON_FILE, KEY, PACKAGE, SIGNATURE, SUMS
from shell.figures import count
from shell.streams import file_streamed
from shell.tables import Column, Status, Table, table_page

IMMUTABLE = "public, max-age=31536000, immutable"
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pem": "application/x-pem-file",
    "sig": "application/octet-stream",
}
TEXT = "text/plain; charset=utf-8"
ABOUT = {one.name + ".csv": one.label for one in RESOURCES} | {
    JSON_FILE: gettext_lazy("All of it nested, one permit a line"),
    PACKAGE: gettext_lazy("The columns for programs (Frictionless Data Package)"),
    SUMS: gettext_lazy("SHA-256 of each file"),
    SIGNATURE: gettext_lazy("Ed25519 signature of the checksum file"),
    KEY: gettext_lazy("The key it was signed with"),
}
FILE_COLUMNS = [
    Column("name", gettext_lazy("File"), kind="code"),
    Column("about", gettext_lazy("A row is")),
    Column("rows", gettext_lazy("Rows"), kind="count"),
    Column("size", gettext_lazy("Size"), kind="amount"),
    Column("short", "SHA-256", kind="code"),
]
FIELD_COLUMNS = [
    Column("name", gettext_lazy("Column"), kind="code"),
    Column("type", gettext_lazy("Type"), kind="code"),
    Column("label", gettext_lazy("Meaning")),
]
DAY_COLUMNS = [
    Column("day", gettext_lazy("Day"), kind="date"),
    Column("permits", gettext_lazy("Permits"), kind="count"),
    Column("size", gettext_lazy("Size"), kind="amount", value=lambda one: size(one.bytes)),
    Column(
        "key",
        gettext_lazy("Signed with"),
        kind="code",
        value=lambda one: one.key.verifier.key_id.hex(),
    ),
    Column(
        "kept",
        gettext_lazy("Files"),
        kind="status",
        value=lambda one: (
            Status("normal", gettext_lazy("kept"))
            if is_kept(one.day)
            else Status("unknown", gettext_lazy("given up"))
        ),
    ),
]


def size(number: int) -> str:
    """Bytes as a reader wants them: kB up to ten thousand, then MB."""
    kilobytes = -(-number // 1000)
    if kilobytes < 10_000:
        return f"{count(kilobytes)} kB"
    return f"{count(-(-kilobytes // 1000))} MB"


@allow(PUBLIC)
def open_data(request: HttpRequest) -> HttpResponse:
    """The latest day's files, the columns, how to check a copy, and all days there were."""
    asked = chosen(request.GET.get("day", ""))
    shown = asked or OpenDataDay.objects.first()
    days = Table(
        OpenDataDay.objects.select_related("key").defer("sums"),
        DAY_COLUMNS,
        request=request,
        caption=_("Days"),
        row_url=lambda one: f"?day={one.day.isoformat()}",
        empty=_("No day was published yet."),
        after="-id",
        page_size=31,
        can_export=False,
    )
    context = {
        "shown": shown,
        "files": file_table(request, shown) if shown else None,
        "is_kept": shown and is_kept(shown.day),
        "others": [SUMS, SIGNATURE, KEY],
        "sums_name": SUMS,
        "log": reverse("proof_log"),
        "latest_address": f"{settings.PUBLIC_ADDRESS}{reverse('open_data')}latest/permits.csv",
        "columns": [(one, field_table(request, one)) for one in RESOURCES],
        "commands": commands(shown) if shown else [],
    }
    return table_page(request, "permits/open_data.html", days, context)


def chosen(text: str) -> OpenDataDay | None:
    """The day an address names; 404 for one that was not published."""
    if not text:
        return None
    try:
        found = OpenDataDay.objects.filter(day=datetime.date.fromisoformat(text[:10])).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def file_table(request: HttpRequest, day: OpenDataDay) -> Table:
    """The day's files with what is in them; each row downloads its file."""
    rows = [
        one
        | {
            "about": ABOUT[one["name"]],
            "size": size(one["bytes"]),
            "rows": one["rows"] or None,
            "short": f"{one['sha256'][:16]}…",
        }
        for one in day.files
    ]
    return Table(
        rows,
        FILE_COLUMNS,
        request=request,
        caption=_("Files"),
        name="file",
        can_export=False,
        row_url=(lambda row: address(day, row["name"])) if is_kept(day.day) else None,
    )


def field_table(request: HttpRequest, resource: Resource) -> Table:
    return Table(
        resource.fields,
        FIELD_COLUMNS,
        request=request,
        caption=f"{resource.name}.csv",
        name=resource.name,
        can_export=False,
    )


def address(day: OpenDataDay, name: str) -> str:
    return reverse("open_data_file", args=[day.day.isoformat(), name])


def commands(day: OpenDataDay) -> list[str]:
    """How anybody checks a copy with what every Linux has (tested as it stands)."""
    base = f"{settings.PUBLIC_ADDRESS}{reverse('open_data')}{day.day.isoformat()}"
    return [
        f"curl -fO {base}/permits.csv -O {base}/{SUMS} -O {base}/{SIGNATURE} -O {base}/{KEY}",
        check_signature(),
        check_files(),
    ]


def check_signature() -> str:
    return f"openssl pkeyutl -verify -pubin -inkey {KEY} -rawin -in {SUMS} -sigfile {SIGNATURE}"


def check_files() -> str:
    return f"sha256sum --check --ignore-missing {SUMS}"


@allow(PUBLIC)
def latest_file(request: HttpRequest, file_name: str) -> HttpResponse:
    """A file of the latest day under an address that stays."""
    day = OpenDataDay.objects.first()
    if day is None or file_of(day.day, file_name) is None:
        raise Http404
    return redirect(address(day, file_name))


@allow(PUBLIC)
def day_file(request: HttpRequest, open_day: str, file_name: str) -> HttpResponseBase:
    """A file of a day, byte for byte as it was signed."""
    day = chosen(open_day)
    path = file_of(day.day, file_name) if day else None
    if path is None:
        raise Http404
    kind = KINDS.get(path.suffix.removeprefix("."), TEXT)
    response = file_streamed(request, path, kind=kind)
    response["Cache-Control"] = IMMUTABLE
    return response
