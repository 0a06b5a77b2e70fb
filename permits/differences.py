"""What two versions of a permit say differently, line by line, in the reader's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger.models.lots import PaidState
from permits.models.applications import ManagementClass
from permits.models.parts import Frequency, Method
from permits.models.sites import DischargeMode, OutletKind
from shell.figures import NOTHING, m3, named, t3

Content = Mapping[str, Any]
Word = Callable[[Any], str]


@dataclass(frozen=True)
class Difference:
    """One entry that changed: where, what stood there, what stands there now."""

    what: str
    before: str
    after: str


def choice(choices: Any) -> Word:
    """A code as its word; an unknown code as itself."""
    names = dict(choices.choices)
    return lambda value: str(names.get(value, value))


def plain(value: Any) -> str:
    return str(value)


# (part, key) → what the entry is called and how its value reads. Entries that only identify
# the version (its number, the application, the day of issue) are no changes.
ENTRIES: dict[tuple[str, str], tuple[Any, Word]] = {
    ("unit", "name"): (gettext_lazy("Discharging unit"), plain),
    ("unit", "name_en"): (gettext_lazy("English name"), plain),
    ("unit", "uscc"): (gettext_lazy("Unified social credit code"), plain),
    ("unit", "address"): (gettext_lazy("Registered address"), plain),
    ("unit", "legal_representative"): (gettext_lazy("Legal representative"), plain),
    ("unit", "industry_code"): (gettext_lazy("Industry code"), plain),
    ("unit", "industry_name"): (gettext_lazy("Industry"), plain),
    ("site", "name"): (gettext_lazy("Site name"), plain),
    ("site", "address"): (gettext_lazy("Production address"), plain),
    ("site", "basin"): (gettext_lazy("River basin"), plain),
    ("site", "air_shed"): (gettext_lazy("Air-shed"), plain),
    ("", "permit_no"): (gettext_lazy("Permit number"), plain),
    ("", "management_class"): (gettext_lazy("Management class"), choice(ManagementClass)),
    ("", "valid_from"): (gettext_lazy("valid from"), plain),
    ("", "valid_to"): (gettext_lazy("valid to"), plain),
}
OUTLET_ENTRIES: dict[str, tuple[Any, Word]] = {
    "name": (gettext_lazy("Outlet name"), plain),
    "kind": (gettext_lazy("Kind of outlet"), choice(OutletKind)),
    "mode": (gettext_lazy("Discharge mode"), choice(DischargeMode)),
    "destination": (gettext_lazy("Discharge destination"), plain),
    "position": (gettext_lazy("Position"), plain),
}
NOT_THERE = pgettext_lazy("difference", "not permitted")


def shown(value: Any, word: Word) -> str:
    return NOTHING if value in (None, "") else word(value)


def differences(old: Content, new: Content) -> list[Difference]:
    """Every entry in which `new` differs from `old`; nothing when they say the same."""
    return [
        *basics(old, new),
        *outlets(old.get("outlets", ()), new.get("outlets", ())),
        *plans(old, new),
    ]


def basics(old: Content, new: Content) -> Iterator[Difference]:
    for (part, key), (label, word) in ENTRIES.items():
        before = (old.get(part, {}) if part else old).get(key)
        after = (new.get(part, {}) if part else new).get(key)
        if (before or None) != (after or None):
            yield Difference(str(label), shown(before, word), shown(after, word))


def outlets(old: Sequence[Content], new: Sequence[Content]) -> Iterator[Difference]:
    """Outlets that came, went or changed, each with its limits."""
    before, after = ({one["code"]: one for one in side} for side in (old, new))
    for code in sorted({*before, *after}):
        was, now = before.get(code), after.get(code)
        yield from outlet(code, was, now)
        yield from limits(code, (was or {}).get("limits", ()), (now or {}).get("limits", ()))


def outlet(code: str, was: Content | None, now: Content | None) -> Iterator[Difference]:
    """What the outlet is called and how it discharges; one line when it came or went."""
    if was is None or now is None:
        names = (one["name"] if one else NOTHING for one in (was, now))
        yield Difference(_("Outlet %(code)s") % {"code": code}, *names)
        return
    for key, (label, word) in OUTLET_ENTRIES.items():
        if was.get(key) != now.get(key):
            said = (shown(one.get(key), word) for one in (was, now))
            yield Difference(f"{code} · {label}", *said)


def limits(code: str, old: Sequence[Content], new: Sequence[Content]) -> Iterator[Difference]:
    before, after = ({one["pollutant"]: one for one in side} for side in (old, new))
    for pollutant in sorted({*before, *after}):
        was, now = before.get(pollutant), after.get(pollutant)
        where = f"{code} · {pollutant_of(now or was or {})}"
        if concentration(was) != concentration(now):
            label = f"{where} · {_('Permitted concentration')}"
            yield Difference(label, concentration(was), concentration(now))
        if quantity(was) != quantity(now):
            label = f"{where} · {_('Permitted quantity per year')}"
            yield Difference(label, quantity(was), quantity(now))
        if years(was) != years(now):
            yield Difference(f"{where} · {_('Years')}", years(was), years(now))
        if periods(was) != periods(now):
            yield Difference(f"{where} · {_('Special periods')}", periods(was), periods(now))


def years(limit: Content | None) -> str:
    """The quantities of single years, in their order."""
    said = (limit or {}).get("years", ())
    return (
        " / ".join(quantity({**(limit or {}), "quantity_per_year": one}) for one in said) or NOTHING
    )


def periods(limit: Content | None) -> str:
    """The special periods in one line."""
    said = (limit or {}).get("special_periods", ())
    return (
        "; ".join(f"{one['name']} {one['from']}–{one['to']} {per_day(one, limit)}" for one in said)
        or NOTHING
    )


def per_day(period: Content, limit: Content | None) -> str:
    if period["is_ban"]:
        return _("no discharge at all")
    shown_amount = quantity({**(limit or {}), "quantity_per_year": period["quantity_per_day"]})
    return shown_amount.replace("/a", "/d")


def plans(old: Content, new: Content) -> Iterator[Difference]:
    """Self-monitoring, units and duties, line by line what came and went."""
    before, after = ({measured(one) for one in side.get("monitoring", ())} for side in (old, new))
    yield from came_and_went(_("Self-monitoring plan"), before, after)
    units = ({facility(one) for one in side.get("facilities", ())} for side in (old, new))
    yield from came_and_went(_("Production and treatment units"), *units)
    duties = (set(side.get("duties", ())) for side in (old, new))
    yield from came_and_went(_("Management duties"), *duties)


def measured(item: Content) -> str:
    """A line of the plan in the reader's words."""
    how = f"{choice(Method)(item['method'])} · {choice(Frequency)(item['frequency'])}"
    return f"{item['outlet']} {pollutant_of(item)}: {how}"


def facility(unit: Content) -> str:
    """A production or treatment unit in one line."""
    told = (f"{unit['code']} {unit['name']}", unit["process"], unit["capacity"])
    return " · ".join(part for part in (*told, " ".join(unit["outlets"])) if part)


def came_and_went(label: str, before: Set[str], after: Set[str]) -> Iterator[Difference]:
    """A difference for each line that only one side has."""
    for line in sorted(before - after):
        yield Difference(label, line, NOTHING)
    for line in sorted(after - before):
        yield Difference(label, NOTHING, line)


def pollutant_of(limit: Content) -> str:
    """The pollutant in the reader's language."""
    return named(limit["pollutant_zh"], limit["pollutant_en"])


def concentration(limit: Content | None) -> str:
    if limit is None:
        return str(NOT_THERE)
    said = limit["concentration"]
    return NOTHING if said is None else f"{said} {limit['concentration_unit']}"


def quantity(limit: Content | None) -> str:
    """A yearly quantity with its unit."""
    if limit is None:
        return str(NOT_THERE)
    amount = limit["quantity_per_year"]
    if amount is None:
        return NOTHING
    return f"{m3(amount)} m³/a" if limit["quantity_unit"] == "L" else f"{t3(amount)} t/a"


def right_differences(old: Sequence[Content], new: Sequence[Content]) -> list[Difference]:
    """Lots of rights that came, went or changed in quantity, term or payment."""
    before, after = ({one["lot_no"]: one for one in side} for side in (old, new))
    return [
        Difference(lot_no, right(before.get(lot_no)), right(after.get(lot_no)))
        for lot_no in sorted({*before, *after})
        if right(before.get(lot_no)) != right(after.get(lot_no))
    ]


def right(lot: Content | None) -> str:
    """A right in one line."""
    if lot is None:
        return str(pgettext_lazy("difference", "not held"))
    paid = choice(PaidState)(lot["paid_state"])
    return f"{pollutant_of(lot)} {quantity(lot)} · {lot['valid_from']} – {lot['valid_to']} · {paid}"
