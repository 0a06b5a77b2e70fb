"""The table component: columns as a list, rows by page, sums, sort marks, whole export.

A view makes one and the template shows it:

    table = Table(
        Permit.objects.for_actor(request.actor),
        [
            Column("permit_no", _("Permit no."), sort="permit_no"),
            Column("enterprise", _("Enterprise"), sort="enterprise__name"),
            Column("cod_mg", _("COD per year"), kind="t"),
            Column("get_state_display", _("State"), kind="status", tone=tone_of_permit),
        ],
        request=request,
        caption=_("Permits"),
        row_url=lambda permit: reverse("permit", args=[permit.pk]),
        empty=_("No permit matches. Clear the filter or wait for the first application."),
    )
    return table_page(request, "permits/list.html", table, {"filter": permit_filter})

In the template: `{% table table %}`. Journals that grow for ever pass `after="-id"`
(a unique order) and get a "later / earlier" pager without counting. Registers that are very
long but sorted at will pass `is_long` beside: they are turned by the last row shown, and counted
no further than anybody reads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise, cached_property

from shell import figures, paging

Text = str | Promise
SHORT = 12  # Latin letters wide, so that neither 初始排污权 nor Qingyuan is broken in two
WIDE_FROM = "\u2e80"  # from here on characters are as wide as two Latin ones


@dataclass(frozen=True)
class Status:
    """A status word with its tone (see the `status` tag)."""

    tone: str
    word: Text


@dataclass(frozen=True)
class Column:
    """What one column shows.

    `name` is the path of the value ("site.enterprise"; methods are called), `kind` one of
    text, code, t, m3, yuan, count, date, moment, second, status. `sort` is the order_by field;
    without it the head is no link. `value` replaces the path, `tone` gives a status its tone.
    """

    name: str
    label: Text
    kind: str = "text"
    sort: str = ""
    value: Callable[[Any], Any] | None = None
    tone: Callable[[Any], str] | None = None
    unit: Text = ""

    def of(self, row: Any) -> Any:
        """The raw value of a row."""
        if self.value:
            return self.value(row)
        found = row
        for step in self.name.split("."):
            found = found[step] if isinstance(found, Mapping) else getattr(found, step, None)
            found = found() if callable(found) else found
        return found

    def shown(self, row: Any) -> Any:
        """The value as the page shows it."""
        found = self.of(row)
        if self.kind == "status":
            if isinstance(found, Status) or found is None:
                return found
            return Status(self.tone(row) if self.tone else "neutral", found)
        show = figures.SHOW.get(self.kind)
        if show:
            return show(found)
        return figures.NOTHING if found in {None, ""} else found

    @property
    def is_figure(self) -> bool:
        return self.kind in figures.FIGURES

    @property
    def unit_word(self) -> Text:
        return self.unit or figures.UNIT_SHOWN.get(self.kind, "")


def cell_of(column: Column, value: Any) -> dict[str, Any]:
    """A cell of a row; a short word stays on one line, however many columns there are."""
    text = "" if isinstance(value, Status) else str(value)
    width = len(text) + sum(char >= WIDE_FROM for char in text)
    return {"column": column, "value": value, "is_short": width <= SHORT}


@dataclass
class Table:
    """Rows to show with everything around them; built by a view, drawn by `{% table %}`.

    `sums` maps column names to totals over all rows (not only the page): the view asks the
    database for them. `name` keeps two tables of one page apart in the address.
    """

    rows: "QuerySet[Any] | Sequence[Any]"
    columns: Sequence[Column]
    request: HttpRequest
    caption: Text
    row_url: Callable[[Any], str] | None = None
    empty: Text = ""
    sums: Mapping[str, Any] = field(default_factory=dict)
    page_size: int = 50
    after: str = ""
    is_long: bool = False
    name: str = ""
    can_export: bool = True
    row_tone: Callable[[Any], str] | None = None

    def _key(self, word: str) -> str:
        return f"{self.name}-{word}" if self.name else word

    def address(self, **changes: str) -> str:
        """This page's address with some parameters changed; an empty value drops one."""
        params = self.request.GET.copy()
        for word, value in changes.items():
            params.pop(self._key(word), None)
            if value:
                params[self._key(word)] = value
        return f"?{params.urlencode()}"

    @cached_property
    def sorted_by(self) -> str:
        """The sort asked for, if a column offers it; with a minus for downwards."""
        asked = self.request.GET.get(self._key("sort"), "")
        offered = {column.sort for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in offered and self.can_sort else ""

    @property
    def can_sort(self) -> bool:
        """A journal stands in the order in which it was written."""
        return self.is_long or not self.after

    @cached_property
    def ordered(self) -> Any:
        """All rows in the order asked for; the primary key settles ties."""
        if isinstance(self.rows, QuerySet):
            if self.sorted_by:
                return self.rows.order_by(self.sorted_by, "pk")
            if self.after:
                return self.rows.order_by(self.after)
            return self.rows if self.rows.ordered else self.rows.order_by("pk")
        return self._sorted_list(list(self.rows))

    def _sorted_list(self, rows: list[Any]) -> list[Any]:
        """Rows that are no query set, by the column asked for; empty values stand last."""
        column = next((c for c in self.columns if c.sort == self.sorted_by.lstrip("-")), None)
        if not self.sorted_by or column is None:
            return rows
        filled = [row for row in rows if column.of(row) is not None]
        filled.sort(key=column.of, reverse=self.sorted_by.startswith("-"))
        return filled + [row for row in rows if column.of(row) is None]

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; one past the end gives the last."""
        return Paginator(self.ordered, self.page_size).get_page(
            self.request.GET.get(self._key("page"))
        )

    @cached_property
    def window(self) -> list[Any]:
        """For growing journals: the rows after the cursor, and one more to know of a next page."""
        rows = self.ordered
        if (cursor := paging.cursor(self.request.GET.get(self._key("after"), ""))) is not None:
            if self.sorted_by:
                rows = paging.after_row(rows, self.sorted_by, cursor)
            else:
                rows = paging.after_number(rows, self.after, cursor)
        return list(rows[: self.page_size + 1])

    @cached_property
    def shown_rows(self) -> list[Any]:
        return self.window[: self.page_size] if self.after else list(self.page.object_list)

    @property
    def next_after(self) -> str:
        """The cursor of the following page, or nothing."""
        if not self.after or len(self.window) <= self.page_size:
            return ""
        last = self.shown_rows[-1]
        return str(last.pk if self.is_long else getattr(last, self.after.removeprefix("-")))

    @property
    def is_continued(self) -> bool:
        """Whether this is not the first page of a journal."""
        return bool(self.after and self.request.GET.get(self._key("after")))

    @cached_property
    def count(self) -> int | None:
        """How many rows there are; of a long register no more than somebody would read."""
        if self.is_long:
            return paging.count(self.ordered)
        return None if self.after else self.page.paginator.count

    @property
    def is_beyond_count(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.is_long and self.count == paging.MOST_COUNTED

    @property
    def heads(self) -> Iterator[dict[str, Any]]:
        """The column heads with their sort links and marks."""
        for column in self.columns:
            head: dict[str, Any] = {"column": column, "sort_url": "", "direction": ""}
            if column.sort and self.can_sort:
                is_up = self.sorted_by == column.sort
                head["direction"] = "ascending" if is_up else ""
                if self.sorted_by == f"-{column.sort}":
                    head["direction"] = "descending"
                wanted = f"-{column.sort}" if is_up else column.sort
                head["sort_url"] = self.address(sort=wanted, page="", after="")
            yield head

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """The rows of this page as cells."""
        for row in self.shown_rows:
            cells = [cell_of(column, column.shown(row)) for column in self.columns]
            tone = self.row_tone(row) if self.row_tone else ""
            url = self.row_url(row) if self.row_url else ""
            yield {"cells": cells, "url": url, "tone": tone}

    @property
    def sum_cells(self) -> list[dict[str, Any]]:
        """The sum row, or nothing."""
        if not self.sums:
            return []
        return [
            {
                "column": column,
                "value": figures.SHOW.get(column.kind, str)(self.sums[column.name])
                if column.name in self.sums
                else "",
            }
            for column in self.columns
        ]

    def _turn(self, number: int) -> str:
        return self.address(page=str(number))

    @property
    def pager(self) -> dict[str, str]:
        """Links to the neighbouring pages; an empty one is not offered."""
        if self.after:
            return {
                "first": self.address(after="") if self.is_continued else "",
                "next": self.address(after=self.next_after) if self.next_after else "",
            }
        page = self.page
        return {
            "previous": self._turn(page.previous_page_number()) if page.has_previous() else "",
            "next": self._turn(page.next_page_number()) if page.has_next() else "",
        }

    @property
    def export_url(self) -> str:
        return self.address(format="xlsx", page="", after="") if self.can_export else ""


def table_page(
    request: HttpRequest, template: str, table: Table, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page with its table, or with `?format=xlsx` all rows as a workbook."""
    if table.can_export and request.GET.get("format") == "xlsx":
        from shell.sheets import table_response

        return table_response(table)
    return render(request, template, {**(context or {}), "table": table})


def journal_page(
    request: HttpRequest, template: str, table: Table, context: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """The same for a journal: its workbook is sent while it is made, however long it is."""
    if table.can_export and request.GET.get("format") == "xlsx":
        from shell.streams import table_streamed

        return table_streamed(table)
    return table_page(request, template, table, context)
