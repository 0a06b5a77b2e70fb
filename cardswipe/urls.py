"""Addresses of card-swipe discharge, nested by what they show."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from cardswipe.views import (
    alarms,
    board,
    cards,
    corrections,
    discharges,
    gas_states,
    histories,
    late,
    measuring,
    offline,
    plans,
    quota,
    reallocations,
    regulation,
    statements,
    valves,
    vouchers,
)
from parties import subjects

subjects.register("valve_order", name=_("valve order"), url_name="valve_order", argument="order_id")
subjects.register(
    "reallocation", name=_("reallocation"), url_name="reallocation", argument="reallocation_id"
)
subjects.register(
    "late_decision",
    name=_("decision on late events"),
    url_name="late_decision",
    argument="late_decision_id",
)

urlpatterns = [
    path("", include("cardswipe.device_urls")),
    path("", include("cardswipe.outlet_urls")),
    path(
        "cards/",
        include(
            [
                path("", cards.cards, name="cards"),
                path("issue/", cards.card_issue, name="card_issue"),
                path(
                    "<int:card_id>/",
                    include(
                        [
                            path("", cards.card, name="card"),
                            path("holdings/", cards.card_holdings, name="card_holdings"),
                            path("history/", histories.card_history, name="card_history"),
                            path(
                                "statement/",
                                statements.card_statement_file,
                                name="card_statement",
                            ),
                            path("load/", vouchers.card_load, name="card_load"),
                            path("unload/", vouchers.card_unload, name="card_unload"),
                            path("move/", reallocations.move_cards, name="move_cards"),
                            path("bind/", cards.card_bind, name="card_bind"),
                            path(
                                "unbind/<int:controller_id>/",
                                cards.card_unbind,
                                name="card_unbind",
                            ),
                            path("lost/", cards.card_lost, name="card_lost"),
                            path("found/", cards.card_found, name="card_found"),
                            path("replace/", cards.card_replace, name="card_replace"),
                            path("cancel/", cards.card_cancel, name="card_cancel"),
                        ]
                    ),
                ),
            ]
        ),
    ),
    path("vouchers/<int:voucher_id>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:voucher_id>/history/", vouchers.voucher_history, name="voucher_history"),
    path("vouchers/<int:voucher_id>/receipt/", vouchers.voucher_receipt, name="voucher_receipt"),
    path("vouchers/<int:voucher_id>/chain/", vouchers.voucher_chain, name="voucher_chain"),
    path("vouchers/<int:voucher_id>/voucher.pdf", vouchers.voucher_paper, name="voucher_paper"),
    path("discharges/", discharges.discharges, name="discharges"),
    path("discharges/<int:event_id>/", discharges.discharge, name="discharge"),
    path("discharges/<int:event_id>/correct/", corrections.correct_load, name="correct_load"),
    path("discharges/<int:event_id>/chain/", discharges.discharge_chain, name="discharge_chain"),
    path("late-events/", late.late_events, name="late_events"),
    path("late-events/<int:controller_id>/", late.late_controller, name="late_controller"),
    path("late-decisions/<int:late_decision_id>/", late.late_decision, name="late_decision"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<int:alarm_id>/", alarms.alarm, name="alarm"),
    path("alarms/<int:alarm_id>/handle/", alarms.alarm_handle, name="alarm_handle"),
    path("board/", board.controllers_board, name="controllers_board"),
    path("board/tiles/", board.board_tiles, name="board_tiles"),
    path("valve-orders/", valves.valve_orders, name="valve_orders"),
    path("valve-orders/<int:order_id>/", valves.valve_order, name="valve_order"),
    path(
        "valve-orders/<int:order_id>/decide/",
        valves.valve_order_decide,
        name="valve_order_decide",
    ),
    path("controllers/<int:controller_id>/valve/", valves.valve_ask, name="valve_ask"),
    path("discharge-rules/", regulation.discharge_rules, name="discharge_rules"),
    path("discharge-rules/steps/new/", regulation.step_new, name="warning_step_new"),
    path("discharge-rules/steps/<int:step_id>/", regulation.step, name="warning_step"),
    path("discharge-rules/loads/new/", regulation.load_new, name="load_rule_new"),
    path("discharge-rules/loads/<int:load_rule_id>/", regulation.load, name="load_rule"),
    path("discharge-rules/measuring/", measuring.measuring_rules, name="measuring_rules"),
    path("discharge-rules/marks/new/", measuring.mark_new, name="mark_rule_new"),
    path("discharge-rules/marks/<int:mark_rule_id>/", measuring.mark, name="mark_rule"),
    path(
        "discharge-rules/substitution/new/",
        measuring.substitution_new,
        name="substitution_rule_new",
    ),
    path(
        "discharge-rules/substitution/<int:substitution_rule_id>/",
        measuring.substitution,
        name="substitution_rule",
    ),
    path(
        "discharge-rules/sources/<int:load_source_rule_id>/",
        measuring.source,
        name="load_source_rule",
    ),
    path(
        "discharge-rules/gas-states/<int:gas_state_rule_id>/",
        gas_states.gas_state,
        name="gas_state_rule",
    ),
    path("discharge-rules/checks/new/", measuring.check_new, name="load_check_rule_new"),
    path(
        "discharge-rules/checks/<int:load_check_rule_id>/",
        measuring.check,
        name="load_check_rule",
    ),
    path("discharge-rules/offline/new/", regulation.offline_new, name="offline_rule_new"),
    path("discharge-rules/offline/<int:offline_rule_id>/", regulation.offline, name="offline_rule"),
    path("discharge-rules/contact/new/", regulation.contact_new, name="contact_rule_new"),
    path("discharge-rules/contact/<int:contact_rule_id>/", regulation.contact, name="contact_rule"),
    path("discharge-rules/keeping/new/", regulation.keeping_new, name="keeping_rule_new"),
    path("discharge-rules/keeping/<int:keeping_rule_id>/", regulation.keeping, name="keeping_rule"),
    path("quota/", quota.own_quota, name="quota"),
    path("quota/<int:enterprise_id>/", quota.enterprise_quota, name="enterprise_quota"),
    path("quota/<int:enterprise_id>/months/", plans.month_plan, name="month_plan"),
    path("quota/<int:enterprise_id>/months/move/", reallocations.move_months, name="move_months"),
    path("offline-batches/", offline.offline_batches, name="offline_batches"),
    path("offline-batches/<int:batch_id>/", offline.offline_batch, name="offline_batch"),
    path("controllers/<int:controller_id>/counter-key/", offline.counter_key, name="counter_key"),
    path("reallocations/", reallocations.reallocations, name="reallocations"),
    path("reallocations/<int:reallocation_id>/", reallocations.reallocation, name="reallocation"),
    path("quota/<int:enterprise_id>/part/", quota.quota_part, name="quota_part"),
]
