"""Addresses of trading."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from parties import subjects
from trading.views import bills, desk, public, regulation, room, sign_ups

one_auction = [
    path("", public.auction, name="auction"),
    path("kit.json", public.auction_kit, name="auction_kit"),
    path("rules/", public.auction_rules, name="auction_rules"),
    path("sign-up/", room.auction_sign_up, name="auction_sign_up"),
    path("room/", room.auction_room, name="auction_room"),
    path("board/", room.auction_board, name="auction_board"),
    path("bids/", room.auction_bid, name="auction_bid"),
]

desk_auction = [
    path("", desk.desk_auction, name="desk_auction"),
    path("chain/", desk.auction_chain, name="auction_chain"),
    path("history/", desk.auction_history, name="auction_history"),
    path("edit/", desk.auction_edit, name="auction_edit"),
    path("ask/", desk.auction_ask, name="auction_ask"),
    path("decide/", desk.auction_decide, name="auction_decide"),
    path("announce/", desk.auction_announce, name="auction_announce"),
    path("stop/", desk.auction_stop, name="auction_stop"),
]

one_sign_up = [
    path("qualify/", sign_ups.sign_up_qualify, name="sign_up_qualify"),
    path("refuse/", sign_ups.sign_up_refuse, name="sign_up_refuse"),
    path("deposit/", sign_ups.sign_up_deposit, name="sign_up_deposit"),
    path("return/", sign_ups.sign_up_return, name="sign_up_return"),
]

one_bill = [
    path("", bills.bill, name="bill"),
    path("chain/", bills.bill_chain, name="bill_chain"),
    path("history/", bills.bill_history, name="bill_history"),
    path("pdf/", bills.bill_pdf, name="bill_pdf"),
    path("payment/", bills.bill_pay, name="bill_pay"),
    path("cancel/", bills.bill_cancel, name="bill_cancel"),
]

subjects.register(
    "auction",
    name=_("auction"),
    url_name="desk_auction",
    argument="auction_id",
    decides_itself=True,
    number=("trading.Auction", "auction_no"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("auctions/", public.auctions, name="auctions"),
    path("auctions/<int:auction_id>/", include(one_auction)),
    path("bids/<int:bid_id>/receipt/", room.bid_receipt, name="bid_receipt"),
    path("fee-standards/", public.fee_standards, name="fee_standards"),
    path("fee-standards/new/", regulation.fee_standard_new, name="fee_standard_new"),
    path("bills/", bills.bills, name="bills"),
    path("bills/new/", bills.bill_new, name="bill_new"),
    path("bills/<int:bill_id>/", include(one_bill)),
    path("desk/auctions/", desk.desk_auctions, name="desk_auctions"),
    path("desk/auctions/new/", desk.auction_new, name="auction_new"),
    path("desk/auctions/<int:auction_id>/", include(desk_auction)),
    path("desk/sign-ups/<int:sign_up_id>/", include(one_sign_up)),
    path("desk/awards/<int:award_id>/deliver/", sign_ups.award_deliver, name="award_deliver"),
    path("desk/awards/<int:award_id>/default/", sign_ups.award_default, name="award_default"),
    path("desk/reserve/", regulation.reserve, name="reserve"),
    path("desk/reserve/new/", regulation.reserve_new, name="reserve_new"),
    path("desk/trading/", regulation.trading_home, name="trading_home"),
    path("desk/auction-standards/", regulation.auction_standards, name="auction_standards"),
    path(
        "desk/auction-standards/new/",
        regulation.auction_standard_new,
        name="auction_standard_new",
    ),
]
