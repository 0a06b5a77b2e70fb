"""Notices: said in both languages, read once, mailed once."""

import datetime

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from parties import services
from parties.models import Delivery, Notice, NoticeReading
from parties.rules import Role
from parties.services import Told
from tests import factories
from tests.factories_parties import NOW


def give(place, link="/alarms/1/", tone="red"):
    told = Told(place, lambda: gettext("Messages"), link, tone)
    return services.give_notices(told=[told], now=NOW)[0]


def test_a_notice_is_kept_in_both_languages(enterprise):
    notice = give(enterprise)
    assert (notice.text_en, notice.text_zh) == ("Messages", "消息")
    with translation.override("en"):
        assert str(notice) == "Messages"


def test_each_reader_of_the_place_is_noted_for_himself_alone(enterprise, agent, officer):
    notice = give(enterprise)
    other = factories.enterprise_member(enterprise, Role.OPERATOR)
    assert not services.open_notice(by=officer, notice=notice, now=NOW), "not said to the bureau"
    assert services.open_notice(by=agent, notice=notice, now=NOW)
    assert not services.open_notice(by=agent, notice=notice, now=NOW)
    assert not Notice.objects.unread_by(agent).exists()
    assert Notice.objects.unread_by(other).get() == notice, "a colleague's reading is none of his"
    services.open_notice(by=other, notice=notice, now=NOW)
    assert [reading.user for reading in notice.readings.all()] == [agent.user, other.user]


def test_what_is_said_to_one_person_reaches_nobody_else(enterprise, agent, officer):
    notice = give(agent.user)
    colleague = factories.enterprise_member(enterprise, Role.OPERATOR)
    assert Notice.objects.for_actor(agent).get() == notice
    for stranger in (colleague, officer):
        assert not Notice.objects.for_actor(stranger).exists()
    agent.user.email = "agent@example.org"
    agent.user.save()
    assert services.deliver_notices(now=NOW) == 1


def test_the_bell_counts_what_the_person_himself_has_not_read(enterprise, agent):
    colleague = factories.enterprise_member(enterprise, Role.OPERATOR)
    notice = services.give_notices(
        told=[Told(enterprise, lambda: "x", "/me/")], now=timezone.now()
    )[0]
    client, other = Client(), Client()
    client.force_login(agent.user)
    other.force_login(colleague.user)
    bell = '<span class="count">1</span>'
    assert bell in client.get("/messages/").content.decode()
    client.get(f"/messages/{notice.pk}/")
    assert bell not in client.get("/messages/").content.decode()
    assert bell in other.get("/messages/").content.decode()


def test_each_person_with_an_address_gets_one_mail_in_the_own_language(enterprise, agent):
    agent.user.email, agent.user.language = "agent@example.org", "en"
    agent.user.save()
    factories.enterprise_member(enterprise, Role.VIEWER)
    give(enterprise)
    assert services.deliver_notices(now=NOW) == 1
    assert services.deliver_notices(now=NOW) == 0
    assert [(m.to, m.body.split("\n")[0]) for m in mail.outbox] == [
        (["agent@example.org"], "Messages")
    ]
    assert "/alarms/1/" in mail.outbox[0].body


def test_a_failing_mail_server_loses_nothing(enterprise, agent, settings):
    agent.user.email = "agent@example.org"
    agent.user.save()
    give(enterprise)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert services.deliver_notices(now=NOW) == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.tries) == ("WAITING", 1)
    assert "refused" in waiting.answer or "not allowed" in waiting.answer
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert services.deliver_notices(now=NOW) == 0, "not before its time"
    assert services.deliver_notices(now=NOW + datetime.timedelta(minutes=1)) == 1
    assert len(mail.outbox) == 1


def test_the_page_lists_own_messages_and_leads_to_their_page(enterprise, agent, officer):
    notice = give(enterprise)
    client = Client()
    client.force_login(agent.user)
    assert f"/messages/{notice.pk}/" in client.get("/messages/").content.decode()
    assert client.get(f"/messages/{notice.pk}/")["Location"] == "/alarms/1/"
    client.force_login(officer.user)
    assert f"/messages/{notice.pk}/" not in client.get("/messages/").content.decode()


def test_a_link_to_elsewhere_is_not_followed(enterprise, agent):
    notice = give(enterprise, link="https://example.org/")
    client = Client()
    client.force_login(agent.user)
    assert client.get(f"/messages/{notice.pk}/")["Location"] == "/messages/"


def test_a_message_about_a_colleagues_page_is_shown_and_not_opened(enterprise):
    notice = give(enterprise, link="/alarms/1/")
    bidder = factories.enterprise_member(enterprise, Role.BIDDER)  # sees no alarms
    client = Client()
    client.force_login(bidder.user)
    answer = client.get(f"/messages/{notice.pk}/", follow=True)
    assert answer.redirect_chain == [("/messages/", 302)]
    assert str(notice) in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("notice_goes_to_one_place", {"enterprise": None}),
    ],
)
def test_the_database_refuses_half_a_notice(enterprise, name, changes):
    notice = give(enterprise)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**changes)


def test_a_reading_stands_once_and_for_ever(enterprise, agent):
    services.open_notice(by=agent, notice=give(enterprise), now=NOW)
    first = NoticeReading.objects.get()
    again = {"notice": first.notice, "user": first.user, "by": agent, "read_at": NOW}
    with (
        pytest.raises(IntegrityError, match="notice_is_read_once_per_person"),
        transaction.atomic(),
    ):
        NoticeReading.objects.create(**again)
    attempts = {
        "notice_reading_is_not_updated": "UPDATE parties_noticereading SET read_at = now()",
        "notice_reading_is_not_deleted": "DELETE FROM parties_noticereading",
        "notice_reading_is_not_truncated": "TRUNCATE parties_noticereading CASCADE",
    }
    connection.check_constraints()  # what waits for the end would refuse the statement first
    for name, statement in attempts.items():
        with (
            pytest.raises(IntegrityError) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert caught.value.__cause__.diag.constraint_name == name
