"""The register of discharging units."""

import dataclasses

from django.db import transaction

from parties.models import Enterprise, Membership, Region
from parties.models.enterprises import EnterpriseState
from parties.refusals import EnterpriseIsClosed, RegionOutOfReach, UsccIsBad, UsccIsTaken
from parties.rules import is_uscc_form
from shell.names import check_names
from shell.refusals import refused_by

from .records import check_seen, record


@dataclasses.dataclass(frozen=True)
class EnterpriseEntry:
    """What the register says of one unit."""

    uscc: str
    name: str
    name_en: str
    region_code: str
    industry_code: str
    industry_name: str
    address: str
    legal_representative: str

    @property
    def changeable(self) -> dict[str, str]:
        """What may be corrected later; code and county name the unit everywhere, for ever."""
        fields = dataclasses.asdict(self)
        return {k: v for k, v in fields.items() if k not in ("uscc", "region_code")}


def entry_of(enterprise: Enterprise) -> EnterpriseEntry:
    """What the register says now."""
    names = [one.name for one in dataclasses.fields(EnterpriseEntry) if one.name != "region_code"]
    values = {name: getattr(enterprise, name) for name in names}
    return EnterpriseEntry(region_code=enterprise.region_id, **values)


@transaction.atomic
def enroll_enterprise(*, by: Membership, entry: EnterpriseEntry, reason: str) -> Enterprise:
    """Enter a unit in the register; refuses names that look like others (S111). A wrong check
    character is for the reader to judge: early legal codes fail it, so it is shown as a warning
    and never refused (GB 32100-2015)."""
    if not is_uscc_form(entry.uscc):
        raise UsccIsBad
    if not Region.objects.for_actor(by).counties().filter(pk=entry.region_code).exists():
        raise RegionOutOfReach(code=entry.region_code)
    check_names(*entry.changeable.values())
    enterprise = Enterprise(uscc=entry.uscc, region_id=entry.region_code, **entry.changeable)
    with refused_by(parties_enterprise_uscc_key=UsccIsTaken):
        return record(enterprise, by=by, reason=reason)


@transaction.atomic
def change_enterprise(
    *,
    by: Membership,
    enterprise: Enterprise,
    entry: EnterpriseEntry,
    reason: str,
    seen: int | None = None,
) -> Enterprise:
    """Correct what the register says; nothing is written when nothing differs. A410 when the
    entry was saved after the history row `seen`."""
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if locked.state == EnterpriseState.CLOSED:
        raise EnterpriseIsClosed
    changes = {k: v for k, v in entry.changeable.items() if getattr(locked, k) != v}
    if changes:
        check_names(*changes.values())
        check_seen(locked, seen)
    for name, value in changes.items():
        setattr(locked, name, value)
    return record(locked, by=by, reason=reason) if changes else locked


@transaction.atomic
def close_enterprise(*, by: Membership, enterprise: Enterprise, reason: str) -> Enterprise:
    """Mark a unit as closed; its permits and rights stay and are ended by their own acts."""
    return set_state(by, enterprise, EnterpriseState.CLOSED, reason)


@transaction.atomic
def reopen_enterprise(*, by: Membership, enterprise: Enterprise, reason: str) -> Enterprise:
    """Take a closed unit back into operation."""
    return set_state(by, enterprise, EnterpriseState.OPEN, reason)


def set_state(
    by: Membership, enterprise: Enterprise, state: EnterpriseState, reason: str
) -> Enterprise:
    locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if locked.state == state:
        return locked
    locked.state = state
    return record(locked, by=by, reason=reason)
