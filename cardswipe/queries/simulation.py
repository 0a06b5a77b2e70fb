"""Which controllers to simulate, and what stands behind their outlets."""

from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone

from cardswipe.hj212.fields import FLOW_CODES
from cardswipe.models import CardBinding, Controller, DischargeEvent
from cardswipe.queries.registry import pollutants_by_version
from cardswipe.services.offline import signing_keys
from cardswipe.simulator import Box

# Typical figures of treated waste water (mg/L) and flue gas (mg/m3).
TYPICAL = {"COD": 60, "NH3N": 5, "TP": 1, "TN": 12, "SO2": 30, "NOX": 45, "VOCS": 20}


def boxes(mns: Sequence[str] = ()) -> list[Box]:
    """The controllers in use (of these MNs, if any are named) as boxes to simulate."""
    rows = Controller.objects.filter(state="IN_USE").select_related("profile", "outlet")
    if mns:
        rows = rows.filter(mn__in=mns)
    bindings = CardBinding.objects.at(timezone.now())
    cards = dict(bindings.values_list("controller_id", "card__card_no"))
    pollutants = pollutants_by_version()
    known = DischargeEvent.objects.filter(controller__in=rows, kind="SESSION")
    last = dict(known.values_list("controller_id").annotate(last=Max("sequence")))
    return [
        _box(
            row,
            cards.get(row.pk, ""),
            pollutants[row.protocol_version],
            sequence=last.get(row.pk, 0),
        )
        for row in rows
    ]


def _box(row: Controller, card_no: str, pollutants: dict[str, str], *, sequence: int) -> Box:
    is_water = row.outlet.medium == "WATER"
    # Codes of gas begin with "a" (2017) or count from 01 to 99 (2005).
    gas = {"SO2", "NOX", "VOCS"}
    factors = {
        code: TYPICAL[pollutant]
        for code, pollutant in pollutants.items()
        if pollutant in TYPICAL and (pollutant in gas) is not is_water
    }
    profile = row.profile
    return Box(
        mn=row.mn,
        password=row.password,
        version=row.protocol_version,
        crc=row.crc_profile,
        st="32" if is_water else "31",
        flow_code=FLOW_CODES[row.protocol_version][0 if is_water else 1],
        flow=8 + row.pk % 9,
        factors=factors,
        card_no=card_no if row.event_source == "SESSION" else "",
        sequence=sequence,
        swipe_open_cn=profile.swipe_open_cn,
        swipe_answer_cn=profile.swipe_answer_cn,
        swipe_event_cn=profile.swipe_event_cn,
        valve_order_cn=profile.valve_order_cn,
        valve_state_cn=profile.valve_state_cn,
        offline_batch_cn=profile.offline_batch_cn,
        counter_key=signing_keys(row.mn)[0],
    )
