"""Notices: said in both languages, read once, mailed once."""

import datetime

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from parties import services
from parties.models import Delivery, Notice
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


def test_the_first_reader_of_the_place_is_noted(enterprise, agent, officer):
    notice = give(enterprise)
    assert services.open_notice(by=officer, notice=notice, now=NOW).read_by is None
    assert services.open_notice(by=agent, notice=notice, now=NOW).read_by == agent
    other = factories.enterprise_member(enterprise, Role.OPERATOR)
    assert services.open_notice(by=other, notice=notice, now=NOW).read_by == agent


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
        ("read_notice_says_by_whom", {"read_at": NOW}),
    ],
)
def test_the_database_refuses_half_a_notice(enterprise, name, changes):
    notice = give(enterprise)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**changes)
