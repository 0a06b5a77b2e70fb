"""The main copy (正本) of a permit: one sheet for the wall with the basic data, nothing else.

The permitted matters stand in the duplicate (`permits.book_paper`). The same content always
gives the same bytes.
"""

from typing import Any

from permits.certificate_text import chinese_date, main_copy
from permits.wall_parts import TOP, Sheet, draw_facts, draw_sheet
from shell.paper_parts import Foot


def draw_main_copy(content: dict[str, Any], foot: Foot) -> bytes:
    """The sheet as PDF; S201 names a character of the content that cannot be drawn."""
    said = content["permit"]
    sheet = Sheet(
        title="排污许可证",
        below="正本　·　Pollutant Discharge Permit",
        number=f"证书编号　{said['permit_no']}",
        issuer=said["issuer"]["name_zh"],
        issued=f"{chinese_date(said['issue_date'])}颁发",
    )
    return draw_sheet(
        sheet, foot, content, lambda canvas: draw_facts(canvas, main_copy(said), top=TOP)
    )
