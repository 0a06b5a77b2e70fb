"""How records are called in histories, and what apps add to each other's: only this layer knows
all of them."""

from django.utils.translation import gettext_lazy as _

from ledger.history_lines import QUANTITIES, name_records, quantity_word
from ledger.stories import Records, contribute
from parties.queries import name_figures, name_reasons

# What services write as a reason, alone or before a number.
REASONS = {
    "award": _("award, place"),
    "bill": _("bill"),
    "deposit returned": _("deposit returned"),
    "payment": _("payment"),
    "LOT_SPLIT": _("lot split"),
    "LOT_TRANSFER": _("lot transferred"),
    "LOT_MERGE": _("lots merged"),
    "AUCTION_DELIVERY": _("auctioned right delivered"),
    "LEASE": _("lot leased out"),
    "LEASE_END": _("lease ended"),
    "RETIRE": _("retired by replacement ratio"),
}
NAMES = {
    "parties.Enterprise": _("enterprise"),
    "parties.Membership": _("role of a person"),
    "parties.User": _("person's account"),
    "ledger.Lot": _("lot"),
    "ledger.Hold": _("hold"),
    "permits.Site": _("site"),
    "permits.Facility": _("production or treatment unit"),
    "permits.Project": _("project"),
    "permits.BasicChange": _("change of the unit's data"),
    "permits.Classification": _("management class"),
    "permits.ClassAnswer": _("answer to the catalogue"),
    "permits.MonitoringItem": _("line of the self-monitoring plan"),
    "permits.Duty": _("management duty"),
    "permits.Replacement": _("reduction or replacement"),
    "permits.Attachment": _("attachment"),
    "permits.Enquiry": _("question before the decision"),
    "permits.VerifiedQuantity": _("verified total"),
    "permits.Permit": _("permit"),
    "permits.PermitVersion": _("permit version"),
    "permits.Ending": _("end of the permit"),
    "permits.Application": _("application"),
    "permits.RequestedLimit": _("limit asked for"),
    "permits.ClockPause": _("pause of the clock"),
    "permits.Panel": _("collective review"),
    "permits.PanelVote": _("vote"),
    "permits.ExecutionReport": _("execution report"),
    "permits.ReportLine": _("line of a report"),
    "permits.RightsCertificate": _("certificate of a right"),
    "permits.Decision": _("proposed decision"),
    "cardswipe.Card": _("card"),
    "cardswipe.CardBinding": _("binding of a card"),
    "cardswipe.Voucher": _("voucher"),
    "cardswipe.Controller": _("controller"),
    "cardswipe.ValveOrder": _("valve order"),
    "cardswipe.Alarm": _("alarm"),
    "trading.Bill": _("bill"),
    "trading.Auction": _("auction"),
    "trading.SignUp": _("sign-up"),
    "trading.Award": _("award"),
}


def register_all() -> None:
    """Once, when Django is ready."""
    name_records(NAMES)
    name_reasons(REASONS)
    name_figures(dict.fromkeys(QUANTITIES, quantity_word))
    contribute(
        "enterprise",
        Records("permits.Site", "enterprise_id"),
        Records("permits.Facility", "site__enterprise_id"),
        Records("permits.Permit", "site__enterprise_id"),
        Records("cardswipe.Card", "enterprise_id"),
        Records("cardswipe.Voucher", "enterprise_id"),
        Records("trading.Bill", "enterprise_id"),
        Records("trading.SignUp", "enterprise_id"),
    )
    contribute("lot", Records("permits.RightsCertificate", "lot_id"))
    contribute("lot", Records("trading.Award", "lot_id"), Records("trading.Auction", "lot_id"))
