"""The documents behind operations, for the ledger's statements: only this layer knows them all."""

from django.utils.translation import gettext_lazy as _

from ledger.documents import Document, register

TABLE = {
    "permit_version": Document(
        _("permit version"), "permit", via=("permits.PermitVersion", "permit_id")
    ),
    "permit_ending": Document(
        _("end of the permit"), "permit", via=("permits.Ending", "permit_id")
    ),
    "voucher": Document(_("voucher"), "voucher"),
    "card": Document(_("card"), "card"),
    "discharge_event": Document(_("discharge event"), "discharge"),
    "quota_period": Document(_("end of the quota period")),
    "reserve_order": Document(_("reserve order"), "reserve_order"),
    "bill": Document(_("bill"), "bill"),
    "payment": Document(_("payment"), "bill", via=("trading.Payment", "bill_id")),
    "sign_up": Document(_("sign-up"), "auction", via=("trading.SignUp", "auction_id")),
    "award": Document(_("award"), "auction", via=("trading.Award", "auction_id")),
    "hold": Document(_("hold")),
}


def register_all() -> None:
    """Once, when Django is ready."""
    for kind, document in TABLE.items():
        register(kind, document)
