"""`manage.py doctor` on the proof log's key: missing, readable by others, another, right."""

import pytest

from config import doctor
from config.requirements import State
from ledger import keyring, services
from tests.factories_ledger import lot
from tests.factories_proof import keep


@pytest.fixture
def place(settings, tmp_path):
    """A folder of keys of its own."""
    settings.PROOF_DIR = tmp_path / "proof"
    return settings.PROOF_DIR


def test_key_that_was_never_made_is_worth_knowing(db, place):
    assert doctor.proof_key().state == State.NOTE


def test_key_made_at_set_up_is_fine_and_kept(db, place):
    services.make_first_key()
    first = keyring.read(keyring.LOG_KEY)
    services.make_first_key()
    assert keyring.public_of(keyring.read(keyring.LOG_KEY)) == keyring.public_of(first)
    assert doctor.proof_key().state == State.OK


def test_key_that_others_may_read_is_a_fault(db, place):
    services.make_first_key()
    (place / keyring.LOG_KEY).chmod(0o644)
    found = doctor.proof_key()
    assert found.state == State.FAULT
    assert found.advice.startswith("chmod 600")


def test_lost_or_other_key_of_a_log_is_a_fault_and_set_up_makes_no_second(enterprise, place):
    lot(enterprise)
    keep()
    assert doctor.proof_key().state == State.OK
    (place / keyring.LOG_KEY).unlink()
    services.make_first_key()
    assert not (place / keyring.LOG_KEY).exists()
    assert doctor.proof_key().state == State.FAULT
    keyring.make(keyring.LOG_KEY)
    assert doctor.proof_key().state == State.FAULT
