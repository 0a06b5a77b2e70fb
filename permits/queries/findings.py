"""The automatic checks an officer sees before deciding: every rule that does not hold."""

from django.utils import timezone

from parties.rules import has_good_check_character
from permits.models import Application, Permit
from permits.rules import Kind, check_limit
from shell.refusals import REGISTER, spoken
from shell.rules import RuleBroken

from .clocks import legal_clock, renewal_day
from .content import latest_version, requested_lines


def findings(application: Application) -> list[str]:
    """Numbered sentences about what is wrong or doubtful; empty when nothing was found."""
    found = []
    lines = requested_lines(application)
    if not lines and application.kind != Kind.CANCEL:
        found.append(str(REGISTER["P108"]()))
    for line in lines:
        try:
            check_limit(line)
        except RuleBroken as error:
            found.append(str(spoken(error)))
    if not has_good_check_character(application.site.enterprise.uscc):
        found.append(str(REGISTER["P138"]()))
    if is_late_renewal(application):
        found.append(str(REGISTER["P139"]()))
    return found


def is_late_renewal(application: Application) -> bool:
    """Whether a renewal was handed in later than the law asks (Regulation art. 14)."""
    if application.kind != Kind.RENEW or application.submitted_at is None:
        return False
    version = latest_version(Permit.objects.filter(site_id=application.site_id).first())
    if version is None:
        return False
    submitted = timezone.localdate(application.submitted_at)
    rule = legal_clock("RENEW_BEFORE", region=application.site.region, day=submitted)
    return submitted > renewal_day(version.valid_to, rule.amount)
