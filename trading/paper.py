"""Bills on paper, in Chinese as the finance office and the bank want them."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from parties.models import Bureau
from shell.figures import yuan
from shell.paper import Foot, draw, facts, grid, heading, seal_place, words
from shell.units import plain
from trading import kits
from trading.models import Bill, BillLine
from trading.models.bills import BillKind

TITLES = {
    BillKind.FEE: "排污权有偿使用费缴款通知书",
    BillKind.AUCTION: "排污权竞得价款缴款通知书",
}
HEAD = ["排污权编号", "污染物", "数量（t/a）", "单价（元/t·a）", "年限", "比例", "金额（元）"]
WIDTHS = [44, 20, 22, 29, 13, 13, 29]


def bill_pdf(bill: Bill) -> bytes:
    """The bill as PDF; the same bill always gives the same bytes."""
    lines = list(bill.lines.select_related("lot", "pollutant", "standard"))
    bureau = Bureau.objects.filter(region_id=bill.region.city_code).first()
    issuer = bureau.name_zh if bureau else ""
    return draw(
        title=TITLES[BillKind(bill.kind)],
        lead=f"编号 {bill.bill_no}",
        author=issuer,
        blocks=[
            facts(bill_facts(bill, lines)),
            heading("明细"),
            grid(
                HEAD,
                line_rows(bill, lines),
                widths=WIDTHS,
                figures={2, 3, 4, 5, 6},
                sums=["应缴合计", "", "", "", "", "", yuan(bill.amount)],
            ),
            words("金额＝数量×单价×年限×比例，计至分，一次四舍六入五成双。"),
            words(
                f"请于 {bill.due_date} 前一次或分次缴清，汇款附言注明编号 {bill.bill_no}。"
                "逾期未缴的，按有关规定处理。"
            ),
            seal_place(issuer, f"{bill.issued_on:%Y年%m月%d日}"),
        ],
        foot=Foot(bill.bill_no, content_hash(bill, lines), address_of(bill)),
    )


def bill_facts(bill: Bill, lines: list[BillLine]) -> list[tuple[str, Any]]:
    """Who owes what until when, on which ground."""
    basis = sorted({line.standard.legal_basis for line in lines if line.standard})
    pairs = [
        ("单位名称", bill.enterprise.name),
        ("统一社会信用代码", bill.enterprise.uscc),
        ("应缴金额", f"人民币 {yuan(bill.amount)} 元"),
        ("缴款期限", f"{bill.due_date:%Y年%m月%d日}"),
        ("收费依据", "；".join(basis) if basis else "竞价结果及成交确认书"),
    ]
    if bill.note:
        pairs.append(("备注", bill.note))
    return pairs


def line_rows(bill: Bill, lines: list[BillLine]) -> list[list[str]]:
    """The lines, and for an award the deposit that counts to the price."""
    rows = [
        [
            line.lot.lot_no if line.lot else bill.note,
            line.pollutant.name_zh,
            plain(line.quantity_mg, unit="t", places=3),
            yuan(line.price),
            plain(line.years),
            plain(line.discount),
            yuan(line.amount),
        ]
        for line in lines
    ]
    award = getattr(bill, "award", None)
    if award:
        rows.append(["减：保证金抵价款", "", "", "", "", "", f"−{yuan(award.deposit_used)}"])
    return rows


def content_hash(bill: Bill, lines: list[BillLine]) -> str:
    """What the paper says, hashed: a forged figure does not fit it."""
    return kits.sha256_of(
        {
            "bill": bill.bill_no,
            "enterprise": bill.enterprise.uscc,
            "amount": str(bill.amount.amount),
            "due": bill.due_date,
            "lines": [[line.quantity_mg, str(line.amount.amount)] for line in lines],
        }
    )


def address_of(bill: Bill) -> str:
    """Where the enterprise sees the bill and its payments after signing in."""
    return f"{settings.PUBLIC_ADDRESS}{reverse('bill', args=[bill.pk])}"
