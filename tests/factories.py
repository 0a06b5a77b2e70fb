"""Objects for tests, made in one place; each app adds its nouns in a module of its own beside."""

import datetime
import itertools

from parties.models import Bureau, Enterprise, Membership, Region, User
from parties.rules import Role, uscc_check_character

PASSWORD = "correct-horse-battery"
_serial = itertools.count(1)


def city(code: str = "339900") -> Region:
    """A city in a province, with its bureau."""
    province, _ = Region.objects.get_or_create(
        code=f"{code[:2]}0000",
        defaults={"name_zh": "浙江省", "name_en": "Zhejiang", "level": "PROVINCE"},
    )
    region, _ = Region.objects.get_or_create(
        code=code,
        defaults={"name_zh": "清源市", "name_en": "Qingyuan", "level": "CITY", "parent": province},
    )
    bureau(region)
    return region


def county(parent: Region, code: str = "") -> Region:
    """A county of the city."""
    region, _ = Region.objects.get_or_create(
        code=code or f"{parent.code[:4]}01",
        defaults={"name_zh": "临溪区", "name_en": "Linxi", "level": "COUNTY", "parent": parent},
    )
    return region


def bureau(region: Region) -> Bureau:
    made, _ = Bureau.objects.get_or_create(
        region=region,
        defaults={"name_zh": f"{region.name_zh}生态环境局", "name_en": f"{region.name_en} Bureau"},
    )
    return made


def uscc(serial: int, region_code: str = "339901") -> str:
    """A code whose check character is right."""
    body = f"91{region_code}MA{serial:07d}"
    return body + uscc_check_character(body)


def enterprise(region: Region, *, name: str = "") -> Enterprise:
    serial = next(_serial)
    return Enterprise.objects.create(
        uscc=uscc(serial, region.code),
        name=name or f"测试企业{serial}",
        name_en=f"Test Works {serial}",
        region=region,
        industry_code="1713",
        industry_name="棉印染精加工",
        address="清源市临溪区滨河路1号",
        legal_representative="张三",
    )


def user(username: str = "") -> User:
    username = username or f"user{next(_serial)}"
    return User.objects.create_user(username, password=PASSWORD, display_name=username)


def bureau_member(region: Region, role: Role, username: str = "") -> Membership:
    return Membership.objects.create(
        user=user(username),
        role=role,
        bureau=bureau(region),
        valid_from=datetime.date(2020, 1, 1),
    )


def enterprise_member(owner: Enterprise, role: Role, username: str = "") -> Membership:
    return Membership.objects.create(
        user=user(username), role=role, enterprise=owner, valid_from=datetime.date(2020, 1, 1)
    )
