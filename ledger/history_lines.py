"""The entries of a history in words: who, what changed from what to what, why, with what links."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.documents import Link, links
from ledger.figures import plain_amount
from ledger.models import Asset
from ledger.models.accounts import PURPOSE_NAMES
from ledger.queries.history import Found
from ledger.rules import DocumentRef, Purpose
from ledger.stories import Acts
from parties.access import open_address
from parties.models import Membership
from parties.models.approvals import ApprovalState
from parties.models.people import ROLE_NAMES
from parties.queries import CODE_WORDS, FIGURE_WORDS, UNTOLD, label_of, reason_and_role
from parties.rules import BUREAU_ROLES, Role
from parties.subjects import act_name
from shell.figures import NOTHING, second, t3, yuan

KIND_WORDS = {
    "record": gettext_lazy("record"),
    "act": gettext_lazy("act"),
    "approval": gettext_lazy("approval"),
    "operation": gettext_lazy("ledger operation"),
}
LONGEST = 160
TONES = {"record": "neutral", "act": "active", "approval": "yellow", "operation": "normal"}
APPROVAL_TONES = {
    ApprovalState.GRANTED: "normal",
    ApprovalState.USED: "normal",
    ApprovalState.REFUSED: "closed",
    ApprovalState.VOID: "neutral",
}


@dataclass(frozen=True)
class Change:
    """A field with what stood there before and after."""

    field: str
    before: Any
    after: Any


@dataclass
class HistoryLine:
    """One entry as its reader is told of it."""

    at: datetime.datetime
    kind: str
    tone: str
    what: str
    who: str = ""
    role: str = ""
    who_url: str = ""
    why: str = ""
    changes: list[Change] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    is_new: bool = False
    proof_url: str = ""


Raw = tuple[Any, Any, Any]  # the field, what it held, what it holds


def lines_of(found: Sequence[Found], actor: Membership) -> list[HistoryLine]:
    """The entries in the reader's language; the enterprise reads no inner note and no name."""
    raws = {index: raw_changes(one) for index, one in enumerate(found)}
    names = names_of(raw for each in raws.values() for raw in each)
    refs = [
        DocumentRef(one.row.document_type, one.row.document_id)
        for one in found
        if one.kind == "operation"
    ]
    papers = links(refs, actor)
    assets = Asset.objects.select_related("pollutant", "period").in_bulk(
        {leg[0] for one in found for leg in one.legs}
    )
    told = []
    for index, one in enumerate(found):
        line = MAKERS[one.kind](one, actor)
        if one.kind == "operation":
            line.links.append(papers[DocumentRef(one.row.document_type, one.row.document_id)])
            line.changes = [moved(leg, assets[leg[0]]) for leg in one.legs]
            line.proof_url = reverse("operation_receipt", args=[one.row.pk])
        else:
            line.changes = [change_of(raw, one.row, names) for raw in raws[index]]
        told.append(line)
    return told


def person(line: HistoryLine, user: Any, role: str, actor: Membership) -> None:
    """Who did it; of the bureau the enterprise is told the office, not the person."""
    line.role = str(ROLE_NAMES[Role(role)]) if role else ""
    is_office = role and Role(role) in BUREAU_ROLES | {Role.SYSTEM}
    if actor.enterprise_id and (is_office or not role):
        line.who = line.role or _("system")
        line.role = ""
        if line.kind != "operation":  # whose reason stands on the statement too
            line.why = ""
    else:
        line.who = str(user or _("system"))
        known = user.pk if user and role != Role.SYSTEM else None
        line.who_url = open_address("person_history", known, actor)


def record_line(one: Found, actor: Membership) -> HistoryLine:
    """A record entered, changed or removed."""
    row = one.row
    reason, role = reason_and_role(row)
    words = {"+": _("entered"), "~": _("changed"), "-": _("removed")}
    line = HistoryLine(
        at=row.history_date,
        kind="record",
        tone="active" if row.history_type == "+" else TONES["record"],
        what=f"{thing(row)} · {words[row.history_type]}",
        why=reason,
        is_new=row.history_type == "+",
    )
    person(line, row.history_user, role, actor)
    return line


def thing(row: Any) -> str:
    """What kind of record it is: the first words of what its model says it is."""
    return str(NAMES.get(row.instance_type._meta.label, row.instance_type._meta.verbose_name))


NAMES: dict[str, Any] = {}


def name_records(names: dict[str, Any]) -> None:
    """How records are called in histories; each app names its own."""
    NAMES.update(names)


def approval_line(one: Found, actor: Membership) -> HistoryLine:
    """An approval asked for, granted, refused, carried out or void."""
    row = one.row
    state = ApprovalState(row.state)
    _reason, role = reason_and_role(row)
    number = {"number": row.id}
    line = HistoryLine(
        at=row.history_date,
        kind="approval",
        tone=APPROVAL_TONES.get(state, TONES["approval"]),
        what=f"{act_name(row.act)} · {state.label}",
        why="" if actor.enterprise_id else row.reason,
        links=[Link(_("approval %(number)s") % number, approval_url(row.id, actor))],
    )
    person(line, row.history_user, role, actor)
    return line


def approval_url(pk: int, actor: Membership) -> str:
    """The approval's page, which is the bureau's."""
    return "" if actor.enterprise_id else open_address("approval", pk, actor)


def operation_line(one: Found, actor: Membership) -> HistoryLine:
    """An operation of the ledger, with what it moved."""
    row = one.row
    words = _("operation %(number)s") % {"number": row.pk}
    found = [Link(words, open_address("operation", row.pk, actor))]
    if row.approval_id:
        number = {"number": row.approval_id}
        url = approval_url(row.approval_id, actor)
        found.append(Link(_("approval %(number)s") % number, url))
    line = HistoryLine(
        at=row.posted_at,
        kind="operation",
        tone=TONES["operation"],
        what=str(row.kind),
        why=row.reason,
        links=found,
    )
    person(line, row.by.user, row.by.role, actor)
    return line


def act_line(one: Found, actor: Membership) -> HistoryLine:
    """A row that is an act of its own."""
    source, row = one.source, one.row
    assert isinstance(source, Acts), "an act comes from rows that are acts"
    line = HistoryLine(
        at=one.place.at,
        kind="act",
        tone=TONES["act"],
        what=source.what(row),
        why=source.why(row) if source.why else "",
    )
    by = getattr(row, source.by) if source.by else None
    person(line, by.user if by else None, by.role if by else "", actor)
    return line


MAKERS = {
    "record": record_line,
    "approval": approval_line,
    "operation": operation_line,
    "act": act_line,
}


def moved(leg: Sequence[Any], asset: Asset) -> Change:
    """A transfer as a change: how much of what, from where to where."""
    _asset, source, target, amount = leg
    words = [PURPOSE_NAMES[Purpose(purpose)] for purpose in (source, target)]
    return Change(f"{asset}: {plain_amount(amount, asset)}", *words)


def raw_changes(one: Found) -> list[Raw]:
    """The fields of a history row that differ from the row before it."""
    if one.kind != "record" or one.row.history_type == "-":
        return []
    row, before = one.row, one.before
    if before is None and row.history_type != "+":
        return []
    found = []
    for each in row.instance_type._meta.concrete_fields:
        if each.primary_key or each.name in UNTOLD or each.name.endswith("_currency"):
            continue
        old = getattr(before, each.attname, None)
        new = getattr(row, each.attname, None)
        if old != new and not (before is None and new in (None, "", False)):
            found.append((each, old, new))
    return found


Names = dict[type[models.Model], dict[Any, models.Model]]


def names_of(raws: Iterable[Raw]) -> Names:
    """What the changed links point at: one query for each model."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for each, old, new in raws:
        if each.is_relation and isinstance(each.related_model, type):
            wanted.setdefault(each.related_model, set()).update({old, new} - {None})
    return {
        model: model._default_manager.select_related().in_bulk(ids) for model, ids in wanted.items()
    }


def change_of(raw: Raw, row: Any, names: Names) -> Change:
    """A change in words."""
    each, old, new = raw
    before, after = (word_of(each, value, row, names) for value in (old, new))
    return Change(label_of(each), before, after)


def word_of(each: Any, value: Any, row: Any, names: Names) -> str:
    """A field's value as people read it."""
    if value in (None, ""):
        return NOTHING
    if each.is_relation:
        return str(names.get(each.related_model, {}).get(value, value))
    if each.name in FIGURE_WORDS:
        return FIGURE_WORDS[each.name](value, row)
    if str(each) in CODE_WORDS:
        return CODE_WORDS[str(each)](value)
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    return plain_word(each.name, value, row)


def plain_word(name: str, value: Any, row: Any) -> str:
    """Figures with their unit, moments in local time, long contents cut short."""
    for is_of, words in WORDS:
        if is_of(name, value, row):
            return words(value, row)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def quantity_word(value: int, row: Any) -> str:
    """A quantity in the unit of its record's pollutant."""
    is_volume = getattr(row, "pollutant_id", "") == "WATER"
    return f"{Decimal(value) / 1000:f} m³" if is_volume else f"{t3(value)} t"


QUANTITIES = frozenset({"quantity_mg", "quantity_per_year", "opened_quantity"})
# The first that fits says how a value is told.
WORDS: tuple[tuple[Callable[..., bool], Callable[..., str]], ...] = (
    (
        lambda _n, value, _r: isinstance(value, bool),
        lambda value, _r: _("yes") if value else _("no"),
    ),
    (lambda _n, value, _r: isinstance(value, datetime.datetime), lambda value, _r: second(value)),
    (
        lambda name, value, row: isinstance(value, Decimal) and hasattr(row, f"{name}_currency"),
        lambda value, _r: f"{yuan(int(value * 100))} {_('yuan')}",
    ),
    (
        lambda _n, value, _r: isinstance(value, bytes | memoryview),
        lambda value, _r: bytes(value).hex()[:16],
    ),
    (
        lambda _n, value, _r: isinstance(value, dict | list),
        lambda value, _r: _("content of %(count)s entries") % {"count": len(value)},
    ),
)
