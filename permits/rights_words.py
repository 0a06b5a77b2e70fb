"""How certificates of rights read in lists, on pages and in verdicts, in the reader's language."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from ledger.models import Hold, Lot
from permits.models import RightsCertificate
from permits.models.rights import CertificateState
from permits.queries.rights_certificates import RightsStanding, Successor
from permits.rights_rules import VoidCause
from permits.tables import Facts
from shell import figures
from shell.tables import Column, Status
from shell.units import plain


def state_of(certificate: RightsCertificate) -> Status:
    """Valid, of a term that is over, or void."""
    if certificate.state == CertificateState.VOID:
        return Status("closed", certificate.get_state_display())
    if certificate.lot.valid_to < timezone.localdate():
        return Status("unknown", _("term over"))
    return Status("normal", certificate.get_state_display())


def holder_of(certificate: RightsCertificate) -> str:
    """The holder as the paper names him."""
    said = certificate.content["right"]["holder"]
    return str((get_language() == "en" and said["name_en"]) or said["name"])


def quantity_of(certificate: RightsCertificate) -> str:
    """The certified quantity per year with its unit."""
    return exact(certificate.quantity_per_year)


def exact(mg: int) -> str:
    """A quantity to the last milligram, as the paper has it."""
    return f"{plain(mg, unit='t', places=3)} t"


CERTIFICATE_COLUMNS = [
    Column("certificate_no", gettext_lazy("Certificate number"), kind="code"),
    Column("holder", gettext_lazy("Holder"), value=holder_of),
    Column("lot.pollutant", gettext_lazy("Pollutant")),
    Column("quantity", gettext_lazy("Per year"), kind="amount", value=quantity_of),
    Column("lot.valid_to", gettext_lazy("valid to"), kind="date"),
    Column("issued_at", gettext_lazy("Issued"), kind="date"),
    Column("state", gettext_lazy("State"), kind="status", value=state_of),
]


def right_facts(certificate: RightsCertificate, *, is_whole: bool) -> Facts:
    """What the paper must say; price and document only for who has its hash or its file."""
    said = certificate.content
    right, issuer = said["right"], said["issuer"]
    is_english = get_language() == "en"
    word = "en" if is_english else "zh"
    more = [
        (_("Price per t and year"), right["price"] and f"{right['price']} {_('yuan')}"),
        (_("Acquired by"), right["document"]),
        (_("Document hash"), certificate.short_hash),
        (_("SHA-256 of the file"), bytes(certificate.document_sha256).hex()),
    ]
    return [
        (_("Certificate number"), certificate.certificate_no),
        (_("Holder"), holder_of(certificate)),
        (_("Unified social credit code"), right["holder"]["uscc"]),
        (_("Pollutant"), right[f"pollutant_{word}"]),
        (_("Quantity per year"), f"{quantity_of(certificate)}/a"),
        (_("Term"), f"{right['valid_from']} – {right['valid_to']}"),
        (_("Region"), right[f"region_{word}"]),
        (_("Basin or air-shed"), right["basin"] or None),
        (_("Lot number"), right["lot_no"]),
        (_("Source"), certificate.lot.get_source_display()),
        (_("Issuing authority"), issuer[f"name_{word}"] or issuer["name_zh"]),
        (_("Issued"), said["issue_date"]),
        *(fact for fact in more if is_whole and fact[1]),
    ]


def holder_name(lot: Lot) -> str:
    """Who holds the lot now; nobody but the government holds one without an enterprise."""
    return str(lot.enterprise or _("government reserve"))


def amount_of(lot: Lot) -> str:
    return exact(lot.quantity_per_year)


def hold_words(hold: Hold) -> str:
    """What is held, for what, and in which quota period."""
    return _("%(quantity)s of the quota period %(period)s are held: %(purpose)s.") % {
        "quantity": exact(hold.left),
        "period": hold.account.asset.period,
        "purpose": hold.purpose,
    }


def notes(standing: RightsStanding) -> list[str]:
    """What weighs on a certified right, a sentence each."""
    told = [
        _("%(quantity)s a year are leased to %(holder)s until %(day)s.")
        % {
            "quantity": amount_of(lease),
            "holder": holder_name(lease),
            "day": figures.day(lease.valid_to),
        }
        for lease in standing.leases
    ]
    told += [hold_words(hold) for hold in standing.holds]
    told += [
        _("The account of the quota period %(period)s is restricted: %(how)s.")
        % {"period": account.asset.period, "how": account.get_restriction_display()}
        for account in standing.restricted
    ]
    if standing.holder_now:
        told.append(_("The holder is now called %(name)s.") % {"name": standing.holder_now})
    if standing.is_to_come and standing.certificate:
        day = figures.day(standing.certificate.lot.valid_from)
        told.append(_("Its term begins on %(day)s.") % {"day": day})
    return told


def successor_words(certificate: RightsCertificate, successor: Successor) -> Any:
    """A right that stands in place of the certified one, with its certificate."""
    lot = successor.lot
    is_same = lot.pk == certificate.lot_id
    what = _("what is left of it") if is_same else lot.get_source_display()
    paper = _("no certificate yet")
    if successor.certificate:
        number = successor.certificate.certificate_no
        paper = format_html(
            '<a href="{}" class="code">{}</a>', reverse("verify_right", args=[number]), number
        )
    return format_html(
        "{} · {}/a · {} · {} · {}", lot.lot_no, amount_of(lot), holder_name(lot), what, paper
    )


CAUSES = {
    VoidCause.SPLIT: pgettext_lazy("certificate", "A part of the right was split off."),
    VoidCause.TRANSFERRED: pgettext_lazy(
        "certificate", "The right went to others, whole or in part."
    ),
    VoidCause.MERGED: pgettext_lazy("certificate", "The right was merged with others into one."),
    VoidCause.ENDED: pgettext_lazy("certificate", "The right ended before its term."),
    VoidCause.RETIRED: pgettext_lazy(
        "certificate", "A part of the right was retired for replacement."
    ),
    VoidCause.RENEWED: pgettext_lazy(
        "certificate", "A new certificate names the holder's present data."
    ),
}


def verdict_context(standing: RightsStanding) -> dict[str, Any]:
    """What the verdict's template shows of a standing."""
    certificate = standing.certificate
    return {
        "standing": standing,
        "verdict": standing.verdict.value,
        "cause": CAUSES[standing.cause] if standing.cause else "",
        "notes": notes(standing),
        "successors": [
            successor_words(certificate, one) for one in standing.successors if certificate
        ],
    }
