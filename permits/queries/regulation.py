"""The dated tables of permits: which row holds in a region on a day."""

import datetime

from django.db.models import Q

from parties.models import Region
from permits.models import Application, AttachmentRule, ReviewDuty
from permits.work_refusals import NoAttachmentRule

from .dated import in_force


def attachment_rule(region: Region, day: datetime.date) -> AttachmentRule:
    """How large files may be; P156 when no row holds."""
    rows = AttachmentRule.objects.all()
    found: AttachmentRule | None = in_force(rows, region=region, day=day).first()
    if found is None:
        raise NoAttachmentRule(day=day)
    return found


def review_duties(application: Application, day: datetime.date) -> dict[str, ReviewDuty]:
    """What must be on file before this application is granted, with the row that says so."""
    rows = in_force(ReviewDuty.objects.all(), region=application.site.region, day=day).filter(
        Q(kind="") | Q(kind=application.kind),
        Q(management_class="") | Q(management_class=application.management_class),
    )
    return {row.duty: row for row in reversed(rows)}
