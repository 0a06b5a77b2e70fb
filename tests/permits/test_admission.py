"""Three-in-one admission: what may begin, what it costs the region, what must be bought."""

import datetime

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Lot, Pollutant, ReplacementRatio
from permits import services
from permits.admission import Demand, Effect, Listed, fits, is_admitted
from permits.models import AdmissionCheck, Application, PurchaseObligation, Zone
from permits.models.admission import (
    NegativeItem,
    Replacement,
    VerificationMethod,
    VerifiedQuantity,
)
from permits.queries.admission import admission_of
from permits.queries.obligations import measured, open_obligations, unmet
from permits.services import ReplacementLine, VerifiedLine
from tests import factories_ledger
from tests import factories_permits as make
from tests.permits.test_constraints import broken_guard, truncate_is_refused
from tests.refused import broken, refused

T = 10**9
FROM = datetime.date(2026, 1, 1)


def demand(**given):
    values = {"pollutant": "COD", "asked": 10, "held": 0, "own_reduction": 0}
    more = {"area_replacement": 0, "ratio_permille": 1000, "reserve": 10}
    return Demand(**values | more | given)


@pytest.mark.parametrize(
    ("given", "to_own", "needed", "short"),
    [
        ({}, 10, 10, 0),
        ({"ratio_permille": 1200}, 10, 12, 2),
        ({"ratio_permille": 1200, "area_replacement": 2}, 10, 12, 0),
        ({"held": 4}, 6, 6, 0),
        ({"held": 12}, 0, 0, 0),
        ({"held": 4, "own_reduction": 6, "reserve": 0}, 0, 0, 0),
        ({"held": 4, "own_reduction": 60, "reserve": 0}, 0, 0, 0),
        ({"asked": 1, "ratio_permille": 1001}, 1, 2, 0),
    ],
)
def test_need_is_the_increase_less_the_own_reduction_times_the_ratio(given, to_own, needed, short):
    found = demand(**given)
    assert (found.to_own, found.needed, found.short) == (to_own, needed, short)


amounts = st.integers(0, 10**15)


@given(amounts, amounts, amounts, amounts, amounts, st.integers(1000, 3000))
def test_region_never_loses_and_the_unit_never_owns_less_than_it_asks(
    asked, held, own, area, reserve, ratio
):
    found = demand(
        asked=asked,
        held=held,
        own_reduction=own,
        area_replacement=area,
        reserve=reserve,
        ratio_permille=ratio,
    )
    assert found.held + found.own_reduction + found.to_own >= found.asked
    assert found.needed >= found.to_own
    assert (found.short == 0) == (found.needed <= reserve + area)


def test_one_bar_is_enough():
    listed = Listed(Effect.BAN, "禁止", "清单")
    assert is_admitted([demand()], listed=[], has_eia=True)
    assert not is_admitted([demand()], listed=[listed], has_eia=True)
    assert not is_admitted([demand()], listed=[], has_eia=False)
    assert not is_admitted([demand(reserve=9)], listed=[], has_eia=True)
    assert fits("1713", listed="17")
    assert not fits("1713", listed="171300")


@pytest.fixture
def zone(county):
    return Zone.objects.create(
        region=county, code="ZH33990120001", name_zh="临溪重点管控单元", kind="KEY",
        valid_from=FROM, legal_basis="三线一单",
    )  # fmt: skip


@pytest.fixture
def world(city, officer, now):
    """A ratio of 1.2 for water and air, and a reserve of 20 t COD."""
    for pollutant in Pollutant.objects.exclude(pk="WATER"):
        ReplacementRatio.objects.create(
            region=city, pollutant=pollutant, ratio_permille=1200, valid_from=FROM, legal_basis="x"
        )
    for code in ("COD", "NH3N", "SO2"):
        factories_ledger.lot(
            None,
            region=city,
            pollutant=code,
            tonnes=20,
            key=f"reserve-{code}",
            valid_to=datetime.date(2031, 12, 31),
        )


def project(by, draft, zone, **given):
    values = {
        "nature": "NEW",
        "name": "二期",
        "eia_no": "清环建〔2026〕12号",
        "eia_on": FROM,
        "accepted_on": None,
        "acceptance_document": "",
        "zone": zone,
    }
    return services.save_project(
        by=by, application=draft, revision=draft.revision, **values | given
    )


def reviewed(agent, officer, zone, now, *, lines=()):
    """A new project under review."""
    draft = project(agent, make.draft(agent), zone)
    if lines:
        draft = services.save_replacements(
            by=agent, application=draft, revision=draft.revision, lines=lines
        )
    application = services.submit_application(
        by=agent, application=draft, revision=draft.revision, key="s", now=now
    )
    step = {"by": officer, "application": application, "now": now}
    services.accept_application(**step, key="a")
    return services.start_review(**step, has_site_check=False, key="r")


def propose(by, application, now, key="p"):
    return services.propose_permit(
        by=by, application=application, opinion="同意", legal_basis="x", mark="P", key=key, now=now
    )


def file_check(by, application, now, key="check"):
    return services.file_admission(by=by, application=application, key=key, now=now)


OWN = ReplacementLine("OWN", "一期锅炉", "COD", 4 * T, "淘汰证明")


def test_new_project_is_granted_on_a_filed_check_and_must_buy_what_it_needs(
    agent, officer, second_officer, zone, world, now
):
    application = reviewed(agent, officer, zone, now, lines=[OWN])
    with refused("P181"):
        propose(officer, application, now)
    check = file_check(officer, application, now)
    assert file_check(officer, application, now) == check
    assert check.is_passed
    cod = next(line for line in check.content["total"] if line["pollutant"] == "COD")
    assert (cod["to_own"], cod["needed"], cod["reserve"]) == (6 * T, 7_200_000_000, 20 * T)
    propose(officer, application, now)
    permit = services.issue_permit(by=second_officer, application=application, key="i", now=now)
    obligation = PurchaseObligation.objects.get(pollutant_id="COD")
    assert (obligation.quantity_per_year, obligation.ratio_permille) == (6 * T, 1200)
    granted = Lot.objects.filter(enterprise=permit.site.enterprise)
    assert {lot.pollutant_id: lot.quantity_per_year for lot in granted} == {"COD": 4 * T}
    owed = open_obligations(enterprise=permit.site.enterprise, day=now.date())
    assert {row.pollutant.code: row.to_own for row in owed} == {
        "COD": 6 * T,
        "NH3N": T,
        "SO2": 2 * T,
    }


def test_what_is_owed_is_not_promised_twice_and_buying_settles_it(
    agent, rival, officer, second_officer, zone, world, now, django_assert_num_queries
):
    application = reviewed(agent, officer, zone, now)
    file_check(officer, application, now)
    propose(officer, application, now)
    permit = services.issue_permit(by=second_officer, application=application, key="i", now=now)
    draft = project(rival, make.draft(rival), zone)
    found = admission_of(draft, now.date())
    cod = next(line for line in found["total"] if line["pollutant"] == "COD")
    assert (cod["reserve"], cod["short"]) == (8 * T, 4 * T)
    obligation = PurchaseObligation.objects.get(pollutant_id="COD")
    end = datetime.date(2031, 12, 31)
    owner = permit.site.enterprise
    factories_ledger.lot(owner, tonnes=7, key="bought", source="FIXED", valid_to=end)
    asked = PurchaseObligation.objects.filter(pk=obligation.pk)
    found = measured(asked, now.date()).get()
    assert (found.bought, found.rest) == (7 * T, 3 * T)
    assert measured(asked, end + datetime.timedelta(days=1)).get().rest == 10 * T
    with django_assert_num_queries(1):
        assert {row.pollutant.code for row in unmet(PurchaseObligation.objects.all(), now.date())}


def test_check_that_fails_bars_the_grant(agent, officer, zone, world, now):
    NegativeItem.objects.create(
        region=zone.region, industry="17", effect="BAN", text="禁止新建印染", valid_from=FROM,
        legal_basis="负面清单",
    )  # fmt: skip
    application = reviewed(agent, officer, zone, now)
    check = file_check(officer, application, now)
    assert not check.is_passed
    assert check.content["space"]["listed"][0]["text"] == "禁止新建印染"
    with refused("P182"):
        propose(officer, application, now)


def test_missing_ratio_is_named(agent, officer, zone, now):
    application = reviewed(agent, officer, zone, now)
    with refused("P183"):
        file_check(officer, application, now)


def test_existing_unit_has_nothing_to_admit(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    with refused("P184"):
        file_check(officer, application, now)


def test_totals_are_verified_in_the_order_of_methods_and_cap_the_grant(agent, officer, city, now):
    application = make.reviewed(agent, officer, now=now)
    methods = services_methods()
    line = {"pollutant": "COD", "quantity_per_year": 9 * T, "document": "核定意见1号"}

    def save(method, why=""):
        lines = [VerifiedLine(method_id=method.pk, why_not_before=why, **line)]
        return services.save_verified(by=officer, application=application, lines=lines, now=now)

    with refused("P185"):
        save(methods[1])
    save(methods[1], "无有效许可量")
    with refused("P186"):
        propose(officer, application, now)
    line["quantity_per_year"] = 10 * T
    save(methods[0])
    assert VerifiedQuantity.objects.get().method == methods[0]
    propose(officer, application, now)


def services_methods():
    return list(VerificationMethod.objects.order_by("rank"))


def sign_in(client, member):
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")


def test_check_is_computed_shown_and_filed_on_its_page(client, agent, officer, zone, world, now):
    application = reviewed(agent, officer, zone, now, lines=[OWN])
    page = reverse("application_admission", args=[application.pk])
    sign_in(client, officer)
    shown = client.get(page).text
    for word in ("7.200 t", "4.000 t", "1.200", zone.code):
        assert word in shown
    once = {"once": "5e0f3a0e-7a43-4f0e-9d6a-0c8b4b3f0a11"}
    assert client.post(page, once).status_code == 302
    assert AdmissionCheck.objects.count() == 1
    sign_in(client, agent)
    assert client.get(page).status_code == 200
    assert client.post(page, once).status_code == 200
    assert AdmissionCheck.objects.count() == 1


def test_replacements_and_verified_totals_are_entered_on_their_pages(
    client, agent, officer, zone, now
):
    draft = project(agent, make.draft(agent), zone)
    sign_in(client, agent)
    page = reverse("application_replacements", args=[draft.pk])
    line = {"r-0-source": "OWN", "r-0-name": "一期", "r-0-pollutant": "COD", "r-0-quantity": "1.5"}
    assert client.post(page, {"revision": draft.revision, **line}).status_code == 422
    whole = {"revision": draft.revision, "r-0-document": "证明", **line}
    assert client.post(page, whole).status_code == 302
    assert Replacement.objects.get().quantity_per_year == 1_500_000_000
    application = Application.objects.get()
    services.withdraw_application(by=agent, application=application, reason="x", key="w", now=now)
    other = make.reviewed(agent, officer, now=now)
    sign_in(client, officer)
    page = reverse("application_verified", args=[other.pk])
    method = services_methods()[0]
    data = {"v-COD-quantity": "9", "v-COD-method": method.pk, "v-COD-document": "核定1号"}
    once = {"once": "5e0f3a0e-7a43-4f0e-9d6a-0c8b4b3f0a12"}
    assert client.post(page, data | once).status_code == 302
    assert VerifiedQuantity.objects.get().quantity_per_year == 9 * T


def test_database_keeps_admission_in_order(agent, zone):
    draft = make.draft(agent)
    row = {
        "application": draft,
        "source": "OWN",
        "name": "x",
        "pollutant_id": "COD",
        "document": "x",
    }
    Replacement.objects.create(quantity_per_year=1, **row)
    with broken("replacement_stands_once"):
        Replacement.objects.create(quantity_per_year=1, **row)
    with broken("replacement_is_positive"):
        Replacement.objects.create(quantity_per_year=0, **row | {"name": "y"})
    method = services_methods()[0]
    own = {"application": draft, "pollutant_id": "COD", "method": method, "document": "x"}
    VerifiedQuantity.objects.create(quantity_per_year=1, **own)
    with broken("quantity_is_verified_once"):
        VerifiedQuantity.objects.create(quantity_per_year=1, **own)
    with broken("verified_quantity_is_positive"):
        VerifiedQuantity.objects.create(quantity_per_year=0, **own | {"pollutant_id": "TN"})


def test_database_keeps_the_tables_of_admission_in_order(zone):
    dated = {"region": zone.region, "valid_from": FROM, "legal_basis": "x"}
    with broken("zone_code_begins_once"):
        Zone.objects.create(code=zone.code, name_zh="x", kind="KEY", **dated)
    with broken("zone_runs_forward"):
        Zone.objects.create(code="Z", name_zh="x", kind="KEY", valid_to="2020-01-01", **dated)
    item = {"industry": "17", "effect": "BAN", "text": "x", **dated}
    NegativeItem.objects.create(**item)
    with broken("negative_item_begins_once"):
        NegativeItem.objects.create(**item)
    with broken("negative_item_names_an_industry"):
        NegativeItem.objects.create(**item | {"industry": "C17"})
    method = {"rank": 1, "name_zh": "x", "name_en": "x", **dated}
    VerificationMethod.objects.create(**method)
    with broken("verification_method_begins_once"):
        VerificationMethod.objects.create(**method)
    with broken("verification_method_runs_forward"):
        VerificationMethod.objects.create(**method | {"rank": 2, "valid_to": "2020-01-01"})


def test_checks_and_obligations_on_file_stay_as_they_are(
    agent, officer, second_officer, zone, world, now
):
    application = reviewed(agent, officer, zone, now)
    file_check(officer, application, now)
    propose(officer, application, now)
    services.issue_permit(by=second_officer, application=application, key="i", now=now)
    row = PurchaseObligation.objects.first()
    row.pk = None
    with broken("one_obligation_per_version_and_pollutant"):
        row.save()
    row.pollutant_id, row.quantity_per_year = "TN", 0
    with broken("obligation_is_in_range"):
        row.save()
    tables = {
        "permits_admissioncheck": "admission_check",
        "permits_purchaseobligation": "purchase_obligation",
    }
    with connection.cursor() as cursor:
        for table, noun in tables.items():
            with broken_guard(f"{noun}_is_not_updated"):
                cursor.execute(f"UPDATE {table} SET id = id")
            with broken_guard(f"{noun}_is_not_deleted"):
                cursor.execute(f"DELETE FROM {table}")
            truncate_is_refused(cursor, table, f"{noun}_is_not_truncated")


# The guards above by name: admission_check_is_not_updated, admission_check_is_not_deleted,
# admission_check_is_not_truncated, purchase_obligation_is_not_updated,
# purchase_obligation_is_not_deleted, purchase_obligation_is_not_truncated.
