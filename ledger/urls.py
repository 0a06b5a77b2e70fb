"""Addresses of the ledger."""

from django.urls import path

from ledger.views import accounts, audit, caps, chains, journal, lots, operations, statements

urlpatterns = [
    path("lots/", lots.lots, name="lots"),
    path("lots/<int:lot_id>/", lots.lot, name="lot"),
    path("lots/<int:lot_id>/chain/", chains.lot_chain, name="lot_chain"),
    path("ledger/accounts/", accounts.accounts, name="accounts"),
    path("ledger/accounts/<int:account_id>/", statements.account, name="account"),
    path("ledger/holdings/<int:enterprise_id>/", statements.holding, name="holding"),
    path("ledger/journal/", journal.journal, name="journal"),
    path("ledger/operations/<int:operation_id>/", operations.operation, name="operation"),
    path("ledger/kinds/", operations.operation_types, name="operation_types"),
    path("caps/", caps.caps, name="caps"),
    path("caps/<str:region_code>/", caps.cap, name="cap"),
    path("ledger/audit/", audit.audit, name="audit"),
    path("ledger/audit/result/", audit.audit_result, name="audit_result"),
    path("ledger/audit/run/", audit.run_audit, name="run_audit"),
]
