"""What the tests of the ledger's pages share."""

import pytest


@pytest.fixture
def as_(client):
    """Sign a member in and read in English."""

    def sign_in(member):
        client.force_login(member.user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in
