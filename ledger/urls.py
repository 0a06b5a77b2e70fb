"""Addresses of the ledger."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from ledger.views import (
    accounts,
    approvals,
    audit,
    caps,
    chains,
    history,
    holds,
    journal,
    kinds,
    lateness,
    lot_acts,
    lots,
    lots_ending,
    misuse,
    operations,
    periods,
    proof,
    ratios,
    requests,
    seals,
    statements,
    witness,
)
from parties import proofs, subjects

urlpatterns = [
    path("lots/", lots.lots, name="lots"),
    path("lots/ending/", lots_ending.lots_ending, name="lots_ending"),
    path("lots/<int:lot_id>/", lots.lot, name="lot"),
    path("lots/<int:lot_id>/acts/<slug:lot_act>/", lot_acts.lot_act, name="lot_act"),
    path("lots/<int:lot_id>/receipt/", lots.lot_receipt, name="lot_receipt"),
    path("lots/<int:lot_id>/chain/", chains.lot_chain, name="lot_chain"),
    path("lots/<int:lot_id>/history/", history.lot_history, name="lot_history"),
    path(
        "enterprises/<int:enterprise_id>/history/",
        history.enterprise_history,
        name="enterprise_history",
    ),
    path("people/<int:person_id>/history/", history.person_history, name="person_history"),
    path(
        "ledger/accounts/<int:account_id>/history/",
        history.account_history,
        name="account_history",
    ),
    path("ledger/accounts/", accounts.accounts, name="accounts"),
    path("ledger/accounts/<int:account_id>/", statements.account, name="account"),
    path("ledger/accounts/<int:account_id>/seal/", seals.seal, name="seal_statement"),
    path("ledger/seals/<int:seal_id>/", seals.sealed_statement, name="sealed_statement"),
    path("ledger/seals/<int:seal_id>/receipt/", seals.sealed_receipt, name="sealed_receipt"),
    path("ledger/holdings/<int:enterprise_id>/", statements.holding, name="holding"),
    path("ledger/journal/", journal.journal, name="journal"),
    path("ledger/operations/<int:operation_id>/", operations.operation, name="operation"),
    path(
        "ledger/operations/<int:operation_id>/receipt/",
        proof.operation_receipt,
        name="operation_receipt",
    ),
    path("ledger/kinds/", kinds.operation_types, name="operation_types"),
    path("ledger/kinds/rule/", kinds.operation_rule_new, name="operation_rule_new"),
    path("ledger/misuse/", misuse.misuses, name="misuses"),
    path("ledger/holds/", holds.holds, name="holds"),
    path("ledger/periods/", periods.periods, name="periods"),
    path("ledger/periods/<int:period_id>/", periods.period, name="period"),
    path("ledger/periods/<int:period_id>/close/", periods.ask_to_close, name="ask_to_close"),
    path(
        "ledger/periods/<int:period_id>/carry-over/",
        periods.carry_over_rule,
        name="carry_over_rule",
    ),
    path("ledger/ratios/", ratios.ratios, name="ratios"),
    path("ledger/ratios/new/", ratios.ratio_new, name="ratio_new"),
    path("ledger/requests/", requests.requests, name="ledger_requests"),
    path(
        "ledger/requests/<int:ledger_request_id>/", requests.ledger_request, name="ledger_request"
    ),
    path(
        "ledger/requests/<int:ledger_request_id>/take-back/",
        requests.take_back_request,
        name="take_back_ledger_request",
    ),
    path(
        "ledger/accounts/<int:account_id>/restrict/",
        requests.restrict_account,
        name="restrict_account",
    ),
    path(
        "approvals/<int:approval_id>/receipt/", approvals.approval_receipt, name="approval_receipt"
    ),
    path("caps/", caps.caps, name="caps"),
    path("caps/<str:region_code>/", caps.cap, name="cap"),
    path("ledger/audit/", audit.audit, name="audit"),
    path("ledger/audit/result/", audit.audit_result, name="audit_result"),
    path("ledger/audit/run/", audit.run_audit, name="run_audit"),
    path("log/", proof.proof_log, name="proof_log"),
    path("log/limits/new/", lateness.lateness_limit_new, name="lateness_limit_new"),
    path("log/receipts/", proof.receipt_meaning, name="receipt_meaning"),
    path("log/checkpoint", proof.checkpoint, name="log_checkpoint"),
    path("log/tile/<path:tile>", proof.tile, name="log_tile"),
    path("log/consistency", proof.consistency, name="log_consistency"),
    path("log/keys", proof.log_keys, name="log_keys"),
    path("log/endorsements", proof.endorsements, name="log_endorsements"),
    path("log/witness/add-checkpoint", witness.add_checkpoint, name="witness_add"),
    path("log/witness/key", witness.witness_key, name="witness_key"),
    path(
        "log/witness/<str:origin_hash>/checkpoint",
        witness.witnessed_checkpoint,
        name="witnessed_checkpoint",
    ),
    path("log/verify.py", proof.verifier, name="verifier"),
]

proofs.register(approvals.proof_of_approval)

subjects.register(
    "ledger_request",
    name=_("request about the ledger"),
    url_name="ledger_request",
    argument="ledger_request_id",
)
