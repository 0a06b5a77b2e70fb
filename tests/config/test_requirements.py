"""What a start asks of machine, database and queue; each fault is told in a sentence."""

import socket

import pytest
from django.core.management import call_command
from django.db import connection

from config import requirements
from config.faults import Fault
from config.requirements import State

pytestmark = pytest.mark.django_db


def by_name(findings) -> dict[str, requirements.Finding]:
    return {found.name: found for found in findings}


@pytest.fixture
def strict(settings):
    settings.UNSAFE_DATABASE = False


def test_synchronous_commit_off_is_refused(strict):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    found = requirements.database()
    assert by_name(found)["synchronous_commit"].state == State.FAULT
    with pytest.raises(Fault, match="synchronous_commit = off"):
        requirements.refuse(found)


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_each_durability_setting_is_looked_at(strict, name):
    facts = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "on") | {name: "off"}
    faults = [f.name for f in requirements._durable(facts) if f.state == State.FAULT]
    assert faults == [name]


def test_old_postgres_is_refused():
    old = {"server_version": "15.9", "server_version_num": "150009"}
    assert requirements._version(old).state == State.FAULT
    new = {"server_version": "16.0", "server_version_num": "160000"}
    assert requirements._version(new).state == State.OK


def test_taken_port_names_the_setting_to_change():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        found = requirements.port("web port", "127.0.0.1", number, "WEB_PORT")
    assert found.state == State.FAULT
    assert f"WEB_PORT={number + 1}" in found.advice
    assert requirements.port("web port", "127.0.0.1", number, "WEB_PORT").state == State.OK


def test_missing_font_is_refused(settings, tmp_path):
    settings.FONT_DIR = tmp_path
    found = requirements.font()
    assert found.state == State.FAULT
    assert found.advice


def test_full_disk_is_refused(monkeypatch):
    monkeypatch.setattr(requirements, "LEAST_FREE_MB", 10**12)
    assert requirements.disk().state == State.FAULT


def test_silent_queue_is_refused(settings, tmp_path):
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/none.sock"
    assert requirements.broker().state == State.FAULT


def test_doctor_ends_with_1_on_a_fault_and_says_what_to_do(settings, tmp_path, capsys):
    settings.FONT_DIR = tmp_path / "nothing"
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret-key").touch(0o600)
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    (line,) = (text for text in capsys.readouterr().out.splitlines() if "nothing" in text)
    assert "make setup" in line
