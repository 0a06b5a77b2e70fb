"""Open data: whole, stable, signed; checked with openssl as the page says."""

import csv
import datetime
import hashlib
import json
import subprocess
import tracemalloc

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from bench.register import fill
from ledger.queries.proof import place_of
from ledger.services import keep_log
from permits import services
from permits.models import LegalClock, OpenDataDay
from permits.open_data import RESOURCES, quantity
from permits.queries.open_data import folder
from permits.services.open_data import SUMS
from permits.views.open_data import check_files, check_signature
from tests import factories_permits as make
from tests.permits.test_constraints import broken_guard, truncate_is_refused

pytestmark = pytest.mark.django_db
NOW, DAY = make.NOW, datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def permit(agent, officer, second_officer):
    return make.issued(agent, officer, second_officer)


@pytest.fixture
def published(permit):
    made = services.publish_day(now=NOW)
    assert made
    return made


def folder_of(day):
    return folder() / day.day.isoformat()


def rows(day, name):
    with (folder_of(day) / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_files_say_what_the_permit_says_and_name_nobody(published, permit):
    (told,) = rows(published, "permits.csv")
    assert told["permit_no"] == permit.permit_no
    assert (told["state"], told["unit_name"]) == ("VALID", permit.holder_name)
    assert told["valid_to"] == permit.valid_to.isoformat()
    by_name = {
        one["outlet_id"][22:] + one["pollutant"]: one for one in rows(published, "limits.csv")
    }
    cod = by_name["DW001COD"]
    said = (cod["concentration"], cod["quantity_per_year"], cod["quantity_unit"])
    assert said == ("50", "10", "t")
    assert {one["outlet_id"] for one in rows(published, "outlets.csv")} == {
        permit.permit_no + code for code in ("DW001", "DA001")
    }
    assert [one["version"] for one in rows(published, "versions.csv")] == ["1"]
    person = permit.site.enterprise.legal_representative
    assert person
    for file in folder_of(published).iterdir():
        assert person.encode() not in file.read_bytes(), file.name


def test_json_holds_the_same_nested(published, permit):
    whole = json.loads((folder_of(published) / "permits.json").read_text())
    assert whole["day"] == published.day.isoformat()
    (told,) = whole["permits"]
    assert told["permit_no"] == permit.permit_no
    outlets = told["versions"][0]["outlets"]
    limits = [limit for outlet in outlets for limit in outlet["limits"]]
    assert len(limits) == len(rows(published, "limits.csv"))
    assert {limit["quantity_per_year"] for limit in limits} == {"10", "1", "2"}


def test_package_describes_every_column_in_both_languages(published):
    package = json.loads((folder_of(published) / "datapackage.json").read_text())
    for resource, told in zip(RESOURCES, package["resources"], strict=True):
        head = rows(published, told["path"])[0]
        assert [field["name"] for field in told["schema"]["fields"]] == list(head)
        assert set(resource.key) <= set(head)
        content = (folder_of(published) / told["path"]).read_bytes()
        assert told["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert told["bytes"] == len(content)
        assert all(field["title"] and field["title_en"] for field in told["schema"]["fields"])
    assert "许可证" in json.dumps(package, ensure_ascii=False)


def check(day, command):
    return subprocess.run(
        command.split(), cwd=folder_of(day), capture_output=True, text=True, check=False
    )


def test_openssl_and_sha256sum_accept_the_files_and_find_one_altered_byte(published):
    assert check(published, check_signature()).returncode == 0
    assert check(published, check_files()).returncode == 0
    file = folder_of(published) / "limits.csv"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"50", b"51", 1))
    found = check(published, check_files())
    assert found.returncode != 0
    assert "limits.csv" in found.stdout
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    sums = folder_of(published) / SUMS
    old = hashlib.sha256(content).hexdigest()
    sums.write_text(sums.read_text().replace(old, digest))
    assert check(published, check_files()).returncode == 0
    assert check(published, check_signature()).returncode != 0


def test_a_day_is_published_once_and_stands_in_the_proof_log(published, permit):
    before = (folder_of(published) / "permits.csv").read_bytes()
    permit.state = "REVOKED"
    with pgtrigger.ignore("permits.Permit:permit_ends_by_its_ending"):
        permit.save()
    assert services.publish_day(now=NOW) == published
    assert (folder_of(published) / "permits.csv").read_bytes() == before
    following = services.publish_day(now=NOW + DAY)
    assert rows(following, "permits.csv")[0]["state"] == "REVOKED"
    keep_log(now=NOW + DAY, horizon=2**62)
    assert place_of("permits_opendataday", published.pk)


def test_an_entry_stays_as_it_was_signed(published):
    table = "permits_opendataday"
    with connection.cursor() as cursor:
        with broken_guard("open_data_is_not_updated"):
            cursor.execute(f"UPDATE {table} SET permits = 1")
        with broken_guard("open_data_is_not_deleted"):
            cursor.execute(f"DELETE FROM {table}")
        truncate_is_refused(cursor, table, "open_data_is_not_truncated")
    published.pk, published.day, published.signature = None, published.day + DAY, b""
    with pytest.raises(IntegrityError, match="open_data_is_signed"), transaction.atomic():
        published.save()


def test_what_a_break_left_behind_is_made_anew(permit):
    left = folder() / "2026-11-20"
    left.mkdir(parents=True)
    (left / "permits.csv").write_text("half")
    (folder() / ".making-x").mkdir()
    made = services.publish_day(now=NOW)
    assert rows(made, "permits.csv")[0]["permit_no"] == permit.permit_no
    assert check(made, check_files()).returncode == 0


def test_files_are_kept_as_long_as_the_rule_says_and_the_entry_for_ever(published, client):
    rule = LegalClock.objects.get(act__code="KEEP_OPEN_DATA")
    services.publish_day(now=NOW + DAY)
    last = NOW + rule.amount * DAY
    assert services.give_up_days(now=last) == []
    assert services.give_up_days(now=last + DAY) == [published.day.isoformat()]
    assert OpenDataDay.objects.count() == 2
    page = client.get(reverse("open_data"), {"day": published.day.isoformat()}).text
    assert published.sums.splitlines()[1].split()[0] in page
    assert client.get(address(published, "permits.csv")).status_code == 404


def address(day, name):
    return reverse("open_data_file", args=[day.day.isoformat(), name])


def test_anyone_downloads_exactly_what_was_signed(client, published):
    for entry in published.files:
        answer = client.get(address(published, entry["name"]))
        content = b"".join(answer.streaming_content)
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert answer["Content-Length"] == str(len(content))
    latest = client.get(reverse("open_data_latest", args=["permits.json"]))
    assert latest["Location"] == address(published, "permits.json")
    for wrong in ("../log-key.pem", ".making", "absent"):
        assert client.get(address(published, "x").replace("x", wrong)).status_code == 404, wrong
    assert client.get("/open-data/2026-02-31/permits.csv").status_code == 404
    assert client.get("/open-data/?day=x").status_code == 404


def test_page_leads_to_the_files_and_explains_before_there_are_any(client, permit):
    assert "SHA256SUMS" not in client.get(reverse("open_data")).text
    services.publish_day(now=NOW)
    page = client.get(reverse("open_data")).text
    for name in ("permits.csv", "permits.json", "SHA256SUMS.sig", check_signature()):
        assert name in page
    assert reverse("open_data") in client.get(reverse("register")).text


def test_memory_does_not_grow_with_the_register(permit):
    def peak(now):
        tracemalloc.start()
        services.publish_day(now=now)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    fill(1, 600)
    peak(NOW)
    few = peak(NOW + DAY)
    fill(601, 3600)
    assert peak(NOW + 2 * DAY) < 1.3 * few
    assert OpenDataDay.objects.first().permits == 3601


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(10 * 10**9, "MG", "10"), (1, "MG", "0.000000001"), (1500, "L", "1.5"), (0, "MG", "0")],
)
def test_quantities_are_exact(value, unit, said):
    assert f"{quantity(value, unit):f}" == said
    assert quantity(None, unit) is None
