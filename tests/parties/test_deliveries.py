"""Text messages: by a provider that is data, sent once, tried again, given up in the end."""

import datetime
import http.server
import json
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from parties import services, sms
from parties.models import Delivery, SmsProvider, SmsTemplate
from parties.rules import Role
from tests import factories
from tests.factories_parties import NOW
from tests.parties.test_notices import give
from tests.refused import refused

TODAY = NOW.date()
PHONE = "13857001234"


@pytest.fixture
def admin(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "sysadmin")


@pytest.fixture
def reader(agent):
    agent.user.phone = PHONE
    agent.user.save()
    return agent


def provide(admin, **changed):
    values = {"region": admin.region, "name": "短信平台", "kind": "FILE", "valid_from": TODAY}
    row = SmsProvider(**values | changed)
    return services.enter_sms_row(by=admin, row=row, reason="启用")


def words(admin, **changed):
    values = {
        "region": admin.region,
        "tone": "red",
        "language": "zh-hans",
        "text": "【一证】{place}：{text}",
        "valid_from": TODAY,
    }
    row = SmsTemplate(**values | changed)
    return services.enter_sms_row(by=admin, row=row, reason="启用")


@pytest.fixture
def box(settings, tmp_path):
    """Where the file-backed provider writes."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "sms.jsonl"


def test_an_urgent_notice_goes_out_once_by_text_message(enterprise, reader, admin, box):
    provide(admin)
    words(admin)
    give(enterprise)
    assert services.deliver_notices(now=NOW) == 1
    assert services.deliver_notices(now=NOW) == 0
    (line,) = box.read_text().splitlines()
    sent = json.loads(line)
    assert (sent["phone"], sent["text"]) == (PHONE, f"【一证】{enterprise.name}：消息")
    assert Delivery.objects.get().state == "SENT"


@pytest.mark.parametrize("missing", ["provider", "template", "tone", "phone", "off"])
def test_without_one_of_its_parts_no_text_message_goes_out(enterprise, reader, admin, box, missing):
    if missing != "provider":
        provide(admin, kind="OFF" if missing == "off" else "FILE")
    if missing != "template":
        words(admin, tone="yellow" if missing == "tone" else "red")
    if missing == "phone":
        services.choose_phone(by=reader.user, phone="")
    give(enterprise)
    assert services.deliver_notices(now=NOW) == 0
    assert not box.exists()


class Provider(http.server.BaseHTTPRequestHandler):
    """A provider that refuses at first and remembers what it was asked."""

    asked: list[tuple[str, str]] = []
    answers: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((self.headers["X-Key"], body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answers.pop(0).encode())

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def provider():
    server = http.server.HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Provider.asked, Provider.answers = [], ['{"code":"BUSY"}', '{"code":"OK"}']
    yield f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    server.server_close()


def test_a_refused_message_is_handed_over_again_under_the_same_number(
    enterprise, reader, admin, provider, monkeypatch
):
    monkeypatch.setenv("SMS_KEY", "geheim")
    provide(
        admin,
        kind="HTTP",
        url=provider,
        headers="X-Key: {secret}",
        body='{"to":"{phone}","text":"{text}","out_id":"{id}","template":"{template}"}',
        success='"OK"',
        secret_name="SMS_KEY",
    )
    words(admin, code="SMS_1", text='“{text}" ')
    give(enterprise)
    assert services.deliver_notices(now=NOW) == 0
    assert "BUSY" in Delivery.objects.get().answer
    assert services.deliver_notices(now=NOW + datetime.timedelta(minutes=1)) == 1
    first, second = Provider.asked
    assert first == second
    assert first[0] == "geheim"
    body = json.loads(first[1])
    assert body["out_id"] == f"yizheng-{Delivery.objects.get().pk}"
    assert (body["to"], body["template"]) == (PHONE, "SMS_1")


def test_after_the_last_wait_a_message_is_given_up(enterprise, reader, admin):
    provide(admin, kind="HTTP", url="http://127.0.0.1:9/nobody")
    words(admin)
    give(enterprise)
    for day in range(7):
        services.deliver_notices(now=NOW + datetime.timedelta(hours=12 * day))
    found = Delivery.objects.get()
    assert (found.state, found.tries) == ("GIVENUP", 6)


@given(st.text(max_size=60))
def test_no_text_changes_the_form_of_the_request(text):
    message = sms.Message(PHONE, text, "1")
    body = sms.filled('{"t":"{text}","p":"{phone}"}', SmsProvider(), message, "application/json")
    assert json.loads(body) == {"t": text, "p": PHONE}


def test_a_new_row_ends_the_one_before_and_a_foreign_region_is_refused(admin, city):
    first = provide(admin)
    provide(admin, valid_from=TODAY + datetime.timedelta(days=3), name="新平台")
    first.refresh_from_db()
    assert first.valid_to == TODAY + datetime.timedelta(days=2)
    with refused("A240"):
        provide(admin)
    with refused("A403"):
        provide(admin, region=factories.city("330100"))


@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        ({"secret_name": "SECRET_KEY"}, "sms_secret_is_a_variable_of_its_own"),
        ({"kind": "HTTP", "url": "file:///etc/passwd"}, "sms_provider_is_reached_by_http"),
    ],
)
def test_a_provider_reaches_neither_files_nor_other_secrets(admin, changed, guard):
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        provide(admin, **changed)


def test_a_template_that_loses_the_notice_is_refused(admin):
    with (
        pytest.raises(IntegrityError, match="sms_template_holds_the_notice"),
        transaction.atomic(),
    ):
        words(admin, text="请登录查看")


def test_the_pages_enter_rows_and_show_each_delivery(enterprise, reader, admin, box):
    client = Client()
    client.force_login(admin.user)
    common = {"region": admin.region.pk, "valid_from": TODAY, "reason": "启用"}
    form = {"name": "文件", "kind": "FILE", "content_type": "application/json"}
    assert client.post("/deliveries/provider/new/", common | form).status_code == 302
    form = {"tone": "red", "language": "zh-hans", "text": "没有正文"}
    assert client.post("/deliveries/template/new/", common | form).status_code == 422
    form["text"] = "【一证】{text}"
    assert client.post("/deliveries/template/new/", common | form).status_code == 302
    give(enterprise)
    services.deliver_notices(now=NOW)
    page = client.get("/deliveries/").content.decode()
    assert "138****1234" in page
    assert PHONE not in page


def test_a_person_chooses_the_own_number(agent):
    client = Client()
    client.force_login(agent.user)
    assert client.post("/me/phone/", {"phone": "1385700"}).status_code == 422
    assert client.post("/me/phone/", {"phone": PHONE}).status_code == 302
    agent.user.refresh_from_db()
    assert agent.user.phone == PHONE


GUARDS = {
    "one_sms_provider_per_region_and_day": "INSERT INTO parties_smsprovider (region_id, valid_from,"
    " name, kind, url, content_type, headers, body, success, secret_name) SELECT region_id,"
    " valid_from, name, kind, url, content_type, headers, body, success, secret_name"
    " FROM parties_smsprovider",
    "sms_provider_ends_after_it_begins": "UPDATE parties_smsprovider SET valid_to = valid_from - 1",
    "one_sms_template_begins_on_a_day": "INSERT INTO parties_smstemplate (region_id, valid_from,"
    " tone, language, text, code) SELECT region_id, valid_from, tone, language, text, code"
    " FROM parties_smstemplate",
    "sms_template_ends_after_it_begins": "UPDATE parties_smstemplate SET valid_to = valid_from - 1",
    "notice_reaches_a_person_once_by_a_channel": "INSERT INTO parties_delivery (notice_id, user_id,"
    " channel, address, state, tries, next_at, answer) SELECT notice_id, user_id, channel,"
    " address, 'WAITING', 0, next_at, '' FROM parties_delivery",
    "sent_delivery_says_when": "UPDATE parties_delivery SET state = 'WAITING'",
    "mobile_number_is_digits": "UPDATE parties_user SET phone = '138-5700'",
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_database_refuses_what_breaks_a_rule_of_delivery(enterprise, reader, admin, box, guard):
    provide(admin)
    words(admin)
    give(enterprise)
    services.deliver_notices(now=NOW)
    with (
        pytest.raises(DatabaseError, match=guard),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(GUARDS[guard])
