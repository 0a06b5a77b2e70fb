"""What every installation begins with."""

import datetime

from parties.models import PersonalKeeping
from parties.models.keeping import Keeping

from .holidays import load_holidays
from .records import system_actor

# Permits run five years (Regulations on permit administration, art. 14): a term that is
# still open, and the history that leads to it, does not begin earlier.
FIRST_YEAR = 2020


# What names a person is kept so long after it is no longer needed: months, legal basis, note.
BEGINNING = datetime.date(2000, 1, 1)
FIVE_YEARS_NOTE = (
    "条文规定的是台账和记录；行政档案的期限以本单位文件材料归档范围和保管期限表为准，待核对"
)
KEEPINGS = {
    Keeping.ACTS: (60, "排污许可管理条例第二十一条（台账保存不少于五年）；档案法", FIVE_YEARS_NOTE),
    Keeping.CONTACT: (0, "个人信息保护法第四十七条", "与办理事项无关的联系方式，应请求即可删除"),
    Keeping.CARD: (60, "排污许可管理条例第二十一条（台账保存不少于五年）", FIVE_YEARS_NOTE),
    Keeping.REGISTRATION: (60, "排污许可管理条例第二十四条；档案法", FIVE_YEARS_NOTE),
}


def load_reference_data() -> None:
    """The State Council's calendar, how long names are kept; what officers corrected stays."""
    load_holidays(by=system_actor("setup"), first_year=FIRST_YEAR)
    load_keepings()


def load_keepings() -> None:
    """How long what names a person is kept, as far as no row says so."""
    for what, (months, basis, note) in KEEPINGS.items():
        if not PersonalKeeping.objects.filter(what=what).exists():
            PersonalKeeping.objects.create(
                what=what, months=months, valid_from=BEGINNING, legal_basis=basis, note=note
            )
