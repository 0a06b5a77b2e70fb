"""The purposes of holds as first loaded into their table, pure; a site's own table rules."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HoldRow:
    """A purpose of holds as first loaded."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    rank: int
    longest_days: int | None = None
    basis: str = ""


FREEZE_LAW = "民事诉讼法司法解释(冻结其他财产权不超过三年)"
HOLD_PURPOSES = (
    HoldRow("COURT_FREEZE", "司法冻结", "court freeze", "COURT_FREEZE", 10, 1095, FREEZE_LAW),
    HoldRow("PLEDGE", "质押", "pledge", "PLEDGE", 20, None, "杭银发〔2022〕21号"),
    HoldRow("CASE", "案件调查冻结", "freeze during a case", "HOLD", 30, 180),
    HoldRow("TRADE", "交易占用", "reserved for a deal", "HOLD", 40, 30),
)
