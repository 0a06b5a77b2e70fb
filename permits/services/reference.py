"""What every installation begins with: the legal terms of the national Regulation, how large
attachments may be, methods of verification, and the catalogue's rows for all industries."""

import datetime

from django.db import transaction

from permits.catalogue_rows import CATALOGUE
from permits.models import (
    AttachmentRule,
    CatalogueEntry,
    LegalAct,
    LegalClock,
    RightsRule,
    VerificationMethod,
)
from permits.models.rights import IssuedWhen

REGULATION = "《排污许可管理条例》"  # State Council Order 736
LICENSING_LAW = "《中华人民共和国行政许可法》"
HJ_944 = "HJ 944-2018"
REPORTING = REGULATION + "第二十二条，" + HJ_944
AS_THE_PERMIT_SAYS = "期满后的日历天数；各许可证可另定，待确认"
IN_FORCE = datetime.date(2021, 3, 1)
RIGHTS_FROM = datetime.date(2023, 1, 1)
CATALOGUE_FROM = datetime.date(2019, 12, 20)
UNCERTAIN = "“日”按工作日计（行政许可法第八十二条）；对排污单位的期限是否同样，待确认"

# A default of this system, to be changed by region on the page of permit regulation.
MOST_BYTES, MOST_BYTES_IN_ALL = 20_000_000, 500_000_000

# code, Chinese, English, length, unit, article, note
TERMS = (
    ("INTAKE", "受理或一次告知补正", "acceptance or correction notice", 3, "WORKDAY",
     REGULATION + "第九条", ""),
    ("DECIDE_SIMPLIFIED", "简化管理审批决定", "decision, simplified management", 20, "WORKDAY",
     REGULATION + "第十二条", ""),
    ("DECIDE_KEY", "重点管理审批决定", "decision, key management", 30, "WORKDAY",
     REGULATION + "第十二条", ""),
    ("DECIDE_KEY_SITE_CHECK", "重点管理审批决定（现场核查）", "decision, key, with site check", 45,
     "WORKDAY", REGULATION + "第十二条", ""),
    ("DECIDE_RENEWAL", "延续审批决定", "decision on a renewal", 20, "WORKDAY",
     REGULATION + "第十四条", ""),
    ("ISSUE", "颁发许可证", "issue of the permit", 10, "WORKDAY", LICENSING_LAW + "第四十四条", ""),
    ("PERMIT_TERM", "许可证有效期", "term of a permit", 5, "YEAR", REGULATION + "第十四条", ""),
    ("RENEW_BEFORE", "届满前申请延续", "renewal asked for before expiry", 60, "WORKDAY",
     REGULATION + "第十四条", UNCERTAIN),
    ("REGISTRATION_TERM", "排污登记有效期", "term of a registration", 5, "YEAR",
     REGULATION + "第二十四条", "五年为国家平台的做法，待确认"),
    ("REPORT_REGISTRATION", "变更排污登记", "change of a registration", 20, "WORKDAY",
     REGULATION + "第二十四条", UNCERTAIN),
    ("REPORT_YEAR_KEY", "年度执行报告（重点管理）", "yearly report, key management", 31, "DAY",
     REPORTING, AS_THE_PERMIT_SAYS),
    ("REPORT_YEAR_SIMPLIFIED", "年度执行报告（简化管理）", "yearly report, simplified management",
     31, "DAY", REPORTING, AS_THE_PERMIT_SAYS),
    ("REPORT_QUARTER_KEY", "季度执行报告（重点管理）", "quarterly report, key management", 15,
     "DAY", REPORTING, AS_THE_PERMIT_SAYS),
    ("REPORT_HELD_YEAR", "持证不足则免年度报告", "least time held for a yearly report", 90, "DAY",
     HJ_944, "持证时间不足三个月的，当年可不报年度执行报告"),
    ("REPORT_HELD_QUARTER", "持证不足则免季度报告", "least time held for a quarterly report", 30,
     "DAY", HJ_944, "持证时间不足一个月的，当季可不报季度执行报告"),
    ("REPORT_HELD_MONTH", "持证不足则免月度报告", "least time held for a monthly report", 10, "DAY",
     HJ_944, "持证时间不足十日的，当月可不报月度执行报告"),
    ("REPORT_CHANGE", "基本信息变更申请", "change of name, address, representative", 30, "WORKDAY",
     REGULATION + "第十四条", UNCERTAIN),
    ("KEEP_OPEN_DATA", "公开数据文件保存", "files of open data kept", 92, "DAY", "本系统默认值",
     "清单与签名永久保留；文件保存天数各地可另定"),
)  # fmt: skip


# Order of methods for a first verification (a prefecture's rule of 2023, taken as a model).
METHODS = (
    ("许可排放量（无漏项源）", "permitted quantity, no source missing"),
    ("环评结论（覆盖全厂）", "EIA result that covers the whole plant"),
    ("产排污系数", "emission factors"),
)


@transaction.atomic
def load_reference_data() -> None:
    """Load what is missing; rows that a site has changed stay as they are."""
    for code, name_zh, name_en, amount, unit, legal_basis, note in TERMS:
        act, is_new = LegalAct.objects.get_or_create(
            code=code, defaults={"name_zh": name_zh, "name_en": name_en}
        )
        if is_new:
            LegalClock.objects.create(
                act=act,
                amount=amount,
                unit=unit,
                valid_from=IN_FORCE,
                legal_basis=legal_basis,
                note=note,
            )
    if not AttachmentRule.objects.filter(region__isnull=True).exists():
        AttachmentRule.objects.create(
            most_bytes=MOST_BYTES,
            most_bytes_in_all=MOST_BYTES_IN_ALL,
            valid_from=IN_FORCE,
            legal_basis=REGULATION + "第七条",
            note="大小限额为本系统默认值，各地可另行规定",
        )
    for rank, (name_zh, name_en) in enumerate(METHODS, 1):
        VerificationMethod.objects.get_or_create(
            region=None,
            rank=rank,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "valid_from": IN_FORCE,
                "legal_basis": "《浙江省排污权有偿使用和交易管理办法》（浙政办发〔2023〕18号）",
                "note": "方法次序参照先行设区市做法，各地可另行规定",
            },
        )
    load_rights_rule()
    load_catalogue()


def load_rights_rule() -> None:
    """Certificates of rights follow the payment, until a region says otherwise."""
    if RightsRule.objects.filter(region__isnull=True).exists():
        return
    RightsRule.objects.create(
        issued_when=IssuedWhen.PAID,
        valid_from=RIGHTS_FROM,
        legal_basis="《浙江省排污权有偿使用和交易管理办法》（浙政办发〔2023〕18号）",
        note="电子凭证于缴清有偿使用费后自动核发为本系统默认，核发时点各地可另行规定，待确认",
    )


def load_catalogue() -> None:
    """The catalogue's rows for all industries, where nothing stands yet."""
    if CatalogueEntry.objects.filter(region__isnull=True).exists():
        return
    for row in CATALOGUE:
        row_no, scope, managed_as, measure, pollutant, threshold, is_inclusive, *texts = row
        unit, text_zh, text_en, legal_basis, note = texts
        CatalogueEntry.objects.create(
            row_no=row_no,
            scope=scope,
            management_class=managed_as,
            measure=measure,
            pollutant_id=pollutant,
            threshold=threshold,
            is_inclusive=is_inclusive,
            unit=unit,
            text_zh=text_zh,
            text_en=text_en,
            valid_from=CATALOGUE_FROM,
            legal_basis=legal_basis,
            note=note,
        )
