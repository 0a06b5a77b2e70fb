"""What the gateway must know of controllers and factors, kept for a moment in memory."""

import datetime
import ipaddress
from collections.abc import Iterable, Mapping

from django.db import connection
from django.utils import timezone

from cardswipe.command_rules import SECRETS
from cardswipe.hj212.fields import STANDARDS, FactorInfo, FactorTable
from cardswipe.hj212.requests import Kind
from cardswipe.intake import Device, Meaning
from cardswipe.models import (
    Controller,
    DeviceCommand,
    DeviceProfile,
    Factor,
    LoadCheckRule,
    LoadSourceRule,
    MarkRule,
    PollutantFactor,
)
from cardswipe.models.dated import lineage
from cardswipe.queries.sources import Days, own_days
from permits.models import Outlet, Site

NOTE_EVERY = datetime.timedelta(seconds=10)
UNKNOWN_KEPT = 10_000  # made-up MNs must not fill the memory


def factor_table() -> FactorTable:
    """The factor table as it stands now."""
    rows = Factor.objects.order_by("id").values_list(
        "id", "standard", "code", "concentration_unit", "amount_unit"
    )
    return FactorTable(FactorInfo(*row) for row in rows)


def pollutants_by_version() -> dict[int, dict[str, str]]:
    """Factor code → pollutant, per version; 2025 uses the codes of 2017 where it has no own."""
    found: dict[int, dict[str, str]] = {version: {} for version in STANDARDS}
    for standard, code, pollutant in PollutantFactor.objects.values_list(
        "standard", "code", "pollutant_id"
    ):
        for version, name in STANDARDS.items():
            if name == standard:
                found[version][code] = pollutant
    found[2025] = found[2017] | found[2025]
    return found


def pollutants_by_factor_id() -> dict[int, str]:
    """Factor id → pollutant, whatever the standard: what readings are keyed by."""
    measured = {(row.standard, row.code): row.pollutant_id for row in PollutantFactor.objects.all()}
    codes = {code for _standard, code in measured}
    rows = Factor.objects.filter(code__in=codes).values_list("pk", "standard", "code")
    return {
        pk: measured[standard, code] for pk, standard, code in rows if (standard, code) in measured
    }


def treatments(rules: Iterable[MarkRule], region_code: str) -> dict[str, str]:
    """What each data mark does in a region: its own rule, else its city's … else the country's."""
    nearness = {code: at for at, code in enumerate([*lineage(region_code), None])}
    fitting = [rule for rule in rules if rule.region_id in nearness]
    fitting.sort(key=lambda rule: -nearness[rule.region_id])
    return {rule.mark: rule.treatment for rule in fitting}


def new_secrets(rows: Iterable[Controller]) -> dict[int, tuple[str, str]]:
    """Controller → the kind and the password or key that a command on the wire gives it."""
    changes = DeviceCommand.objects.on_the_wire().filter(kind__in=SECRETS)
    if not changes.exists():
        return {}
    found = changes.filter(controller_id__in=[row.pk for row in rows])
    return {row.controller_id: (row.kind, row.secret) for row in found}


def commands(profile: DeviceProfile) -> dict[str, Meaning]:
    """The device's own command numbers; they go before the standard's."""
    return {
        profile.swipe_open_cn: Meaning.SWIPE_OPEN,
        profile.swipe_event_cn: Meaning.SWIPE_EVENT,
        profile.valve_state_cn: Meaning.VALVE_STATE,
        profile.offline_batch_cn: Meaning.OFFLINE_BATCH,
    }


# A change of any of these counts at the next look: each leaves a row of history.
WATCHED = (
    Controller,
    DeviceProfile,
    DeviceCommand,
    LoadCheckRule,
    LoadSourceRule,
    MarkRule,
    Outlet,
    Site,
)
STAMP = "SELECT " + ", ".join(
    f"(SELECT max(history_id) FROM {model.history.model._meta.db_table})" for model in WATCHED
)


def stamp() -> tuple[int | None, ...]:
    """Something that differs as soon as anything that the gateway keeps in memory changed."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        return tuple(cursor.fetchone())


class Registry:
    """Controllers by MN. Every `look` it is asked whether anything changed; if so, or after
    `keep` at the latest (two changes may be committed out of order), all is read anew."""

    def __init__(
        self,
        keep: datetime.timedelta = datetime.timedelta(seconds=30),
        look: datetime.timedelta = datetime.timedelta(seconds=2),
    ) -> None:
        self._keep, self._look = keep, look
        self._noted: dict[int, datetime.datetime] = {}
        self._looked_at: datetime.datetime | None = None
        self._stamp: tuple[int | None, ...] = ()
        self._devices: dict[str, tuple[datetime.datetime, Device | None]] = {}
        self._reference_at: datetime.datetime | None = None
        self.table = FactorTable(())
        self._pollutants: dict[int, dict[str, str]] = {}
        self._rules: list[MarkRule] = []
        self._shifts: dict[str | None, datetime.timedelta] = {}

    def find(
        self, mns: Iterable[str], *, now: datetime.datetime
    ) -> Mapping[str, tuple[datetime.datetime, Device | None]]:
        """The registered controllers with these MNs; None for an MN that nobody registered."""
        self._forget_changed(now)
        oldest = now - self._keep
        stale = {mn for mn in mns if (got := self._devices.get(mn)) is None or got[0] < oldest}
        if stale:
            self._read(stale, now)
        return self._devices

    def unnoted(self, controllers: Iterable[int], now: datetime.datetime) -> list[int]:
        """Those of the controllers whose contact was not noted a moment ago, in order."""
        noted, before = self._noted, now - NOTE_EVERY
        due = sorted({pk for pk in set(controllers) if pk not in noted or noted[pk] <= before})
        noted.update(dict.fromkeys(due, now))
        return due

    def _forget_changed(self, now: datetime.datetime) -> None:
        """Forget everything if anything changed since the last look."""
        if self._looked_at is not None and now < self._looked_at + self._look:
            return
        seen, self._looked_at = stamp(), now
        if seen != self._stamp:
            self._stamp = seen
            self._devices.clear()
            self._reference_at = None

    def _read(self, mns: set[str], now: datetime.datetime) -> None:
        if self._reference_at is None or self._reference_at < now - self._keep:
            self._read_reference(now)
        if len(self._devices) > UNKNOWN_KEPT:
            known = {mn: got for mn, got in self._devices.items() if got[1] is not None}
            self._devices.clear()
            self._devices.update(known)
        rows = Controller.objects.filter(mn__in=mns).select_related("profile", "outlet__site")
        changing = new_secrets(rows)
        own = own_days({row.outlet_id for row in rows})
        found = {
            row.mn: self._device(row, changing.get(row.pk, ("", "")), own.get(row.outlet_id, ()))
            for row in rows
        }
        for mn in mns:
            self._devices[mn] = (now, found.get(mn))

    def _read_reference(self, now: datetime.datetime) -> None:
        today = timezone.localdate(now)
        self.table = factor_table()
        self._pollutants = pollutants_by_version()
        self._rules = list(MarkRule.objects.on_day(today))
        self._shifts = {
            rule.region_id: datetime.timedelta(seconds=rule.clock_shift_s)
            for rule in LoadCheckRule.objects.on_day(today)
        }
        self._reference_at = now

    def _device(self, row: Controller, secrets: tuple[str, str], own: Days) -> Device:
        changing, secret = secrets
        profile = row.profile
        return Device(
            id=row.pk,
            mn=row.mn,
            password=row.password,
            version=row.protocol_version,
            crc=row.crc_profile,
            networks=tuple(ipaddress.ip_network(text) for text in row.allowed_addresses),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            state=row.state,
            event_source=row.event_source,
            load_source=profile.load_source,
            checks_password=profile.checks_password,
            clock_ahead=datetime.timedelta(seconds=profile.clock_ahead_s),
            backfill=datetime.timedelta(days=profile.backfill_days),
            commands=commands(profile),
            swipe_answer_cn=profile.swipe_answer_cn,
            valve_order_cn=profile.valve_order_cn,
            voucher_cn=profile.voucher_cn,
            marks=treatments(self._rules, row.outlet.site.region_id),
            pollutants=self._pollutants[row.protocol_version],
            enterprise_id=row.outlet.site.enterprise_id,
            outlet_id=row.outlet_id,
            region_id=row.outlet.site.region_id,
            is_water=row.outlet.medium == "WATER",
            zone=timezone.get_default_timezone(),
            key=bytes.fromhex(row.sm4_key) if row.sm4_key else None,
            next_password=secret if changing == Kind.SET_PASSWORD else "",
            next_key=secret.encode() if changing == Kind.SET_KEY and secret else None,
            idle_s=profile.idle_s,
            bytes_per_s=profile.bytes_per_s,
            own_days=tuple(own),
            clock_shift=self._shift(row.outlet.site.region_id),
        )

    def _shift(self, region_code: str) -> datetime.timedelta | None:
        """By how much a clock may be off: the region's own rule, else the next one above."""
        places = (place for place in [*lineage(region_code), None] if place in self._shifts)
        return next((self._shifts[place] for place in places), None)
