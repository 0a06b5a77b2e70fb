"""From application to permit: two persons, one content, one transaction, rights in the ledger."""

import datetime

from ledger.models import Lot
from ledger.queries import positions
from ledger.services import period_on
from parties.services import record
from permits import services
from permits.models import Permit, PermitVersion
from permits.rules import State
from tests import factories_permits as make
from tests.refused import refused


def issue(by, application, now, key="issue-1"):
    return services.issue_permit(by=by, application=application, key=key, now=now)


def test_issue_makes_permit_version_limits_and_lots(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    enterprise = agent.enterprise
    assert permit.permit_no == f"{enterprise.uscc}001P"
    assert (permit.valid_from, permit.valid_to) == (
        datetime.date(2026, 11, 20),
        datetime.date(2031, 11, 19),
    )
    version = permit.versions.get()
    assert [row.quantity_per_year for row in version.limits.all()] == [2 * 10**9, 10**10, 10**9]
    lots = Lot.objects.filter(document_type="permit_version", document_id=version.pk)
    assert {lot.pollutant_id: lot.quantity_per_year for lot in lots} == {
        "COD": 10**10,
        "NH3N": 10**9,
        "SO2": 2 * 10**9,
    }
    assert {lot.basin for lot in lots} == {"钱塘江流域", "清源市"}
    period = period_on(enterprise.region, datetime.date(2027, 6, 1))
    assert {p.pollutant.code: p.available for p in positions(enterprise, period)}["COD"] == 10**10


def test_who_decided_cannot_issue(agent, officer, now):
    application = make.decided(agent, officer, now=now)
    with refused("A201"):
        issue(officer, application, now)
    assert not Permit.objects.exists()


def test_content_changed_after_the_decision_is_not_issued(agent, officer, second_officer, now):
    application = make.decided(agent, officer, now=now)
    site = application.site
    site.address = "另一条路2号"
    record(site, by=officer, reason="moved")
    with refused("A202"):
        issue(second_officer, application, now)
    assert not Permit.objects.exists()
    application.refresh_from_db()
    assert application.state == State.APPROVED


def test_issue_sent_twice_makes_one_permit(agent, officer, second_officer, now):
    application = make.decided(agent, officer, now=now)
    first = issue(second_officer, application, now)
    again = issue(second_officer, application, now)
    assert first == again
    assert PermitVersion.objects.count() == 1
    assert Lot.objects.count() == 3
    with refused("P101"):
        issue(second_officer, application, now, key="issue-2")


def test_key_of_another_step_is_refused(agent, officer, second_officer, now):
    application = make.decided(agent, officer, now=now)
    with refused("P126"):
        issue(second_officer, application, now, key=f"propose-{application.pk}")


def test_sent_back_decision_can_be_made_again(agent, officer, second_officer, now):
    application = make.decided(agent, officer, now=now)
    services.return_to_review(
        by=second_officer, application=application, reason="限值有误", key="back", now=now
    )
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW
    assert application.clock_act == "DECIDE_KEY"
    services.propose_permit(
        by=officer,
        application=application,
        opinion="已更正",
        legal_basis="《排污许可管理条例》第十一条",
        mark="P",
        key="again",
        now=now,
    )
    assert issue(second_officer, application, now).permit_no.endswith("001P")


def test_renewal_follows_the_old_term_without_gap(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    later = now + datetime.timedelta(days=365 * 4 + 300)
    make.issued(agent, officer, second_officer, now=later, kind="RENEW")
    permit.refresh_from_db()
    new, old = permit.versions.all()
    assert new.valid_from == old.valid_to + datetime.timedelta(days=1)
    assert old.in_force_until == new.in_force_from == new.valid_from
    assert permit.valid_to == new.valid_to == datetime.date(2036, 11, 19)
    assert Lot.objects.filter(pollutant_id="COD", valid_from=new.valid_from).count() == 1


def test_reapplication_opens_only_the_increase_until_the_old_term_ends(
    agent, officer, second_officer, now
):
    make.issued(agent, officer, second_officer, now=now)
    later = now + datetime.timedelta(days=100)
    more = (("DW001", "COD", "50", 13 * 10**9), *make.LIMITS[1:])
    make.issued(agent, officer, second_officer, now=later, kind="REAPPLY", limits=more)
    lots = Lot.objects.filter(pollutant_id="COD").order_by("id")
    assert [lot.quantity_per_year for lot in lots] == [10 * 10**9, 3 * 10**9, 13 * 10**9]
    assert lots[2].valid_from == lots[0].valid_to + datetime.timedelta(days=1)


def test_change_of_name_keeps_term_and_opens_no_rights(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    enterprise = agent.enterprise
    enterprise.name = "清源印染集团有限公司"
    record(enterprise, by=officer, reason="renamed")
    later = now + datetime.timedelta(days=30)
    make.issued(agent, officer, second_officer, now=later, kind="CHANGE")
    permit.refresh_from_db()
    new, old = permit.versions.all()
    assert (new.valid_from, new.valid_to) == (old.valid_from, old.valid_to)
    assert permit.holder_name == "清源印染集团有限公司"
    assert old.content["unit"]["name"] == "清源印染有限公司"
    assert Lot.objects.count() == 3
