"""The cast that every test knows: officer, second officer, enterprise's agent, rival, auditor."""

import datetime

import pytest

from parties.models import Membership
from parties.rules import Role
from tests import factories


@pytest.fixture
def now() -> datetime.datetime:
    """The moment at which tests act, passed into every service."""
    return datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def city(db):
    """A city with its bureau; its first county is `county`."""
    return factories.city()


@pytest.fixture
def county(city):
    return factories.county(city)


@pytest.fixture
def officer(city) -> Membership:
    return factories.bureau_member(city, Role.PERMIT_OFFICER, "officer")


@pytest.fixture
def second_officer(city) -> Membership:
    return factories.bureau_member(city, Role.PERMIT_OFFICER, "second_officer")


@pytest.fixture
def auditor(city) -> Membership:
    return factories.bureau_member(city, Role.AUDITOR, "auditor")


@pytest.fixture
def trader(city) -> Membership:
    return factories.bureau_member(city, Role.TRADING_DESK, "trader")


@pytest.fixture
def enterprise(county):
    return factories.enterprise(county, name="清源印染有限公司")


@pytest.fixture
def agent(enterprise) -> Membership:
    return factories.enterprise_member(enterprise, Role.AGENT, "agent")


@pytest.fixture
def rival(county) -> Membership:
    """The agent of another enterprise, who must see nothing of the first."""
    other = factories.enterprise(county, name="对手造纸有限公司")
    return factories.enterprise_member(other, Role.AGENT, "rival")
