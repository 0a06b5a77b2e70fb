"""The receipt of a registration (固定污染源排污登记回执) as PDF, in Chinese."""

import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from parties.models import Bureau
from permits.models import Registration
from permits.rules import canonical
from shell.paper import draw, facts, heading, seal_place, words
from shell.paper_parts import Foot


def fact_lines(registration: Registration) -> list[tuple[str, str]]:
    """What the receipt says."""
    site = registration.site
    return [
        ("登记编号", registration.registration_no),
        ("排污单位名称", site.enterprise.name),
        ("统一社会信用代码", site.enterprise.uscc),
        ("生产经营场所地址", site.address),
        ("登记日期", f"{timezone.localtime(registration.filed_at):%Y年%m月%d日}"),
        ("有效期", f"自 {registration.valid_from} 至 {registration.valid_to} 止"),
        ("主要产品及产量", registration.products),
        ("燃料及用量", registration.fuel or "无"),
        ("废水、废气治理设施", registration.treatment),
        ("排放去向", registration.destination),
        ("执行标准", registration.standards),
    ]


def draw_receipt(registration: Registration) -> bytes:
    """The receipt; the same registration always gives the same bytes."""
    lines = fact_lines(registration)
    digest = hashlib.sha256(canonical(dict(lines))).hexdigest()[:16]
    bureau = Bureau.objects.filter(region_id=registration.site.region.city_code).first()
    issuer = bureau.name_zh if bureau else ""
    address = f"{settings.PUBLIC_ADDRESS}{reverse('registration', args=[registration.pk])}"
    return draw(
        title="固定污染源排污登记回执",
        lead=f"登记编号 {registration.registration_no}",
        author=issuer,
        blocks=[
            facts(lines),
            heading("注意事项"),
            words(
                "一、登记内容由排污单位如实填报并承担责任。\n"
                "二、登记内容发生变动的，应当自变动之日起二十日内变更登记。\n"
                "三、有效期满继续排污的，应当于届满前延续登记；需要取得排污许可证的，应当依法申请。"
            ),
            seal_place(issuer, f"{timezone.localtime(registration.filed_at):%Y年%m月%d日}"),
        ],
        foot=Foot(registration.registration_no, digest, address),
    )
