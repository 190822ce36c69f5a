"""What landed rows and the rules they broke are called, for a person who knows neither views nor columns."""

import re

from dashboards.words import Words

# By the words in which the landing tells a rule; the column keeps its name, by which whoever repairs it looks for it.
_RULES = (
    (re.compile(r"tenant_id is of no known tenant"), "rule_unknown_tenant"),
    (re.compile(r"(?P<column>\w+) is null"), "rule_is_null"),
    (re.compile(r"(?P<column>\w+) has a value nobody knows"), "rule_unknown_value"),
    (re.compile(r"(?P<column>\w+) is below (?P<bound>\S+)"), "rule_below"),
    (re.compile(r"(?P<column>\w+) is above (?P<bound>\S+)"), "rule_above"),
    (re.compile(r"(?P<column>\w+) is not above (?P<bound>\S+)"), "rule_not_above"),
    (re.compile(r"(?P<column>\w+) is outside the calendar (?P<bound>\S+)"), "rule_outside_calendar"),
    (re.compile(r"(belongs to|refers to) .*in quarantine"), "rule_goes_with"),
)


def rule_name(words: Words, rule: str) -> str:
    """Return what a rule demands in the reader's language; as it was told if nobody knows its form."""
    for form, key in _RULES:
        if found := form.fullmatch(rule):
            return words(key, **found.groupdict())
    return rule


def view_names(words: Words) -> dict[str, str]:
    """Return what the landed views are called."""
    return {
        "tenant": words("landed_tenant"),
        "member": words("landed_member"),
        "category": words("landed_category"),
        "brand": words("landed_brand"),
        "item": words("landed_item"),
        "offer": words("landed_offer"),
        "stock": words("landed_stock"),
        "stock_movement": words("landed_stock_movement"),
        "lot": words("landed_lot"),
        "entry": words("landed_entry"),
        "hold": words("landed_hold"),
        "redemption": words("landed_redemption"),
        "redemption_line": words("landed_redemption_line"),
        "event": words("landed_event"),
        "feedback": words("landed_feedback"),
        "refusal": words("landed_refusal"),
        "risk_assessment": words("landed_risk_assessment"),
        "payment": words("landed_payment"),
        "flash_sale": words("landed_flash_sale"),
        "draw": words("landed_draw"),
        "warehouse": words("landed_warehouse"),
        "warehouse_movement": words("landed_warehouse_movement"),
        "stock_adjustment": words("landed_stock_adjustment"),
        "stock_alert": words("landed_stock_alert"),
        "shipment": words("landed_shipment"),
        "top_up": words("landed_top_up"),
        "shipment_line": words("landed_shipment_line"),
        "compensation": words("landed_compensation"),
        "carrier_rate": words("landed_carrier_rate"),
        "after_sales_case": words("landed_after_sales_case"),
        "survey_answer": words("landed_survey_answer"),
        "item_review": words("landed_item_review"),
        "chat": words("landed_chat"),
        "expired_stock": words("landed_expired_stock"),
        "reservation": words("landed_reservation"),
        "supplier": words("landed_supplier"),
        "supplier_document": words("landed_supplier_document"),
        "supplier_sample": words("landed_supplier_sample"),
        "supplier_trial": words("landed_supplier_trial"),
        "supplier_suspension": words("landed_supplier_suspension"),
        "supplier_terms": words("landed_supplier_terms"),
        "purchase_order": words("landed_purchase_order"),
        "purchase_order_line": words("landed_purchase_order_line"),
        "receipt_batch": words("landed_receipt_batch"),
        "holiday_plan": words("landed_holiday_plan"),
        "holiday_plan_line": words("landed_holiday_plan_line"),
        "fee": words("landed_fee"),
        "invoice": words("landed_invoice"),
        "settlement_statement": words("landed_settlement_statement"),
        "reconciliation": words("landed_reconciliation"),
        "licence": words("landed_licence"),
        "licence_alert": words("landed_licence_alert"),
        "onboarding": words("landed_onboarding"),
        "pilot": words("landed_pilot"),
        "campaign": words("landed_campaign"),
        "campaign_item": words("landed_campaign_item"),
        "campaign_sale": words("landed_campaign_sale"),
        "campaign_use": words("landed_campaign_use"),
        "acceptance_run": words("landed_acceptance_run"),
        "member_attribute": words("landed_member_attribute"),
        "offer_opt_in": words("landed_offer_opt_in"),
        "feature_switch": words("landed_feature_switch"),
        "brand_demand": words("landed_brand_demand"),
        "fee_confirmation": words("landed_fee_confirmation"),
        "settlement_line": words("landed_settlement_line"),
        "exchange_statement": words("landed_exchange_statement"),
        "shipment_event": words("landed_shipment_event"),
        "draw_prize": words("landed_draw_prize"),
        "supplier_document_alert": words("landed_supplier_document_alert"),
    }
