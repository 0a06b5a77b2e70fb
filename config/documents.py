"""The documents behind operations, for the ledger's statements: only this layer knows them all."""

from django.utils.translation import gettext_lazy as _

from ledger import origins
from ledger.documents import Document, named, register

PERMIT_NO = "permit__permit_no"

TABLE = {
    "permit_version": Document(
        _("permit version"),
        "permit",
        via=("permits.PermitVersion", "permit_id"),
        numbers=named("permits.PermitVersion", PERMIT_NO, "number", form="{} v{}"),
    ),
    "permit_ending": Document(
        _("end of the permit"),
        "permit",
        via=("permits.Ending", "permit_id"),
        numbers=named("permits.Ending", PERMIT_NO),
    ),
    "application": Document(
        _("application"),
        "application",
        numbers=named("permits.Application", "application_no"),
    ),
    "voucher": Document(
        _("voucher"),
        "voucher",
        numbers=named("cardswipe.Voucher", "region_id", "serial", form="CZ{}-{:06d}"),
    ),
    "card": Document(_("card"), "card", numbers=named("cardswipe.Card", "card_no")),
    "discharge_event": Document(
        _("discharge event"),
        "discharge",
        numbers=named("cardswipe.DischargeEvent", "started_at"),
    ),
    "quota_period": Document(
        _("end of the quota period"), numbers=named("ledger.QuotaPeriod", "label")
    ),
    "lot": Document(_("lot"), "lot", numbers=named("ledger.Lot", "lot_no")),
    "reserve_order": Document(
        _("reserve order"),
        "reserve_order",
        numbers=named("trading.ReserveOrder", "document_no"),
    ),
    "bill": Document(_("bill"), "bill", numbers=named("trading.Bill", "bill_no")),
    "payment": Document(
        _("payment"),
        "bill",
        via=("trading.Payment", "bill_id"),
        numbers=named("trading.Payment", "bank_reference"),
    ),
    "sign_up": Document(
        _("sign-up"),
        "auction",
        via=("trading.SignUp", "auction_id"),
        numbers=named("trading.SignUp", "auction__auction_no"),
    ),
    "award": Document(
        _("award"),
        "auction",
        via=("trading.Award", "auction_id"),
        numbers=named("trading.Award", "auction__auction_no", "place", form="{}-{}"),
    ),
    "hold": Document(_("hold")),
    "ledger_request": Document(_("request about the ledger"), "ledger_request"),
}


def register_all() -> None:
    """Once, when Django is ready."""
    from permits.queries.papers import applications_of_lots
    from trading.queries.papers import bills_of_lots

    for kind, document in TABLE.items():
        register(kind, document)
    for source in (applications_of_lots, bills_of_lots):
        origins.register(source)
