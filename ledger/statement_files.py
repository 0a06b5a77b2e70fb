"""A statement as a file: CSV and .xlsx of any length, PDF up to what paper can bear."""

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ledger import told
from ledger.figures import kind_of, plain_amount
from ledger.models import Asset
from ledger.queries.statements import Book, Span, Statement, Total, every_line, kind_names
from ledger.refusals import TooLongForPaper
from ledger.told import ToldLine, direction
from parties.models import Membership
from shell import figures, paper
from shell.paper import Foot
from shell.sheets import SCALE_OF_KIND
from shell.streams import Leaf

MOST_ON_PAPER = 2_000
UNIT_WORDS = {"t": "t", "m3": "m³"}


@dataclass(frozen=True)
class Subject:
    """What a statement is about, as its head says."""

    title: str
    asset: Asset
    book: Book
    facts: Sequence[tuple[str, Any]]
    number: str
    has_inner: bool = False
    is_holding: bool = False

    @property
    def unit(self) -> str:
        """The word of the unit it counts in."""
        return UNIT_WORDS.get(kind_of(self.asset)) or _("yuan")


def heads(subject: Subject) -> list[str]:
    """The head row of a file."""
    own = [_("Ledger account")] if subject.is_holding else []
    return [
        _("Posted"),
        _("Effective on"),
        _("Operation"),
        _("Kind"),
        _("Document"),
        *own,
        _("Other side"),
        f"{_('Movement')} ({subject.unit})",
        f"{_('Balance')} ({subject.unit})",
        _("Reason"),
    ]


def rows(subject: Subject, span: Span, page: Statement, actor: Membership) -> Iterator[list[Any]]:
    """Every line of the statement between its opening and its closing balance."""
    yield edge_row(subject, span.start, _("Balance before"), page.opening)
    lines = every_line(subject.book, span, has_inner=subject.has_inner)
    for one in told.told_all(lines, actor):
        yield line_row(subject, one)
    yield edge_row(subject, span.end, _("Balance after"), page.closing)


def edge_row(subject: Subject, at: datetime.datetime, word: str, balance: int) -> list[Any]:
    """The balance before or after."""
    blank = [None] * (3 if subject.is_holding else 2)
    return [at, None, None, word, *blank, None, exact(balance, subject), None]


def line_row(subject: Subject, one: ToldLine) -> list[Any]:
    """A movement as a file keeps it: exact figures in the column's unit."""
    line = one.line
    return [
        line.posted_at,
        line.effective_date,
        line.operation_id,
        one.kind,
        one.document.words,
        *([one.account] if subject.is_holding else []),
        direction(one, subject.asset),
        exact(line.delta, subject),
        exact(line.balance, subject),
        line.reason,
    ]


def exact(value: int, subject: Subject) -> Decimal:
    """The amount in t, m³ or yuan, exactly."""
    return Decimal(value) / SCALE_OF_KIND[kind_of(subject.asset)]


def leaves(
    subject: Subject, span: Span, page: Statement, sums: Sequence[Total], actor: Membership
) -> list[Leaf]:
    """The workbook: the movements, and on a second sheet what the statement is about."""
    head = [(str(label), str(value)) for label, value in facts(subject, span, page, actor)]
    kinds = kind_names()
    by_kind = [
        (str(kinds[t.kind]), t.count, exact(t.came, subject), exact(t.went, subject)) for t in sums
    ]
    about = [*head, (), (_("Kind"), _("Movements"), _("Came in"), _("Went out")), *by_kind]
    return [
        Leaf(_("Movements"), heads(subject), rows(subject, span, page, actor)),
        Leaf(_("Statement of account"), [_("Statement of account"), subject.title], about),
    ]


def facts(
    subject: Subject, span: Span, page: Statement, actor: Membership
) -> list[tuple[str, Any]]:
    """The head of a statement on paper: about what, which days, from where to where, for whom."""
    is_posted = span.order == "posted"
    return [
        *subject.facts,
        (_("Days"), f"{span.first} – {span.last}"),
        (_("Order"), _("as posted") if is_posted else _("by effective date")),
        (_("As known at"), figures.second(span.known_at)),
        (_("Balance before"), plain_amount(page.opening, subject.asset)),
        (_("Balance after"), plain_amount(page.closing, subject.asset)),
        (_("Printed by"), f"{actor.user} · {actor.get_role_display()}"),
    ]


def pdf(
    request: HttpRequest,
    subject: Subject,
    span: Span,
    page: Statement,
    sums: Sequence[Total],
    *,
    actor: Membership,
    now: datetime.datetime,
) -> bytes:
    """The statement on paper; refuses (L905) more movements than paper can bear."""
    most = MOST_ON_PAPER + 1
    lines = every_line(subject.book, span, has_inner=subject.has_inner, limit=most)
    shown = list(told.told_all(lines, actor))
    if len(shown) > MOST_ON_PAPER:
        raise TooLongForPaper(most=MOST_ON_PAPER)
    head = [*facts(subject, span, page, actor), (_("Printed at"), figures.second(now))]
    body = [paper_row(subject, one) for one in shown]
    content = "\n".join("\t".join(map(str, row)) for row in [*head, *body])
    address = request.build_absolute_uri().replace("format=pdf", "").rstrip("&?")
    return paper.draw(
        title=_("Statement of account"),
        lead=subject.title,
        blocks=[*blocks_of(subject, head, sums), *movements(subject, body)],
        foot=Foot(
            f"{subject.number}-{figures.second(now).translate(NO_SIGNS)}",
            hashlib.sha256(content.encode()).hexdigest(),
            address,
            printed_address=f"{request.get_host()}{request.path}",
        ),
        is_landscape=True,
    )


NO_SIGNS = str.maketrans("", "", "-: ")


def blocks_of(
    subject: Subject, head: Sequence[tuple[str, Any]], sums: Sequence[Total]
) -> list[Any]:
    """Facts and totals by kind."""
    found: list[Any] = [paper.facts(head, label_mm=50, width_mm=257)]
    if sums:
        kinds = kind_names()
        found += [
            paper.heading(_("Totals by kind")),
            paper.grid(
                [_("Kind"), _("Movements"), _("Came in"), _("Went out")],
                [
                    (
                        kinds[one.kind],
                        figures.count(one.count),
                        plain_amount(one.came, subject.asset),
                        plain_amount(one.went, subject.asset),
                    )
                    for one in sums
                ],
                widths=[97, 40, 60, 60],
                figures={1, 2, 3},
            ),
        ]
    return found


def movements(subject: Subject, body: Sequence[Sequence[str]]) -> list[Any]:
    """The movements, or the sentence that there is none."""
    title = paper.heading(f"{_('Movements')} ({subject.unit})")
    if not body:
        return [title, paper.words(_("No movement on these days. Choose a longer stretch."))]
    own = [_("Ledger account")] if subject.is_holding else []
    names = [_("Posted"), _("Effective on"), _("Kind"), _("Document"), *own, _("Other side")]
    widths = [36, 22, 30, 44, 42, 37, 23, 23] if own else [36, 24, 34, 56, 57, 25, 25]
    last = len(widths)
    return [
        paper.room(40),
        title,
        paper.grid(
            [*names, _("Movement"), _("Balance")],
            body,
            widths=widths,
            figures={last - 2, last - 1},
        ),
    ]


def paper_row(subject: Subject, one: ToldLine) -> list[str]:
    """A movement on paper, its document by number."""
    show = figures.SHOW[kind_of(subject.asset)]
    return [
        figures.second(one.line.posted_at),
        one.line.effective_date.isoformat(),
        one.kind,
        one.document.words,
        *([one.account] if subject.is_holding else []),
        direction(one, subject.asset),
        show(one.line.delta),
        show(one.line.balance),
    ]
