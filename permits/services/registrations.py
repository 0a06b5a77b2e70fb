"""The registration form: filed, changed, renewed and struck off; its number is given at once."""

import dataclasses
import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.services import record
from permits.models import Permit, Registration, Site
from permits.models.permits import PermitState
from permits.models.registrations import RegistrationState
from permits.queries.clocks import legal_clock
from permits.refusals import ReasonMissing, SiteHasPermit
from permits.rules import Step, add_years
from permits.work_refusals import RegistrationEnded, RegistrationStale

from .numbers import next_number

DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class RegistrationEntry:
    """What the form says."""

    products: str
    fuel: str
    treatment: str
    destination: str
    standards: str
    contact: str


@transaction.atomic
def file_registration(
    *, by: Membership, site: Site, entry: RegistrationEntry, key: str, now: datetime.datetime
) -> Registration:
    """Register a site; it has its number at once. Filed again after it was struck off or ran
    out, it begins a new term under the same number. P112 when the site has a valid permit."""
    locked = Site.objects.select_for_update().get(pk=site.pk)
    there = Registration.objects.filter(site=locked).first()
    if there and there.key == key:
        return there
    check_site(locked)
    if there and is_running(there, timezone.localdate(now)):
        raise RegistrationStale(number=there.registration_no)
    today = timezone.localdate(now)
    registration = there or Registration(
        site=locked, registration_no=next_number(locked.region, series="DJ", now=now)
    )
    registration.state, registration.key = RegistrationState.VALID, key
    registration.valid_from, registration.valid_to = today, end_of_term(locked, today)
    registration.changed_on = None
    return write(registration, by=by, entry=entry, now=now, reason=said("registered"))


def check_site(site: Site) -> None:
    """P112: a site with a permit is not registered beside it."""
    permit = Permit.objects.filter(site=site, state=PermitState.VALID).first()
    if permit:
        raise SiteHasPermit(permit_no=permit.permit_no)


def is_running(registration: Registration, day: datetime.date) -> bool:
    return registration.state == RegistrationState.VALID and registration.valid_to >= day


def end_of_term(site: Site, start: datetime.date) -> datetime.date:
    """The last day of a registration that begins on the day."""
    rule = legal_clock("REGISTRATION_TERM", region=site.region, day=start)
    return add_years(start, rule.amount) - DAY


def write(
    registration: Registration,
    *,
    by: Membership,
    entry: RegistrationEntry,
    now: datetime.datetime,
    reason: str,
) -> Registration:
    for name, value in dataclasses.asdict(entry).items():
        setattr(registration, name, value.strip())
    registration.filed_at = now
    registration.revision += 1
    return record(registration, by=by, reason=reason)


@transaction.atomic
def change_registration(
    *,
    by: Membership,
    registration: Registration,
    revision: int,
    entry: RegistrationEntry,
    changed_on: datetime.date,
    now: datetime.datetime,
) -> Registration:
    """File what changed, within the days the law gives; the term stays. P191 when somebody
    changed it since, P190 when it is struck off or has run out."""
    locked = lock_running(registration, timezone.localdate(now))
    if locked.revision != revision:
        raise RegistrationStale(number=locked.registration_no)
    locked.changed_on = changed_on
    return write(locked, by=by, entry=entry, now=now, reason=said("registration changed"))


@transaction.atomic
def renew_registration(
    *, by: Membership, registration: Registration, key: str, now: datetime.datetime
) -> Registration:
    """Let the next term follow the present one without a gap; once per key."""
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    if locked.key == key:
        return locked
    locked = lock_running(registration, timezone.localdate(now))
    locked.valid_to = end_of_term(locked.site, locked.valid_to + DAY)
    locked.key, locked.filed_at = key, now
    locked.revision += 1
    return record(locked, by=by, reason=said("registration renewed"))


@transaction.atomic
def end_registration(
    *, by: Membership, registration: Registration, reason: str, now: datetime.datetime
) -> Registration:
    """Strike it off: the unit ended, or needs a permit now."""
    if not reason.strip():
        raise ReasonMissing(step=Step.REFUSE)
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    if locked.state == RegistrationState.ENDED:
        return locked
    locked.state = RegistrationState.ENDED
    locked.valid_to = max(locked.valid_from, min(locked.valid_to, timezone.localdate(now)))
    return record(locked, by=by, reason=reason)


def lock_running(registration: Registration, day: datetime.date) -> Registration:
    """The registration, locked; P190 when it does not run."""
    locked = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("site__region")
        .get(pk=registration.pk)
    )
    if not is_running(locked, day):
        raise RegistrationEnded(number=locked.registration_no)
    return locked
