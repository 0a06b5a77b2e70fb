"""Approvals: two persons, bound to what was shown."""

import pytest

from parties import services
from parties.refusals import ApprovalIsPending, ApprovalMissing, ContentChanged, SamePerson


def ask(officer, now, content=b"permit v1"):
    return services.request_approval(
        by=officer,
        act="issue_permit",
        region_code="339900",
        subject_type="permit",
        subject_id=1,
        content=content,
        now=now,
    )


def use(by, approval, content=b"permit v1"):
    return services.use_approval(
        by=by,
        approval_id=approval.pk,
        act="issue_permit",
        subject_type="permit",
        subject_id=1,
        content=content,
    )


def test_maker_cannot_decide_own_request(officer, now):
    approval = ask(officer, now)
    with pytest.raises(SamePerson):
        services.decide_approval(by=officer, approval=approval, granted=True, reason="", now=now)


def test_approval_serves_once_and_only_for_its_content(officer, second_officer, now):
    approval = ask(officer, now)
    with pytest.raises(ApprovalMissing):
        use(second_officer, approval)
    services.decide_approval(by=second_officer, approval=approval, granted=True, reason="", now=now)
    with pytest.raises(ContentChanged):
        use(second_officer, approval, b"permit v2")
    use(second_officer, approval)
    with pytest.raises(ApprovalMissing):
        use(second_officer, approval)


def test_second_request_waits_for_the_first(officer, now):
    ask(officer, now)
    with pytest.raises(ApprovalIsPending):
        ask(officer, now)


def test_history_names_person_and_reason(officer, now):
    row = ask(officer, now).history.get()
    assert row.history_user == officer.user
    assert row.history_change_reason.startswith("approval asked for")
