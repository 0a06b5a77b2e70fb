"""The numbers and letters that the three versions know: what else arrives is noted, not refused.

Sources: HJ/T 212-2005, HJ 212-2017 (6.3 to 6.7, annexes B and C); what is marked 2025 comes from
open implementations of HJ 212-2025 and is tolerated in the same way.
"""

from collections.abc import Mapping

VERSIONS = (2005, 2017, 2025)

# ST of the pollution system that speaks; A0 to Z9 are free for users since 2017.
_QUALITY = ("21", "22", "23")
_SINCE_2017 = ("24", "25", "26", "27", "33", "34", "35", "36", "37", "38", "39", "51", "52")
SYSTEMS: Mapping[int, frozenset[str]] = {
    2005: frozenset({*_QUALITY, "31", "32", "33", "34", "35", "36", "37", "38", "41", "91"}),
    2017: frozenset({*_QUALITY, *_SINCE_2017, "31", "32", "41", "91"}),
    2025: frozenset({*_QUALITY, *_SINCE_2017, "31", "32", "41", "44", "45", "91"}),
}

_EVERYWHERE = frozenset(
    ("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "Flag", "RS", "RT",
     "Data", "DayData", "NightData")
)  # fmt: skip
# What our own answers to a swipe say of each factor (docs/card-profile.md).
_CARD_PROFILE = frozenset({"Left", "Off"})
SUFFIXES: Mapping[int, frozenset[str]] = {
    2005: _EVERYWHERE | _CARD_PROFILE | {"Ala", "UpValue", "LowValue"},
    2017: _EVERYWHERE | _CARD_PROFILE | {"EFlag", "SampleTime", "Info", "SN"},
    2025: _EVERYWHERE | _CARD_PROFILE | {"EFlag", "SampleTime", "Info", "SN"},
}

# Data marks; digits are those of 2005 for air stations. 2025 adds condition marks such as St.
MARKS: Mapping[int, frozenset[str]] = {
    2005: frozenset("NFMSDCTP0123"),
    2017: frozenset("NFMSDCTB"),
    2025: frozenset("NFMSDCTB") | {"St", "Sr"},
}

# Commands that a device may send by itself or as the answer to a request.
_UPLOADS = ("1011", "1061", "2011", "2021", "2031", "2041", "2051", "2061", "2081")
_UPLOADS_2017 = (*_UPLOADS, "1063", "3015", "3017", "3018", "3019", "3020", "9015")
UPLOADS: Mapping[int, frozenset[str]] = {
    2005: frozenset({*_UPLOADS, "1021", "1031", "1041", "2071"}),
    2017: frozenset(_UPLOADS_2017),
    2025: frozenset({*_UPLOADS_2017, "1001", "1014", "2013", "2052", "2062", "2111"}),
}
NOTICES: Mapping[int, frozenset[str]] = {
    2005: frozenset({"1013", "2072"}),
    2017: frozenset({"1013"}),
    2025: frozenset({"1013"}),
}

# QnRtn of 9011 and ExeRtn of 9012; 2005 knows only QnRtn 1 to 3 and ExeRtn 1, 2 and 100.
QN_RETURNS = frozenset(("1", "2", "3", "4", "5", "6", "7", "8", "9", "100"))
EXE_RETURNS = frozenset(("1", "2", "3", "4", "5", "6", "100"))
NO_DATA = "100"


def is_system(version: int, st: str) -> bool:
    """Whether the version knows the system code, or leaves it to users."""
    return st in SYSTEMS[version] or (version > 2005 and len(st) == 2 and "A" <= st[0] <= "Z")
