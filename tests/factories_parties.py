"""More of parties for tests: approvals, the spelling of register entries."""

import datetime
import itertools

from parties import services, subjects
from parties.models import Approval, Holiday, Membership
from parties.rules import Act
from parties.services.enterprises import EnterpriseEntry
from tests import factories

NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 20)
# A kind of subject that the page of approvals decides.
SUBJECT = "thing"
subjects.register(
    SUBJECT, name="thing", url_name="enterprise", argument="enterprise_id", decides_itself=False
)
_subject = itertools.count(1)


def approval(
    maker: Membership, *, act: Act = Act.ISSUE_PERMIT, content: bytes = b'{"permit_no": "1"}'
) -> Approval:
    region = maker.region
    assert region is not None
    return services.request_approval(
        by=maker,
        act=act,
        region_code=region.code,
        subject_type=SUBJECT,
        subject_id=next(_subject),
        content=content,
        now=NOW,
    )


def entry(**changes: str) -> EnterpriseEntry:
    """A register entry as an officer would write it."""
    usual = {
        "uscc": factories.uscc(900001),
        "name": "新明化工有限公司",
        "name_en": "Xinming Chemicals",
        "region_code": "339901",
        "industry_code": "2614",
        "industry_name": "有机化学原料制造",
        "address": "清源市临溪区工业路8号",
        "legal_representative": "李四",
    }
    return EnterpriseEntry(**(usual | changes))


def holiday(date: datetime.date = datetime.date(2027, 1, 1), **values: str) -> Holiday:
    usual = {"kind": "DAY_OFF", "name": "元旦", "legal_basis": "通知"}
    return Holiday.objects.create(date=date, **(usual | values))
