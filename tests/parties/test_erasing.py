"""Personal data is erased by two administrators; what was done stays proved, who it was is gone."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessLog
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import queries
from ledger.models import PersonalSalt
from ledger.queries import proof as reads
from parties import personal, services
from parties.models import AccessRequest, Membership, Notice, PersonalKeeping, User
from parties.refusals import (
    AccessIsPending,
    DaysAlreadyRuled,
    KeptByLaw,
    NoKeepingRule,
    NothingToErase,
    PersonActsElsewhere,
    SamePerson,
    StillNeeded,
    WouldEraseHimself,
)
from parties.rules import Role, months_later
from parties.services import Invitation
from parties.services.reference import load_keepings
from tests import factories
from tests.factories_ledger import lot
from tests.factories_parties import NOW
from tests.factories_proof import keep

pytestmark = pytest.mark.django_db
NAMES = ("王小明", "wang.xm", "13812345678", "wang@example.cn")
LONG_AGO = datetime.datetime(2020, 5, 31, 2, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _keepings(db):
    load_keepings()


@pytest.fixture
def security(city):
    return factories.bureau_member(city, Role.SECURITY_ADMIN, "security")


@pytest.fixture
def second(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "second")


@pytest.fixture
def gone(security, second, enterprise):
    """An officer who was let in by two, had telephone and e-mail, and left more than five years
    ago; all of it stands in the proof log."""
    invitation = Invitation(NAMES[1], NAMES[0], Role.PERMIT_OFFICER, LONG_AGO.date())
    asked = services.ask_for_account(
        by=security, invitation=invitation, place=security.bureau, reason="到岗", now=NOW
    )
    member = decide(second, asked).membership
    person = member.user
    person.phone, person.email = NAMES[2], NAMES[3]
    person.date_joined = LONG_AGO
    person.save()
    services.end_membership(by=security, membership=member, reason="调离", now=LONG_AGO)
    EmailAddress.objects.create(user=person, email=NAMES[3])
    Authenticator.objects.create(user=person, type="totp", data={})
    AccessLog.objects.create(username=NAMES[1], ip_address="10.0.0.1")
    lot(enterprise)
    keep()
    return User.objects.get(pk=person.pk)


def ask(by, subject, datum="person", now=NOW):
    return services.ask_to_erase(
        by=by, datum=personal.DATA[datum], subject=subject, reason="申请 2026-3 号", now=now
    )


def decide(by, request, granted=True, reason="", now=NOW):
    return services.decide_access(by=by, request=request, granted=granted, reason=reason, now=now)


def erase(security, second, subject, datum="person"):
    return decide(second, ask(security, subject, datum))


def whole_database() -> str:
    """Every row of every table that can hold a name, as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
            " 'public'::regnamespace AND relname ~ '^(parties|account|mfa|axes|usersessions)_'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            found += [f"{table} {row[0]}" for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_names_the_person_any_more_and_the_ledger_is_clean(gone, security, second):
    assert all(name in whole_database() for name in NAMES)
    done = erase(security, second, gone)
    assert done.state == "DONE"
    rest = [line for line in whole_database().splitlines() if any(name in line for name in NAMES)]
    # Of the grant of access the approval keeps its content: the law keeps that record.
    assert [line.split()[0] for line in rest if "approval" not in line.split()[0]] == []
    keep(LATER)
    assert list(queries.verify()) == []


def test_records_of_before_stay_proved_though_their_salts_are_gone(gone, security, second):
    row = gone.history.order_by("history_id").first()
    before = reads.proof_of("parties_historicaluser", row.pk)
    erase(security, second, gone)
    after = reads.proof_of("parties_historicaluser", row.pk)
    assert after.record == before.record
    own = PersonalSalt.objects.filter(source__table_name="parties_historicaluser", row_id=row.pk)
    assert own.exists()
    assert not own.filter(salt__isnull=False).exists()


def test_proofs_of_other_people_keep_their_salts(gone, security, second, officer):
    keep(LATER)
    erase(security, second, gone)
    own = PersonalSalt.objects.filter(
        source__table_name="parties_historicaluser",
        row_id__in=officer.user.history.values("history_id"),
    )
    assert own.exists()
    assert not own.filter(salt__isnull=True).exists()


def test_account_sessions_and_second_factor_are_ended(gone, security, second, client):
    client.force_login(gone)
    client.get(reverse("home"))
    erase(security, second, gone)
    gone.refresh_from_db()
    assert (gone.username, str(gone), gone.is_active) == (f"erased-{gone.pk}", "***", False)
    assert not gone.has_usable_password()
    assert not Authenticator.objects.filter(user=gone).exists()
    assert not EmailAddress.objects.filter(user=gone).exists()
    assert client.get(reverse("home")).status_code in (302, 403)
    assert gone.history.first().history_change_reason.startswith("personal data erased")
    assert gone.history.first().history_user == security.user


def test_telephone_and_e_mail_go_while_the_person_still_works_here(security, second, officer):
    officer.user.phone = NAMES[2]
    officer.user.save()
    keep()
    erase(security, second, officer.user, "person_contact")
    officer.user.refresh_from_db()
    assert (officer.user.phone, officer.user.is_active) == ("", True)
    assert NAMES[2] not in whole_database()
    keep(LATER)
    assert list(queries.verify()) == []


def test_news_of_an_erasure_write_no_name_down(gone, security, second):
    erase(security, second, gone)
    said = " ".join(Notice.objects.filter(bureau__isnull=False).values_list("text_zh", flat=True))
    assert "请求" in said or "request" in said
    assert not Notice.objects.filter(person=gone).exclude(text_zh="***").exists()
    last = AccessRequest.objects.first().approval
    assert not any(name.encode() in bytes(last.content) for name in NAMES)


def test_what_the_law_keeps_is_refused_with_basis_and_day(security, second, officer):
    services.end_membership(by=security, membership=officer, reason="调离", now=NOW)
    with pytest.raises(KeptByLaw) as refused:
        ask(security, officer.user)
    assert "2031-11-20" in str(refused.value)
    assert "五年" in str(refused.value)
    five_years = NOW + datetime.timedelta(days=5 * 366)
    assert ask(security, officer.user, now=five_years).pk


def test_role_in_force_or_to_come_is_refused(security, officer):
    with pytest.raises(StillNeeded):
        ask(security, officer.user)
    officer.valid_to = NOW.date() + datetime.timedelta(days=30)
    officer.save()
    with pytest.raises(StillNeeded):
        ask(security, officer.user)


def test_nobody_erases_himself_or_decides_alone_or_reaches_elsewhere(gone, security, second):
    with pytest.raises(WouldEraseHimself):
        ask(security, security.user, "person_contact")
    asked = ask(security, gone)
    with pytest.raises(AccessIsPending):
        ask(security, gone)
    with pytest.raises(SamePerson):
        decide(security, asked)
    elsewhere = factories.bureau_member(factories.city("339800"), Role.SECURITY_ADMIN, "other")
    with pytest.raises(PersonActsElsewhere):
        ask(elsewhere, gone)


def test_refused_erasure_erases_nothing(gone, security, second):
    decide(second, ask(security, gone), granted=False, reason="证据不足")
    gone.refresh_from_db()
    assert str(gone) == NAMES[0]


def test_person_who_was_taken_on_again_since_is_not_erased(gone, security, second, enterprise):
    asked = ask(security, gone)
    Membership.objects.create(
        user=gone, role=Role.AGENT, enterprise=enterprise, valid_from=NOW.date()
    )
    with pytest.raises(StillNeeded):
        decide(second, asked)


def test_what_is_erased_is_not_erased_again(gone, security, second):
    erase(security, second, gone)
    gone.refresh_from_db()
    with pytest.raises(NothingToErase):
        ask(security, gone)


def test_without_a_rule_nothing_is_erased(gone, security):
    PersonalKeeping.objects.filter(what="ACTS").update(valid_to=datetime.date(2020, 1, 1))
    with pytest.raises(NoKeepingRule):
        ask(security, gone)


def set_keeping(by, months, valid_from):
    return services.set_personal_keeping(
        by=by, what="ACTS", months=months, valid_from=valid_from, legal_basis="保管期限表"
    )


def test_keeping_is_a_dated_rule(gone, security, officer):
    set_keeping(officer, 120, datetime.date(2026, 1, 1))
    with pytest.raises(KeptByLaw):
        ask(security, gone)
    with pytest.raises(DaysAlreadyRuled):
        set_keeping(officer, 12, datetime.date(2025, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-01", 0, "2026-01-01"),
    ],
)
def test_months_are_counted_on_the_calendar(day, months, later):
    counted = months_later(datetime.date.fromisoformat(day), months)
    assert counted == datetime.date.fromisoformat(later)


# --- the database's own guard ----------------------------------------------------------------


def erase_directly(request_id, table="parties_historicaluser", key=1, marks='{"phone": ""}'):
    def run():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT parties_erase_personal(%s, %s, %s, %s)", [request_id, table, [key], marks]
            )

    return run


def refusal_of(act):
    with pytest.raises(DatabaseError) as refused:
        act()
    return refused.value.__cause__.diag.constraint_name


def test_database_erases_nothing_without_two_persons(gone, security):
    asked = ask(security, gone)
    assert refusal_of(erase_directly(asked.pk)) == "personal_data_is_erased_by_two"
    assert refusal_of(erase_directly(-1)) == "personal_data_is_erased_by_two"


USED = """
UPDATE parties_approval SET state = 'USED', checker_id = %s, checker_user_id = %s,
    decided_at = now() WHERE id = %s
"""


def test_database_erases_only_what_the_log_holds_as_a_commitment(gone, security, second):
    asked = ask(security, gone)
    AccessRequest.objects.filter(pk=asked.pk).update(reason="x")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(USED, [second.pk, second.user_id, asked.approval_id])
        cursor.execute("SET LOCAL session_replication_role = origin")
    name = "only_personal_data_is_erased"
    assert refusal_of(erase_directly(asked.pk, "parties_historicalapproval")) == name
    assert refusal_of(erase_directly(asked.pk, marks='{"is_active": ""}')) == name
    assert refusal_of(erase_directly(asked.pk, marks='{"phone": "13900000000"}')) == name
    assert refusal_of(erase_directly(asked.pk, "ledger_operation")) == name


KEEP_ROW = (
    "INSERT INTO parties_personalkeeping (what, months, valid_from, valid_to, legal_basis, note)"
)
COPY_OF_REQUEST = """
INSERT INTO parties_accessrequest (kind, bureau_id, person_id, username, display_name, role, reason,
    state, asked_by_id, asked_at, approval_id, datum, subject_id)
SELECT kind, bureau_id, person_id, '', '', '', '', 'ASKED', asked_by_id, asked_at,
    approval_id + 1000, datum, subject_id FROM parties_accessrequest WHERE kind = 'ERASE'
"""
GUARDS = [
    (
        "personal_keeping_ends_after_it_begins",
        f"{KEEP_ROW} VALUES ('ACTS', 1, '1999-01-02', '1999-01-01', '', '')",
    ),
    (
        "personal_keeping_is_no_more_than_a_century",
        f"{KEEP_ROW} VALUES ('ACTS', 1201, '1999-01-01', '1999-01-02', '', '')",
    ),
    (
        "personal_keepings_do_not_overlap",
        f"{KEEP_ROW} VALUES ('ACTS', 1, '2020-01-01', NULL, '', '')",
    ),
    ("personal_keeping_is_not_deleted", "DELETE FROM parties_personalkeeping"),
    ("personal_keeping_is_not_truncated", "TRUNCATE parties_personalkeeping"),
    ("access_request_is_whole", "UPDATE parties_accessrequest SET datum = ''"),
    (
        "one_open_erasure_per_object",
        COPY_OF_REQUEST,
    ),
]


@pytest.mark.parametrize(("guard", "sql"), GUARDS, ids=[name for name, _sql in GUARDS])
def test_postgresql_keeps_the_rules_of_erasing(guard, sql, gone, security):
    ask(security, gone)
    assert refusal_of(lambda: run_sql(sql)) == guard


def run_sql(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def page(client, security):
    client.force_login(security.user)
    client.cookies["django_language"] = "en"
    return client


def test_two_administrators_erase_on_the_pages(page, gone, second):
    wish = {"datum": "person", "number": NAMES[1], "reason": "No. 3"}
    for wrong in ({"number": ""}, {"number": "nobody"}, {"reason": ""}, {"datum": "x"}):
        assert page.post(reverse("personal_data"), wish | wrong).status_code == 422
    answer = page.post(reverse("personal_data"), wish)
    asked = AccessRequest.objects.get(kind="ERASE")
    assert answer.headers["Location"] == reverse("access_request", args=[asked.pk])
    assert page.post(reverse("personal_data"), wish).status_code == 422
    page.force_login(second.user)
    shown = page.get(reverse("access_request", args=[asked.pk])).content.decode()
    assert "everything that names the owner of an account" in shown
    page.post(reverse("access_request", args=[asked.pk]), {"decision": "grant"})
    assert User.objects.get(pk=gone.pk).display_name == "***"
    shown = page.get(reverse("access_request", args=[asked.pk])).content.decode()
    assert NAMES[0] not in shown


def test_person_page_leads_there_and_refusal_names_the_day(page, officer, security):
    address = reverse("person", args=[officer.user_id])
    assert "personal-data/?datum=person&amp;number=officer" in page.get(address).content.decode()
    services.end_membership(by=security, membership=officer, reason="x", now=NOW)
    wish = {"datum": "person", "number": "officer", "reason": "No. 4"}
    answer = page.post(reverse("personal_data"), wish)
    assert answer.status_code == 422
    assert "The law keeps it until 2031-11-20" in answer.content.decode()


def test_officer_enters_a_rule_of_keeping_on_the_page(client, officer):
    client.force_login(officer.user)
    client.cookies["django_language"] = "en"
    rule = {"what": "CARD", "months": "36", "valid_from": "2026-01-01", "legal_basis": "x"}
    new = reverse("personal_keeping_new")
    for wrong in ({"months": "1201"}, {"legal_basis": ""}, {"months": "-1"}):
        assert client.post(new, rule | wrong).status_code == 422
    assert client.post(new, rule).status_code == 302
    assert client.post(new, rule).status_code == 422
    assert "36 months" in client.get(reverse("personal_keepings")).content.decode()
