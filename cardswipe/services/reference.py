"""What every installation begins with: factors, their pollutants, marks and our profile."""

import csv
import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cardswipe.hj212 import fields
from cardswipe.models import (
    ContactRule,
    DeviceProfile,
    Factor,
    KeepingRule,
    LoadCheckRule,
    MarkRule,
    PollutantFactor,
    SubstitutionRule,
)

FACTOR_FILE = Path(__file__).resolve().parent.parent / "data" / "factor_codes.csv"
IN_FORCE = datetime.date(2017, 5, 1)
MARKS_BASIS = "HJ 212-2017 表 13（2005：HJ/T 212-2005 表 8）"
SUBSTITUTION = "替代数据规则（HJ 356-2019、HJ 75-2017）待核实；先按设备上报量估算入账，可更正"

SILENT_AFTER_MINUTES = 30
CONTACT_BASIS = "通行做法（HJ 212 未规定心跳间隔）"
CONTACT_NOTE = "初始值，待各地确定；本地另行规定的，以本地规定为准"

CHECK_BASIS = "HJ 212-2017 附录 C 注（有效数据比例）；其余为通行做法"
CHECK_NOTE = (
    "水：有一个异常值即整段异常；气：有效数据不少于 75 %，日有效小时不少于 20 h（附录 D.2）。"
    "废水日有效比例 75 %（HJ 356-2019，原文待核）、允许偏差、数据不变、缺失与不合理值的界限"
    "未见明文规定，待核实，各地可另行规定"
)

# Original monitoring records are kept for at least five years.
KEPT_MONTHS = 60
KEEPING_BASIS = "《排污许可管理条例》（国务院令第736号）第二十条：原始监测记录保存期限不得少于5年"

# Not in the standard's tables, but sent by many makes: the reading of the flow meter's totaliser.
TOTALISERS = (("HJ 212-2017", fields.TOTALISER_CODE, "累计流量", "cumulative flow"),)
TOTALISER_NOTE = "通行扩展编码，非标准因子；只升不降"

WATER_BASIS = "HJ 356-2019（条文待核实）"
GAS_BASIS = "HJ 75-2017（条文待核实）"
SUBSTITUTION_NOTE = (
    "待核实·停用：条文未取得原文，数值来自转述。核实后由主管部门录入启用行；"
    "停用期间缺失小时视为未知，不按零计"
)
WAIT_H = 72  # devices send history later; before that nothing is filled
# medium, cause, gaps up to (h), capture at least (‰), method, window
SUBSTITUTION_ROWS = (
    ("WATER", "INVALID", 0, 0, "MAX_DAYS", 30),
    ("WATER", "OUT", 0, 0, "MAX_DAYS", 30),
    ("AIR", "OUT", 24, 900, "MAX_HOURS", 180),
    ("AIR", "OUT", 24, 750, "MAX_HOURS", 2160),
    ("AIR", "OUT", 0, 750, "MAX_HOURS", 720),
    ("AIR", "INVALID", 24, 900, "MAX_HOURS", 180),
    ("AIR", "INVALID", 24, 750, "MAX_HOURS", 2160),
    ("AIR", "INVALID", 0, 900, "MAX_HOURS", 720),
    ("AIR", "INVALID", 0, 750, "MAX_HOURS", 2160),
)

OUR_PROFILE = "一证 · HJ 212-2017"
OUR_PROFILE_2005 = "一证 · HJ/T 212-2005"
# Beyond the defaults of a profile, which are ours too (docs/card-profile.md).
OUR_NUMBERS: dict[str, str | int] = {"voucher_cn": "3904"}

# pollutant, 2005 code, 2017 code (hj212.md section 6)
POLLUTANT_FACTORS = (
    ("COD", "011", "w01018"),
    ("NH3N", "060", "w21003"),
    ("TP", "101", "w21011"),
    ("TN", "065", "w21001"),
    ("SO2", "02", "a21026"),
    ("NOX", "03", "a21002"),
    ("VOCS", "", "a24088"),
    ("WATER", "B01", "w00000"),
)
# What holds in the whole country until a region says otherwise.
RULES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        ContactRule,
        {
            "silent_after_minutes": SILENT_AFTER_MINUTES,
            "legal_basis": CONTACT_BASIS,
            "note": CONTACT_NOTE,
        },
    ),
    (
        KeepingRule,
        {
            "frame_months": KEPT_MONTHS,
            "reading_months": KEPT_MONTHS,
            "legal_basis": KEEPING_BASIS,
            "note": CONTACT_NOTE,
        },
    ),
    (
        LoadCheckRule,
        {
            "tolerance": 50,
            "least_valid_water": 1000,
            "least_valid_gas": 750,
            "least_day_water": 750,
            "least_day_gas": 833,
            "frozen_minutes": 60,
            "gap_minutes": 30,
            "implausible_times": 20,
            "clock_shift_s": 600,
            "legal_basis": CHECK_BASIS,
            "note": CHECK_NOTE,
        },
    ),
)
# mark, treatment, note
MARK_RULES = (
    ("N", "ACCEPT", "正常"),
    ("F", "ACCEPT", "排放源停运"),
    ("S", "ESTIMATE", f"手工输入的设定值；{SUBSTITUTION}"),
    ("M", "ESTIMATE", f"维护；{SUBSTITUTION}"),
    ("C", "ESTIMATE", f"校准；{SUBSTITUTION}"),
    ("D", "ESTIMATE", f"故障；{SUBSTITUTION}"),
    ("T", "ESTIMATE", f"超测量上限；{SUBSTITUTION}"),
    ("B", "ESTIMATE", f"通讯异常（2017）；{SUBSTITUTION}"),
    ("P", "ESTIMATE", f"电源故障（2005）；{SUBSTITUTION}"),
)


@transaction.atomic
def load_reference_data() -> None:
    """Load what is missing; rows that a site has changed stay as they are."""
    load_factors()
    codes = set(Factor.objects.values_list("standard", "code"))
    for pollutant, old, new in POLLUTANT_FACTORS:
        for standard, code in (("HJ/T 212-2005", old), ("HJ 212-2017", new)):
            if (standard, code) in codes:
                PollutantFactor.objects.get_or_create(
                    standard=standard, code=code, defaults={"pollutant_id": pollutant}
                )
    for mark, treatment, note in MARK_RULES:
        values = {"treatment": treatment, "legal_basis": MARKS_BASIS, "note": note}
        _ensure(MarkRule, values, mark=mark)
    for model, values in RULES:
        _ensure(model, values)
    for row in SUBSTITUTION_ROWS:
        _load_substitution(*row)
    DeviceProfile.objects.get_or_create(name=OUR_PROFILE, defaults=OUR_NUMBERS)
    DeviceProfile.objects.get_or_create(
        name=OUR_PROFILE_2005, defaults=OUR_NUMBERS | {"protocol_version": 2005}
    )


def _ensure(model: Any, values: dict[str, Any], **key: Any) -> None:
    """A row for the whole country, if there is none."""
    model.objects.get_or_create(region=None, defaults={"valid_from": IN_FORCE, **values}, **key)


def _load_substitution(
    medium: str, cause: str, longest: int, capture: int, method: str, window: int
) -> None:
    """A rule whose text was not at hand: switched off."""
    values = {
        "method": method,
        "window": window,
        "wait_h": WAIT_H,
        "is_on": False,
        "legal_basis": WATER_BASIS if medium == "WATER" else GAS_BASIS,
        "note": SUBSTITUTION_NOTE,
    }
    case = {"medium": medium, "cause": cause, "longest_gap_h": longest, "least_capture": capture}
    _ensure(SubstitutionRule, values, **case)


def load_factors() -> int:
    """Load the factor table from the project's file; returns how many rows were new."""
    known = set(Factor.objects.values_list("standard", "code", "name_zh"))
    with FACTOR_FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = [_factor(row) for row in csv.DictReader(file)]
    rows += [
        Factor(
            standard=standard,
            code=code,
            medium="water",
            name_zh=name_zh,
            name_en=name_en,
            concentration_unit="m3",
            data_type="N14.2",
            note=TOTALISER_NOTE,
        )
        for standard, code, name_zh, name_en in TOTALISERS
    ]
    new = [row for row in rows if (row.standard, row.code, row.name_zh) not in known]
    Factor.objects.bulk_create(new)
    return len(new)


def _factor(row: dict[str, str]) -> Factor:
    return Factor(
        standard=row["standard"],
        code=row["code"],
        medium=row["medium"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        concentration_unit=row["conc_unit"],
        amount_unit=row["mass_unit"],
        data_type=row["data_type"],
        verified_by=row["verified_by"],
        note=row["note"],
    )
