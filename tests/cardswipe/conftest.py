"""What the tests of devices share."""

import pytest
from django.test import Client

from parties.models import Membership
from parties.rules import Role
from tests import factories


@pytest.fixture
def engineer(city) -> Membership:
    return factories.bureau_member(city, Role.DEVICE_ENGINEER, "engineer")


@pytest.fixture
def desk(client, engineer) -> Client:
    """The device engineer's browser."""
    client.force_login(engineer.user)
    return client
