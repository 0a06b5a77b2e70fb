"""The kinds of operation as first loaded into their table, pure; a site's own table rules."""

from dataclasses import dataclass

from ledger.rules import ANY_PURPOSE, Purpose


@dataclass(frozen=True)
class KindRow:
    """A kind of operation as first loaded into its table."""

    code: str
    name_zh: str
    name_en: str
    movements: tuple[tuple[str, str], ...]
    document_type: str = ""
    needs_approval: bool = False
    reversible_days: int = 0
    note: str = ""


P = Purpose

KINDS = (
    KindRow("GRANT", "初始分配", "grant", ((P.ISSUED, P.AVAILABLE),), "permit_version"),
    KindRow("SET_ASIDE", "预留", "set aside", ((P.ISSUED, P.RESERVE),), "reserve_order"),
    KindRow("TAKE_BACK", "收回", "take back", ((P.AVAILABLE, P.RESERVE),), "reserve_order"),
    KindRow("BUYBACK", "回购", "buy-back", ((P.AVAILABLE, P.RESERVE),), "reserve_order"),
    KindRow("RELEASE_RESERVE", "储备出让", "release of reserve", ((P.RESERVE, P.AVAILABLE),)),
    KindRow(
        "AUCTION_DELIVERY", "竞拍交割", "auction delivery", ((P.RESERVE, P.AVAILABLE),), "award"
    ),
    KindRow("LOT_TRANSFER", "转让", "transfer", ((P.AVAILABLE, P.AVAILABLE),)),
    KindRow("LOT_SPLIT", "拆分", "split", ((P.AVAILABLE, P.AVAILABLE), (P.RESERVE, P.RESERVE))),
    KindRow(
        "CARD_LOAD", "充值", "card load", ((P.AVAILABLE, P.CARD),), "voucher", reversible_days=30
    ),
    KindRow("CARD_UNLOAD", "退回", "card unload", ((P.CARD, P.AVAILABLE),), "voucher"),
    KindRow("CARD_MOVE", "换卡转移", "move between cards", ((P.CARD, P.CARD),), "card"),
    KindRow(
        "DISCHARGE",
        "排放扣减",
        "discharge debit",
        ((P.CARD, P.DISCHARGED), (P.OVERRUN, P.DISCHARGED)),
        "discharge_event",
        reversible_days=400,
    ),
    KindRow(
        "ADJUST",
        "数据调整",
        "adjustment",
        (
            (P.CARD, P.DISCHARGED),
            (P.OVERRUN, P.DISCHARGED),
            (P.DISCHARGED, P.CARD),
            (P.DISCHARGED, P.OVERRUN),
        ),
        reversible_days=400,
    ),
    KindRow(
        "OVERRUN_MAKEUP",
        "超量补足",
        "make-up of overrun",
        ((P.AVAILABLE, P.OVERRUN), (P.CARD, P.OVERRUN)),
    ),
    KindRow(
        "HOLD",
        "冻结",
        "hold",
        (
            (P.AVAILABLE, P.FROZEN),
            (P.RESERVE, P.FROZEN),
            (P.DEPOSIT, P.FROZEN),
            (P.ESCROW, P.FROZEN),
        ),
    ),
    KindRow(
        "CAPTURE",
        "扣划",
        "capture",
        (
            (P.FROZEN, P.AVAILABLE),
            (P.FROZEN, P.RESERVE),
            (P.FROZEN, P.DEPOSIT),
            (P.FROZEN, P.ESCROW),
            (P.FROZEN, P.REVENUE),
            (P.FROZEN, P.FORFEITED),
            (P.FROZEN, P.RETIRED),
        ),
    ),
    KindRow(
        "RELEASE",
        "解冻",
        "release",
        (
            (P.FROZEN, P.AVAILABLE),
            (P.FROZEN, P.RESERVE),
            (P.FROZEN, P.DEPOSIT),
            (P.FROZEN, P.ESCROW),
        ),
    ),
    KindRow("RETIRE", "替代核减", "retire", ((P.AVAILABLE, P.RETIRED), (P.RESERVE, P.RETIRED))),
    KindRow(
        "LAPSE",
        "到期失效",
        "lapse",
        ((P.AVAILABLE, P.LAPSED), (P.CARD, P.LAPSED), (P.RESERVE, P.LAPSED)),
        "quota_period",
    ),
    KindRow(
        "PERMIT_END", "许可终止收回", "end of permit", ((P.AVAILABLE, P.ISSUED), (P.CARD, P.ISSUED))
    ),
    KindRow("FEE", "应缴有偿使用费", "fee due", ((P.RECEIVABLE, P.ESCROW),), "bill"),
    KindRow(
        "PAYMENT",
        "缴款",
        "payment",
        ((P.BANK, P.REVENUE), (P.BANK, P.ESCROW), (P.BANK, P.RECEIVABLE), (P.ESCROW, P.REVENUE)),
        "payment",
    ),
    KindRow("REFUND", "退款", "refund", ((P.REVENUE, P.BANK), (P.ESCROW, P.BANK))),
    KindRow("DEPOSIT", "缴纳保证金", "deposit", ((P.BANK, P.DEPOSIT),), "sign_up"),
    KindRow("DEPOSIT_REFUND", "退还保证金", "deposit back", ((P.DEPOSIT, P.BANK),), "sign_up"),
    KindRow(
        "DEPOSIT_APPLY",
        "保证金抵价款",
        "deposit counts to price",
        ((P.DEPOSIT, P.REVENUE),),
        "award",
    ),
    KindRow("FORFEIT", "保证金不予退还", "forfeit", ((P.DEPOSIT, P.FORFEITED),), "sign_up"),
    KindRow("REVERSAL", "冲正", "reversal", ((ANY_PURPOSE, ANY_PURPOSE),)),
)
