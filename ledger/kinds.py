"""The kinds of operation as first loaded into their tables, pure; a site's own tables rule."""

from dataclasses import dataclass

from ledger.rules import ANY_PURPOSE, Purpose
from parties.rules import Act


@dataclass(frozen=True)
class KindRow:
    """A kind of operation as first loaded: what it is, and its first rule, in force everywhere.

    `starters`: who may start it, by act; none: processes of the system only. `documents`: the
    documents it may stand on; none: any. Days of `backdate`: how long before its posting it may
    take effect; None: no limit.
    """

    code: str
    name_zh: str
    name_en: str
    movements: tuple[tuple[str, str], ...]
    starters: tuple[Act, ...] = ()
    documents: tuple[str, ...] = ()
    must_correct: bool = False
    needs_approval: bool = False
    cool_off: int = 0
    reversible: int = 0
    backdate: int | None = None
    basis: str = ""
    note: str = ""


P = Purpose
RULE_38 = "国办发〔2014〕38号"
RULE_61 = "财税〔2015〕61号"
CARD_USE = "浙江省刷卡排污总量控制制度"
CONTROL = "账务内部控制(环境管理台账要求)"

HELD = (P.AVAILABLE, P.RESERVE, P.DEPOSIT, P.ESCROW)
DISCHARGES = ((P.CARD, P.DISCHARGED), (P.OVERRUN, P.DISCHARGED))

GRANTING = (
    KindRow(
        "GRANT",
        "初始分配",
        "grant",
        ((P.ISSUED, P.AVAILABLE),),
        starters=(Act.ISSUE_PERMIT,),
        documents=("permit_version",),
        basis=RULE_38,
    ),
    KindRow(
        "SET_ASIDE",
        "预留",
        "set aside",
        ((P.ISSUED, P.RESERVE),),
        starters=(Act.RUN_TRADING,),
        documents=("reserve_order",),
        basis=RULE_38,
    ),
    KindRow(
        "TAKE_BACK",
        "收回",
        "take back",
        ((P.AVAILABLE, P.RESERVE),),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
        documents=("reserve_order", "ledger_request"),
        needs_approval=True,
        backdate=0,
        basis=RULE_38,
        note="无偿收回须经第二人审批",
    ),
    KindRow(
        "BUYBACK",
        "回购",
        "buy-back",
        ((P.AVAILABLE, P.RESERVE),),
        starters=(Act.RUN_TRADING,),
        documents=("reserve_order",),
        basis=RULE_38,
    ),
    KindRow(
        "RELEASE_RESERVE",
        "储备出让",
        "release of reserve",
        ((P.RESERVE, P.AVAILABLE),),
        starters=(Act.RUN_TRADING,),
        basis=RULE_61,
    ),
    KindRow(
        "AUCTION_DELIVERY",
        "竞拍交割",
        "auction delivery",
        ((P.RESERVE, P.AVAILABLE),),
        starters=(Act.RUN_TRADING, Act.TAKE_PAYMENT),
        documents=("award",),
        basis=RULE_61,
    ),
)

LOTS = (
    KindRow(
        "LOT_TRANSFER",
        "转让",
        "transfer",
        ((P.AVAILABLE, P.AVAILABLE),),
        starters=(Act.RUN_TRADING,),
        basis=RULE_38,
        note="冷静期工作日数由各地确定, 暂为0",
    ),
    KindRow(
        "LOT_SPLIT",
        "拆分",
        "split",
        ((P.AVAILABLE, P.AVAILABLE), (P.RESERVE, P.RESERVE)),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
    ),
    KindRow(
        "LOT_MERGE",
        "合并",
        "merge",
        ((P.AVAILABLE, P.AVAILABLE), (P.RESERVE, P.RESERVE)),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
    ),
    KindRow(
        "LEASE",
        "租赁",
        "lease",
        ((P.AVAILABLE, P.AVAILABLE),),
        starters=(Act.RUN_TRADING,),
        note="浙江省租赁期限无明文, 期满自动归还出租方",
    ),
    KindRow(
        "LEASE_END",
        "租赁归还",
        "end of lease",
        ((P.AVAILABLE, P.AVAILABLE),),
        starters=(Act.RUN_TRADING,),
    ),
    KindRow(
        "RETIRE",
        "替代核减",
        "retire",
        ((P.AVAILABLE, P.RETIRED), (P.RESERVE, P.RETIRED)),
        starters=(Act.RUN_TRADING, Act.ISSUE_PERMIT),
        basis="环发〔2014〕197号",
    ),
    KindRow(
        "LAPSE",
        "到期失效",
        "lapse",
        ((P.AVAILABLE, P.LAPSED), (P.CARD, P.LAPSED), (P.RESERVE, P.LAPSED)),
        starters=(Act.ADJUST_LEDGER, Act.END_PERMIT),
        documents=("quota_period", "permit_ending", "lot"),
    ),
    KindRow(
        "CARRY_OVER",
        "结转",
        "carry over",
        (
            (P.AVAILABLE, P.ISSUED),
            (P.RESERVE, P.ISSUED),
            (P.ISSUED, P.AVAILABLE),
            (P.ISSUED, P.RESERVE),
        ),
        starters=(Act.ADJUST_LEDGER,),
        documents=("quota_period",),
    ),
    KindRow(
        "PERMIT_END",
        "许可终止收回",
        "end of permit",
        ((P.AVAILABLE, P.ISSUED), (P.CARD, P.ISSUED)),
        starters=(Act.END_PERMIT, Act.ISSUE_PERMIT),
        documents=("permit_ending",),
        basis="《排污许可管理条例》",
    ),
)

CARDS = (
    KindRow(
        "CARD_LOAD",
        "充值",
        "card load",
        ((P.AVAILABLE, P.CARD),),
        starters=(Act.LOAD_CARD,),
        documents=("voucher",),
        reversible=30,
        basis=CARD_USE,
    ),
    KindRow(
        "CARD_UNLOAD",
        "退回",
        "card unload",
        ((P.CARD, P.AVAILABLE),),
        starters=(Act.LOAD_CARD, Act.MANAGE_CARDS),
        documents=("voucher",),
        basis=CARD_USE,
    ),
    KindRow(
        "CARD_MOVE",
        "卡间划转",
        "move between cards",
        ((P.CARD, P.CARD),),
        starters=(Act.MANAGE_CARDS,),
        documents=("card",),
        basis=CARD_USE,
    ),
    KindRow(
        "DISCHARGE",
        "排放扣减",
        "discharge debit",
        DISCHARGES,
        documents=("discharge_event",),
        reversible=400,
        backdate=400,
        basis=CARD_USE,
    ),
    KindRow(
        "LATE_DISCHARGE",
        "补记排放",
        "late discharge debit",
        DISCHARGES,
        starters=(Act.ADJUST_LEDGER,),
        documents=("discharge_event",),
        needs_approval=True,
        reversible=400,
        backdate=0,
        basis=CARD_USE,
        note="原配额期已关账的排放, 在未关账的配额期补记",
    ),
    KindRow(
        "ADJUST",
        "数据调整",
        "adjustment",
        (*DISCHARGES, (P.DISCHARGED, P.CARD), (P.DISCHARGED, P.OVERRUN)),
        starters=(Act.ADJUST_LEDGER,),
        must_correct=True,
        needs_approval=True,
        reversible=400,
        backdate=0,
        basis=CONTROL,
        note="只在未关账的配额期更正, 须注明原业务",
    ),
    KindRow(
        "OVERRUN_MAKEUP",
        "超量补足",
        "make-up of overrun",
        ((P.AVAILABLE, P.OVERRUN), (P.CARD, P.OVERRUN)),
        starters=(Act.LOAD_CARD, Act.ADJUST_LEDGER),
        basis=CARD_USE,
    ),
)

HOLDS = (
    KindRow(
        "HOLD",
        "冻结",
        "hold",
        tuple((purpose, P.FROZEN) for purpose in HELD),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
    ),
    KindRow(
        "PLEDGE",
        "质押冻结",
        "pledge",
        ((P.AVAILABLE, P.FROZEN),),
        starters=(Act.RUN_TRADING,),
        basis="杭银发〔2022〕21号",
    ),
    KindRow(
        "COURT_FREEZE",
        "司法冻结",
        "court freeze",
        ((P.AVAILABLE, P.FROZEN),),
        starters=(Act.ADJUST_LEDGER,),
        basis="《中华人民共和国民事诉讼法》",
    ),
    KindRow(
        "CAPTURE",
        "扣划",
        "capture",
        (
            *((P.FROZEN, purpose) for purpose in HELD),
            (P.FROZEN, P.REVENUE),
            (P.FROZEN, P.FORFEITED),
            (P.FROZEN, P.RETIRED),
        ),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
    ),
    KindRow(
        "RELEASE",
        "解冻",
        "release",
        tuple((P.FROZEN, purpose) for purpose in HELD),
        starters=(Act.RUN_TRADING, Act.ADJUST_LEDGER),
    ),
)

MONEY = (
    KindRow(
        "FEE",
        "有偿使用费",
        "paid-use fee",
        ((P.BANK, P.REVENUE),),
        starters=(Act.TAKE_PAYMENT,),
        documents=("payment",),
        backdate=400,
        basis=RULE_61,
    ),
    KindRow(
        "PAYMENT",
        "缴款",
        "payment",
        ((P.BANK, P.REVENUE), (P.BANK, P.ESCROW), (P.BANK, P.RECEIVABLE), (P.ESCROW, P.REVENUE)),
        starters=(Act.TAKE_PAYMENT, Act.RUN_TRADING),
        documents=("payment", "award"),
        backdate=400,
        basis=RULE_61,
    ),
    KindRow(
        "REFUND",
        "退款",
        "refund",
        ((P.REVENUE, P.BANK), (P.ESCROW, P.BANK)),
        starters=(Act.TAKE_PAYMENT, Act.RUN_TRADING),
        documents=("bill",),
        basis=RULE_61,
    ),
    KindRow(
        "DEPOSIT",
        "缴纳保证金",
        "deposit",
        ((P.BANK, P.DEPOSIT),),
        starters=(Act.TAKE_PAYMENT,),
        documents=("sign_up",),
        backdate=400,
    ),
    KindRow(
        "DEPOSIT_REFUND",
        "退还保证金",
        "deposit back",
        ((P.DEPOSIT, P.BANK),),
        starters=(Act.TAKE_PAYMENT, Act.RUN_TRADING),
        documents=("sign_up",),
    ),
    KindRow(
        "DEPOSIT_APPLY",
        "保证金抵价款",
        "deposit counts to price",
        ((P.DEPOSIT, P.REVENUE),),
        starters=(Act.TAKE_PAYMENT, Act.RUN_TRADING),
        documents=("award",),
    ),
    KindRow(
        "FORFEIT",
        "保证金不予退还",
        "forfeit",
        ((P.DEPOSIT, P.FORFEITED),),
        starters=(Act.TAKE_PAYMENT, Act.RUN_TRADING),
        documents=("sign_up",),
    ),
)

KINDS = (
    *GRANTING,
    *LOTS,
    *CARDS,
    *HOLDS,
    *MONEY,
    KindRow(
        "REVERSAL",
        "冲正",
        "reversal",
        ((ANY_PURPOSE, ANY_PURPOSE),),
        starters=(Act.ADJUST_LEDGER,),
        backdate=0,
        basis=CONTROL,
    ),
)
