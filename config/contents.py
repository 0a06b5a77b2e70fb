"""How the contents that second persons approve are named: only this layer knows them all."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from cardswipe.models.valves import VALVE_ACTION_NAMES
from ledger.models.accounts import Restriction
from ledger.models.assets import Medium
from ledger.models.requests import LotAct, RequestKind
from parties import contents
from permits.models.applications import KIND_NAMES, ManagementClass
from permits.models.permits import PermitState
from permits.models.sites import DischargeMode, OutletKind
from shell.refusals import Text

PERMIT: Mapping[str, Text] = {
    "permit_no": _("Permit number"),
    "version": _("Version"),
    "business_type": _("Kind of application"),
    "application_no": _("Application number"),
    "management_class": _("Management class"),
    "unit": _("Pollutant-discharging unit"),
    "name": _("Name"),
    "name_zh": _("Name in Chinese"),
    "name_en": _("Name in English"),
    "uscc": _("Unified social credit code"),
    "address": _("Address"),
    "legal_representative": _("Legal representative"),
    "industry_code": _("Industry code"),
    "industry_name": _("Industry"),
    "site": _("Site"),
    "site_no": _("Site number"),
    "region": _("Region"),
    "region_zh": _("Region in Chinese"),
    "region_en": _("Region in English"),
    "basin": _("Basin"),
    "air_shed": _("Air-shed"),
    "issuer": _("Issuing bureau"),
    "outlets": _("Outlets"),
    "code": _("Number"),
    "medium": _("Medium"),
    "mode": _("Way of discharge"),
    "destination": _("Destination"),
    "position": _("Position"),
    "limits": _("Limits"),
    "pollutant": _("Pollutant"),
    "pollutant_zh": _("Pollutant in Chinese"),
    "pollutant_en": _("Pollutant in English"),
    "concentration": _("Concentration"),
    "quantity_per_year": _("Quantity per year"),
    "quantity_per_day": _("Quantity per day"),
    "ends_as": _("The permit becomes"),
    "legal_basis": _("Legal basis"),
    "monitoring": _("Self-monitoring plan"),
    "method": _("Method"),
    "frequency": _("Frequency"),
    "duties": _("Duties"),
    "project": _("Project"),
    "years": _("Years"),
    "special_periods": _("Special periods"),
}
TRADING: Mapping[str, Text] = {
    "auction": _("Auction number"),
    "supply": _("Quantity offered (t per year)"),
    "lot_size": _("Smallest quantity (t per year)"),
    "reserve_price": _("Start price (yuan per t per year)"),
    "step": _("Bid step (yuan per t per year)"),
    "seed": _("Seed of the draw"),
    "params": _("Settings of the format"),
    "max_bids": _("Bids per bidder"),
    "winners_percent": _("Winners (% of the bidders)"),
    "last_winner": _("Last winner"),
    "opens_at": _("Opens at"),
    "closes_at": _("Closes at"),
    "lot": _("Lot (number in the books)"),
    "right_from": _("Right valid from"),
    "deposit_percent": _("Deposit (%)"),
    "sign_up": _("Sign-up from – to"),
}
LEDGER: Mapping[str, Text] = {
    "period": _("Quota period"),
    "first_day": _("First day"),
    "last_day": _("Last day"),
    "account": _("Account (number in the books)"),
    "holder": _("Holder"),
    "from": _("From"),
    "to": _("To"),
    "document": _("Document"),
    "corrects": _("Corrects operation"),
    "reverses": _("Reverses operation"),
    "moves": _("Movements (from account, to account, amount, overflow)"),
    "scope": _("Scope of the key"),
    "lot_act": _("What is done with the lot"),
    "lot_no": _("Lot"),
    "lots": _("Lots"),
    "lot_ids": _("Lots (numbers in the books)"),
    "to_name": _("Leased to"),
    "to_id": _("Leased to (number in the books)"),
    "price_fen": _("Price (fen per t per year)"),
    "placing": _("Releases request"),
    "paper": _("Number of the document"),
    "paper_issuer": _("Issued by"),
    "key": _("Key"),
}
SHARED: Mapping[str, Text] = {
    "format": _("Format"),
    "kind": _("Kind"),
    "reason": _("Reason"),
    "action": _("Act"),
    "mn": _("Controller (MN)"),
    "controller": _("Controller"),
    "quantity": _("Quantity"),
}
LAST_WINNER: Mapping[str, Text] = {
    "CUT": _("gets what is left"),
    "ALL_OR_NONE": _("gets all of its quantity or nothing"),
}
FORMAT_NAMES: Mapping[str, Text] = {"single_round": _("Single round (Zhejiang)")}


def register_all() -> None:
    """Make every content readable on the page of approvals."""
    contents.name(
        {**PERMIT, **TRADING, **LEDGER, **SHARED},
        business_type=KIND_NAMES,
        ends_as=dict(PermitState.choices),
        management_class=dict(ManagementClass.choices),
        medium=dict(Medium.choices),
        kind=dict(OutletKind.choices) | dict(RequestKind.choices),
        mode=dict(DischargeMode.choices),
        action=VALVE_ACTION_NAMES,
        lot_act=dict(LotAct.choices),
        last_winner=LAST_WINNER,
        format=FORMAT_NAMES,
        **{"from": dict(Restriction.choices), "to": dict(Restriction.choices)},
    )
