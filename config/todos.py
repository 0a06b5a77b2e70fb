"""Lines of an enterprise's to-do list about rights: what to buy, what to pay."""

import dataclasses
import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from parties.models import Enterprise
from permits.queries.obligations import open_obligations
from permits.tables import shown_quantity
from shell.figures import day as show_day
from trading.models import Bill


@dataclasses.dataclass(frozen=True)
class Todo:
    """One thing to do: how urgent, in words, and where."""

    tone: str
    words: str
    url: str


def purchase_todos(enterprise: Enterprise, today: datetime.date) -> list[Todo]:
    """Rights still to be bought for a new project, each leading to where rights are sold."""
    words = _("Buy %(quantity)s/a of %(pollutant)s for permit %(permit)s; auctions are here")
    return [
        Todo(
            "yellow",
            words
            % {
                "quantity": shown_quantity(one.to_buy, one.pollutant.unit),
                "pollutant": one.pollutant,
                "permit": one.permit_no,
            },
            reverse("auctions"),
        )
        for one in open_obligations(enterprise=enterprise, day=today)
    ]


def bill_todo(bill: Bill, today: datetime.date) -> Todo:
    """A bill to pay."""
    is_late = bill.due_date < today
    words = (
        _("Bill %(no)s is overdue since %(day)s") if is_late else _("Pay bill %(no)s by %(day)s")
    )
    said = words % {"no": bill.bill_no, "day": show_day(bill.due_date)}
    return Todo("red" if is_late else "yellow", said, reverse("bill", args=[bill.pk]))
