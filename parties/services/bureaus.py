"""Regions, bureaus, and the start of a real bureau's books."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parties.models import Bureau, Membership, Region, User
from parties.models.regions import RegionLevel
from parties.refusals import (
    BureauStands,
    RegionCodeIsBad,
    RegionIsKnown,
    RegionIsUnknown,
    RegionOutOfReach,
)
from parties.rules import ROLES, Act, Role, is_region_code, parent_code, region_level

from .access_news import tell_of_console
from .people import Invitation, invite
from .records import record


@dataclasses.dataclass(frozen=True)
class RegionEntry:
    """One line of the GB/T 2260 table."""

    code: str
    name_zh: str
    name_en: str


@transaction.atomic
def open_region(*, by: Membership, entry: RegionEntry) -> Region:
    """Add a region below the one that its code names. The same line twice is one region."""
    if not is_region_code(entry.code):
        raise RegionCodeIsBad
    known = Region.objects.filter(pk=entry.code).first()
    if known:
        if (known.name_zh, known.name_en) != (entry.name_zh, entry.name_en):
            raise RegionIsKnown(code=entry.code, name=known.name_zh)
        return known
    if not entry.code.startswith(by.region_prefix):
        raise RegionOutOfReach(code=entry.code)
    above = parent_code(entry.code)
    if above and not Region.objects.filter(pk=above).exists():
        raise RegionIsUnknown(code=above)
    region = Region(
        code=entry.code,
        name_zh=entry.name_zh,
        name_en=entry.name_en,
        level=RegionLevel(region_level(entry.code)),
        parent_id=above,
    )
    # `save` would update a region that came in between; a second insert is refused instead.
    region._state.adding = True
    return record(region, by=by, reason=gettext_noop("region added"))


@transaction.atomic
def open_bureau(*, by: Membership, region: Region, name_zh: str, name_en: str) -> Bureau:
    """Give a region its bureau; a region has one."""
    if Bureau.objects.filter(region=region).exists():
        raise BureauStands(region=str(region))
    bureau = Bureau(region=region, name_zh=name_zh, name_en=name_en)
    return record(bureau, by=by, reason=gettext_noop("bureau opened"))


@dataclasses.dataclass(frozen=True)
class NewBureau:
    """What a site says of itself when it starts empty."""

    regions: Sequence[RegionEntry]  # from the province down; the bureau's own among them
    region_code: str
    name_zh: str
    name_en: str
    admin_username: str
    admin_name: str


@transaction.atomic
def start_bureau(*, by: Membership, plan: NewBureau, today: datetime.date) -> Membership:
    """Regions, bureau and first security administrator, who then asks for everyone else.

    The same plan twice changes nothing. A bureau that stands is refused to another plan.
    """
    for entry in plan.regions:
        open_region(by=by, entry=entry)
    standing = Bureau.objects.filter(region_id=plan.region_code).first()
    if standing:
        return first_admin_of(standing, plan)
    region = Region.objects.get(pk=plan.region_code)
    bureau = open_bureau(by=by, region=region, name_zh=plan.name_zh, name_en=plan.name_en)
    first = Invitation(plan.admin_username, plan.admin_name, Role.SECURITY_ADMIN, today)
    return invite(by=by, invitation=first, place=bureau)


@transaction.atomic
def appoint_second(
    *, by: Membership, bureau: Bureau, username: str, display_name: str, now: datetime.datetime
) -> Membership:
    """At the server's console: the system administrator who decides what the first one asks for.

    The same twice is one. While two administrators can decide, they appoint the others (A407).
    """
    today = timezone.localdate(now)
    deciders = Membership.objects.in_force(today).filter(
        bureau=bureau, role__in=[role for role in Role if Act.CONFIRM_ACCESS in ROLES[role]]
    )
    known = deciders.filter(
        user__username=username, user__display_name=display_name, role=Role.SYSTEM_ADMIN
    ).first()
    if known is not None:
        return known
    if deciders.values("user").distinct().count() > 1:
        raise BureauStands(region=str(bureau.region))
    second = Invitation(username, display_name, Role.SYSTEM_ADMIN, today)
    appointed = invite(by=by, invitation=second, place=bureau)

    def say() -> str:
        said = _("%(person)s was appointed at the server's console: %(role)s.")
        return said % {"person": appointed.user, "role": appointed.get_role_display()}

    tell_of_console(places=[bureau], person=appointed.user, what=say, now=now)
    return appointed


def first_admin_of(bureau: Bureau, plan: NewBureau) -> Membership:
    """The administrator an earlier start with the same plan appointed."""
    person = User.objects.filter(username=plan.admin_username, display_name=plan.admin_name)
    found = Membership.objects.filter(
        bureau=bureau, role=Role.SECURITY_ADMIN, user__in=person
    ).first()
    if found is None or bureau.name_zh != plan.name_zh:
        raise BureauStands(region=str(bureau.region))
    return found
