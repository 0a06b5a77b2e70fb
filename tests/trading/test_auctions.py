"""The life of an auction: two persons, notice, sign-up, deposit, round, result, delivery."""

import datetime
from decimal import Decimal

import pytest
from djmoney.money import Money

from ledger.models import Account, Lot
from ledger.queries import ROW_CODES, verify
from ledger.rules import Purpose
from parties.models import Notice
from parties.refusals import ApprovalIsPending, ContentChanged, SamePerson
from parties.rules import Role
from shell.rules import RuleBroken
from tests import factories
from tests import factories_trading as make
from trading import formats, kits, refusals, services
from trading.models import Auction, Award, SignUp
from trading.rules import AuctionState, SignUpState

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


def yuan(amount):
    return Money(Decimal(amount), "CNY")


def balance(purpose, **owner):
    rows = Account.objects.filter(purpose=purpose, **owner)
    return sum(rows.values_list("balance", flat=True))


def test_draft_takes_its_terms_from_the_lot_and_the_standard(city):
    auction = make.draft(city)
    assert auction.state == AuctionState.DRAFT
    assert auction.params == {"max_bids": 10, "winners_percent": 70, "last_winner": "CUT"}
    assert (auction.deposit_percent, auction.right_to) == (10, datetime.date(2031, 12, 31))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity_mg": 21 * make.TONNE}, "T316"),
        ({"quantity_mg": 10 * make.TONNE + 1}, "T316"),
        ({"years": 6}, "T316"),
        ({"right_from": datetime.date(2026, 12, 1)}, "T316"),
        ({"closes_at": make.OPENS}, "T312"),
        ({"format": "lottery"}, "T320"),
        ({"last_winner": "FIRST"}, "T322"),
    ],
)
def test_draft_that_cannot_be_held_is_refused(city, changes, code):
    with pytest.raises((RuleBroken, refusals.Refusal)) as caught:
        make.draft(city, **changes)
    assert caught.value.code == code
    assert not Auction.objects.exists()


def test_draft_without_a_standard_is_refused(city, trader):
    with pytest.raises(refusals.NoAuctionStandard):
        services.draft_auction(
            by=trader, lot=make.reserve_lot(city), terms=make.terms(), now=make.NOW
        )


def test_a_lot_is_in_one_live_auction(city, trader):
    lot = make.reserve_lot(city)
    first = make.draft(city, lot=lot)
    with pytest.raises(refusals.LotAlreadyOffered):
        make.draft(city, lot=lot)
    services.discard_auction(by=trader, auction=first, reason="另行安排")
    make.draft(city, lot=lot)


def test_the_maker_cannot_approve_and_a_changed_draft_voids_the_approval(city, trader):
    auction = make.draft(city)
    approval = services.request_auction_approval(by=trader, auction=auction, now=make.NOW)
    decide = {"auction": auction, "approval": approval, "granted": True, "reason": ""}
    with pytest.raises(SamePerson):
        services.decide_auction(by=trader, now=make.NOW, **decide)
    services.revise_auction(by=trader, auction=auction, terms=make.terms(floor_fen=500_000))
    second = make.member(city, Role.TRADING_DESK)
    with pytest.raises(ContentChanged):
        services.decide_auction(by=second, now=make.NOW, **decide)
    services.decide_auction(by=second, now=make.NOW, **decide | {"granted": False})
    auction.refresh_from_db()
    assert auction.state == AuctionState.DRAFT
    services.request_auction_approval(by=trader, auction=auction, now=make.NOW)
    with pytest.raises(ApprovalIsPending):
        services.request_auction_approval(by=trader, auction=auction, now=make.NOW)


def test_terms_are_fixed_after_approval(city, trader):
    auction = make.approved(city)
    with pytest.raises(refusals.TermsAreFixed):
        services.revise_auction(by=trader, auction=auction, terms=make.terms())


def test_the_notice_must_stand_its_days(city, trader):
    auction = make.approved(city)
    with pytest.raises(RuleBroken, match="T313"):
        services.announce_auction(by=trader, auction=auction, now=make.NOW + 4 * make.DAY)


def test_only_announced_auctions_are_seen_outside(city, agent, trader):
    draft, public = make.draft(city), make.announced(city)
    assert list(Auction.objects.for_actor(None)) == [public]
    assert list(Auction.objects.for_actor(agent)) == [public]
    assert set(Auction.objects.for_actor(trader)) == {draft, public}


def test_sign_up_computes_the_deposit(city, agent):
    """4 000 yuan × 10 % × 5 t × 5 years."""
    new = make.sign_up(make.announced(city), agent)
    assert (new.deposit, new.state) == (yuan(10_000), SignUpState.APPLIED)


def test_sign_up_refusals(city, agent, rival, trader):
    auction = make.announced(city)
    with pytest.raises(refusals.BidOverSupply):
        make.sign_up(auction, agent, tonnes=11)
    with pytest.raises(refusals.OwnStaffBids):
        services.sign_up(
            by=trader,
            auction=auction,
            enterprise=agent.enterprise,
            quantity_mg=make.TONNE,
            consent_slip_no="LX-X",
            now=make.NOW,
        )
    make.sign_up(auction, agent)
    with pytest.raises(refusals.AlreadySignedUp):
        make.sign_up(auction, agent)
    late = {"quantity_mg": make.TONNE, "consent_slip_no": "LX-Y", "now": make.SIGN_UP_TO}
    with pytest.raises(refusals.SignUpClosed):
        services.sign_up(by=rival, auction=auction, enterprise=rival.enterprise, **late)


def test_staff_of_a_bureau_cannot_bid_for_an_enterprise(city, agent):
    auction = make.opened(city, agent)
    factories.Membership.objects.create(
        user=agent.user,
        role=Role.GRID_INSPECTOR,
        bureau=city.bureau,
        valid_from=datetime.date(2020, 1, 1),
    )
    with pytest.raises(refusals.OwnStaffBids):
        make.bid(auction, agent, 4000)


def test_deposit_must_be_whole_and_serves_once(city, agent, trader):
    finance = make.member(city, Role.FINANCE)
    new = make.qualified(make.announced(city), agent)
    take = {"by": finance, "sign_up": new, "paid_on": make.NOW.date(), "now": make.NOW}
    with pytest.raises(refusals.AmountNotDeposit):
        services.take_deposit(amount_fen=999_999, bank_reference="DEP-1", **take)
    first = services.take_deposit(amount_fen=1_000_000, bank_reference="DEP-1", **take)
    assert services.take_deposit(amount_fen=1_000_000, bank_reference="DEP-1", **take) == first
    with pytest.raises(refusals.SignUpStepNotAllowed):
        services.take_deposit(amount_fen=1_000_000, bank_reference="DEP-2", **take)
    new.refresh_from_db()
    assert (new.state, new.paddle_no) == (SignUpState.ADMITTED, 1)
    assert balance(Purpose.DEPOSIT) == 1_000_000


def test_a_refused_sign_up_needs_a_reason_and_cannot_bid(city, agent, trader):
    new = make.sign_up(make.announced(city), agent)
    with pytest.raises(refusals.ReasonMissing):
        services.refuse_sign_up(by=trader, sign_up=new, reason=" ", now=make.NOW)
    services.refuse_sign_up(by=trader, sign_up=new, reason="联系单无效", now=make.NOW)
    with pytest.raises(refusals.NotQualified):
        make.bid(new.auction, agent, 4000)
    with pytest.raises(RuleBroken, match="T311"):
        services.qualify(by=trader, sign_up=new, now=make.NOW)


def test_a_bidder_without_deposit_cannot_bid(city, agent):
    auction = make.announced(city)
    make.qualified(auction, agent)
    with pytest.raises(refusals.DepositMissing):
        make.bid(auction, agent, 4000)


def test_the_result_can_be_recomputed_from_the_kit(city, agent, rival):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4010)
    make.bid(auction, rival, 4020)
    make.bid(auction, agent, 4030)
    auction = make.closed(auction)
    kit = kits.kit_of(auction)
    assert formats.run(kit) == auction.result
    assert kits.sha256_of(kit) == auction.kit_sha256
    assert [row["price"] for row in auction.result["awards"]] == ["4030.00"]


def test_the_whole_way_from_bid_to_delivered_right(city, agent, rival):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4500)
    make.bid(auction, rival, 4200)
    auction = make.closed(auction)
    award = auction.awards.get()
    assert (award.amount, award.bill.amount) == (yuan(112_500), yuan(102_500))
    make.pay(award.bill)
    assert balance(Purpose.REVENUE) == 0
    assert balance(Purpose.ESCROW) == 10_250_000
    award = services.deliver_award(by=award.bill.payments.get().taken_by, award=award, now=make.NOW)
    lot = Lot.objects.get(enterprise=agent.enterprise)
    assert (lot.source, lot.paid_state, lot.price) == ("AUCTION", "PAID", yuan(4500))
    assert (lot.quantity_per_year, lot.valid_to) == (5 * make.TONNE, datetime.date(2031, 12, 31))
    assert balance(Purpose.REVENUE) == 11_250_000
    assert balance(Purpose.AVAILABLE, enterprise=agent.enterprise) == 25 * make.TONNE
    auction.refresh_from_db()
    assert auction.state == AuctionState.SETTLED
    loser = auction.sign_ups.get(enterprise=rival.enterprise)
    assert loser.state == SignUpState.TO_RETURN
    assert list(verify(only=ROW_CODES)) == []
    assert Notice.objects.filter(enterprise=agent.enterprise, text_en__contains="won").exists()
    assert Notice.objects.filter(enterprise=rival.enterprise, text_en__contains="back").exists()


def test_closing_and_delivering_twice_change_nothing(city, agent):
    auction = make.opened(city, agent)
    make.bid(auction, agent, 4500)
    auction = make.closed(auction)
    assert make.closed(auction).awards.count() == 1
    award = auction.awards.get()
    make.pay(award.bill)
    desk = make.member(city, Role.TRADING_DESK)
    first = services.deliver_award(by=desk, award=award, now=make.NOW)
    assert services.deliver_award(by=desk, award=award, now=make.NOW).lot == first.lot
    assert Lot.objects.filter(enterprise=agent.enterprise).count() == 1


def test_nothing_is_delivered_before_the_price_is_in(city, agent, trader):
    auction = make.opened(city, agent)
    make.bid(auction, agent, 4500)
    award = make.closed(auction).awards.get()
    make.pay(award.bill, fen=100)
    with pytest.raises(refusals.PriceNotPaid):
        services.deliver_award(by=trader, award=award, now=make.NOW)
    assert not Lot.objects.filter(enterprise=agent.enterprise).exists()


def test_a_delivery_that_fails_leaves_money_and_rights_untouched(city, agent, trader):
    auction = make.opened(city, agent)
    make.bid(auction, agent, 4500)
    award = make.closed(auction).awards.get()
    make.pay(award.bill)
    # The reserve lost the quantity in the meantime: the transfer of the lot must fail.
    Lot.objects.filter(pk=auction.lot_id).update(quantity_per_year=make.TONNE)
    before = dict(Account.objects.values_list("pk", "balance"))
    with pytest.raises(refusals.Refusal, match="L203"):
        services.deliver_award(by=trader, award=award, now=make.NOW)
    assert dict(Account.objects.values_list("pk", "balance")) == before
    award.refresh_from_db()
    assert (award.state, award.sign_up.state) == ("PENDING", SignUpState.WON)


def test_a_deposit_is_returned_exactly_once(city, agent, rival):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4500)
    make.bid(auction, rival, 4200)
    make.closed(auction)
    finance = make.member(city, Role.FINANCE)
    loser = auction.sign_ups.get(enterprise=rival.enterprise)
    back = {"by": finance, "sign_up": loser, "now": make.CLOSES}
    services.return_deposit(bank_reference="RET-0001", **back)
    services.return_deposit(bank_reference="RET-0001", **back)
    with pytest.raises(RuleBroken, match="T311"):
        services.return_deposit(bank_reference="RET-0002", **back)
    assert balance(Purpose.DEPOSIT, enterprise=rival.enterprise) == 0
    assert balance(Purpose.BANK) == -1_000_000
    winner = auction.sign_ups.get(enterprise=agent.enterprise)
    with pytest.raises(RuleBroken, match="T311"):
        services.return_deposit(bank_reference="RET-0003", **back | {"sign_up": winner})


def test_a_deposit_larger_than_the_price_is_returned_in_part(city, agent, rival, trader):
    """The last winner gets 0.1 t (50 yuan) of the 10 t for which he paid 500 yuan deposit."""
    make.auction_standard(city, winners_percent=100)
    supply = 101 * make.TONNE // 10
    auction = make.opened(city, agent, rival, tonnes=10, floor_fen=10_000, quantity_mg=supply)
    make.bid(auction, agent, 200, tonnes=10)
    make.bid(auction, rival, 100, tonnes=10)
    award = make.closed(auction).awards.get(sign_up__enterprise=rival.enterprise)
    assert (award.amount, award.deposit_used, award.bill) == (yuan(50), yuan(50), None)
    services.deliver_award(by=trader, award=award, now=make.CLOSES)
    assert balance(Purpose.DEPOSIT, enterprise=rival.enterprise) == 0
    assert balance(Purpose.REVENUE) == 5_000
    assert balance(Purpose.BANK) == -(50_000 + 5_000)


def test_no_bid_means_no_sale_and_the_lot_is_free_again(city, agent):
    auction = make.closed(make.opened(city, agent))
    assert auction.state == AuctionState.NO_SALE
    assert auction.result["awards"] == []
    assert auction.sign_ups.get().state == SignUpState.TO_RETURN
    make.draft(city, lot=auction.lot)


def test_a_round_nobody_opened_closes_without_bids(city, trader):
    auction = make.closed(make.announced(city))
    assert auction.state == AuctionState.NO_SALE


def test_a_round_that_runs_is_not_closed(city, trader):
    auction = make.opened(city)
    with pytest.raises(refusals.RoundNotOver):
        services.close_auction(by=trader, auction=auction, now=make.CLOSES - MINUTE)


def test_a_stop_needs_two_persons_and_a_reason_and_frees_the_deposits(city, agent, trader):
    auction = make.opened(city, agent)
    with pytest.raises(refusals.ReasonMissing):
        services.ask_stop(by=trader, auction=auction, reason="", now=make.OPENS)
    approval = services.ask_stop(by=trader, auction=auction, reason="网络中断", now=make.OPENS)
    decide = {"auction": auction, "approval": approval, "granted": True, "reason": ""}
    with pytest.raises(SamePerson):
        services.decide_stop(by=trader, now=make.OPENS, **decide)
    second = make.member(city, Role.TRADING_DESK)
    stopped = services.decide_stop(by=second, now=make.OPENS, **decide)
    assert (stopped.state, stopped.stop_reason) == (AuctionState.STOPPED, "网络中断")
    assert stopped.sign_ups.get().state == SignUpState.TO_RETURN
    with pytest.raises(RuleBroken, match="T304"):
        make.bid(auction, agent, 4500)


def test_a_stop_that_is_refused_lets_the_auction_go_on(city, agent, trader):
    auction = make.opened(city, agent)
    approval = services.ask_stop(by=trader, auction=auction, reason="x", now=make.OPENS)
    second = make.member(city, Role.TRADING_DESK)
    after = services.decide_stop(
        by=second, auction=auction, approval=approval, granted=False, reason="", now=make.OPENS
    )
    assert (after.state, after.stop_reason) == (AuctionState.OPEN, "")


def test_an_announced_auction_is_not_discarded_by_one_person(city, trader):
    with pytest.raises(RuleBroken, match="T310"):
        services.discard_auction(by=trader, auction=make.announced(city), reason="x")


def test_a_winner_who_does_not_pay_loses_the_deposit(city, agent, trader):
    auction = make.opened(city, agent)
    make.bid(auction, agent, 4500)
    award = make.closed(auction).awards.get()
    make.pay(award.bill, fen=100)
    default = {"by": trader, "award": award, "reason": "逾期未缴"}
    with pytest.raises(refusals.NotYetOverdue):
        services.declare_default(now=make.CLOSES, **default)
    services.declare_default(now=make.CLOSES + 30 * make.DAY, **default)
    assert balance(Purpose.FORFEITED) == 1_000_000 == -balance(Purpose.BANK)
    assert balance(Purpose.ESCROW) == 0
    award.refresh_from_db()
    assert (award.state, award.bill.state) == ("DEFAULTED", "CANCELLED")
    auction.refresh_from_db()
    assert auction.state == AuctionState.SETTLED
    assert SignUp.objects.get().state == SignUpState.FORFEITED
    assert Award.objects.get().lot is None
    with pytest.raises(refusals.AuctionStepNotAllowed):
        services.deliver_award(by=trader, award=award, now=make.CLOSES)


def test_the_reserve_document_serves_once(city, trader):
    order = {
        "by": trader,
        "region": city,
        "document_no": "清环储〔2026〕9号",
        "pollutant": make.pollutant(),
        "quantity_mg": make.TONNE,
        "valid_from": datetime.date(2027, 1, 1),
        "valid_to": datetime.date(2027, 12, 31),
        "reason": "预留",
        "now": make.NOW,
    }
    first = services.set_aside(**order)
    assert services.set_aside(**order) == first
    assert balance(Purpose.RESERVE) == make.TONNE
    with pytest.raises(refusals.DocumentUsed):
        services.set_aside(**order | {"quantity_mg": 2})
    with pytest.raises(refusals.NotMass):
        services.set_aside(**order | {"pollutant": make.pollutant("WATER")})
