"""The voucher on paper, in the house style of all papers; Chinese, whoever asks for it."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cardswipe.models import Voucher, VoucherLine
from ledger.models import Pollutant
from parties.models import Bureau
from shell.paper import Foot, draw, facts, grid, heading, seal_place, words
from shell.units import plain

COLUMN_WIDTHS_MM = (34, 30, 36, 35, 35)


def voucher_content(voucher: Voucher, lines: list[VoucherLine]) -> dict[str, Any]:
    """What the paper says, as plain values; its hash stands in the foot."""
    return {
        "voucher_no": voucher.voucher_no,
        "card_no": voucher.card.card_no,
        "card_serial": voucher.card_serial,
        "uscc": voucher.enterprise.uscc,
        "permit_no": voucher.permit_no,
        "kind": voucher.kind,
        "mode": voucher.mode,
        "operation": voucher.operation_id,
        "made_at": voucher.made_at.isoformat(),
        "lines": [
            [line.pollutant_id, line.period.label, line.before, line.quantity, line.after]
            # In the order of the first papers, so that the hash of a reprint is the same.
            for line in sorted(lines, key=lambda one: (one.period_id, one.pollutant_id))
        ],
    }


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the content, in hex."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def voucher_pdf(voucher: Voucher) -> bytes:
    """The voucher as PDF: before, this time and after per pollutant, both sides' names."""
    with translation.override("zh-hans"):
        lines = list(
            voucher.lines.select_related("pollutant", "period").order_by(
                "period__start_date", "pollutant__position"
            )
        )
        made = timezone.localtime(voucher.made_at)
        address = f"{settings.PUBLIC_ADDRESS}{reverse('voucher', args=[voucher.pk])}"
        return draw(
            title=_("Card top-up voucher"),
            lead=" · ".join(
                [voucher.voucher_no, voucher.get_kind_display(), voucher.get_mode_display()]
            ),
            blocks=[
                facts(_facts(voucher, f"{made:%Y-%m-%d %H:%M:%S}")),
                heading(_("Quantities")),
                _grid(lines),
                words(
                    _("The ledger's posting %(no)s is the proof of this voucher.")
                    % {"no": voucher.operation_id}
                ),
                seal_place(_issuer(voucher), f"{made:%Y年%m月%d日}"),
            ],
            foot=Foot(voucher.voucher_no, content_hash(voucher_content(voucher, lines)), address),
        )


def _facts(voucher: Voucher, made: str) -> list[tuple[str, Any]]:
    return [
        (_("Discharging unit"), voucher.enterprise.name),
        (_("Unified social credit code"), voucher.enterprise.uscc),
        (_("Permit number"), voucher.permit_no or "–"),
        (_("Card"), voucher.card.card_no),
        (_("Serial written to the card"), voucher.card_serial),
        (_("Made by"), str(voucher.made_by)),
        (_("Made at"), made),
    ]


def _grid(lines: list[VoucherLine]) -> Any:
    head = [_("Pollutant"), _("Quota period"), _("Before"), _("This time"), _("After")]
    rows = [
        [
            line.pollutant.name_zh,
            line.period.label,
            *(exact(value, line.pollutant) for value in (line.before, line.quantity, line.after)),
        ]
        for line in lines
    ]
    return grid(head, rows, widths=COLUMN_WIDTHS_MM, figures={2, 3, 4})


def exact(value: int, pollutant: Pollutant) -> str:
    """Every digit the ledger holds, so that before and this time add up to after on paper."""
    if pollutant.unit == "L":
        return f"{plain(value, unit='m3')} m³"
    return f"{plain(value, unit='t', places=3)} t"


def _issuer(voucher: Voucher) -> str:
    """The bureau of the enterprise's city, which keeps the ledger."""
    bureau = Bureau.objects.filter(region_id=voucher.enterprise.region.city_code).first()
    return bureau.name_zh if bureau else voucher.enterprise.region.name_zh
