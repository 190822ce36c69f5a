"""Compares what was landed with the live database, row by row."""

import duckdb
import psycopg

from orchestration.landing.batches import VIEWS, row_count
from orchestration.landing.erasure import BEHAVIOUR_VIEWS
from orchestration.settings import DataFolder

KEYS = {
    "tenant": "tenant_id", "member": "tenant_id, member_id", "category": "category", "brand": "brand_id", "item": "item_id", "offer": "tenant_id, item_id",
    "stock": "tenant_id, item_id", "stock_movement": "tenant_id, movement_id", "lot": "tenant_id, lot_id",
    "entry": "tenant_id, transfer_id, entry_no", "hold": "tenant_id, hold_id", "redemption": "tenant_id, redemption_id",
    "redemption_line": "tenant_id, redemption_id, line_no", "event": "tenant_id, event_id",
    "feedback": "tenant_id, feedback_id", "refusal": "tenant_id, refusal_id",
    "risk_assessment": "tenant_id, assessment_id", "payment": "tenant_id, payment_id",
    "flash_sale": "tenant_id, sale_id", "draw": "tenant_id, draw_id",
    "warehouse": "tenant_id, warehouse_id", "warehouse_movement": "tenant_id, movement_id",
    "stock_adjustment": "tenant_id, adjustment_id",
    "carrier_rate": "carrier, region, valid_from, over_parcels",
    "stock_alert": "tenant_id, alert_id", "expired_stock": "tenant_id, alert_id",
    "reservation": "tenant_id, reservation_id",
    "supplier": "tenant_id, supplier_id", "supplier_terms": "tenant_id, terms_id",
    "purchase_order": "tenant_id, purchase_order_id",
    "purchase_order_line": "tenant_id, purchase_order_id, line_no", "receipt_batch": "tenant_id, receipt_id, batch_no",
    "shipment": "tenant_id, shipment_id", "shipment_line": "tenant_id, shipment_id, line_no",
    "compensation": "tenant_id, compensation_id", "after_sales_case": "tenant_id, case_id",
    "survey_answer": "tenant_id, survey_id, member_id, question_no", "item_review": "tenant_id, review_id",
    "chat": "tenant_id, chat_id",
    "holiday_plan": "tenant_id, plan_id", "holiday_plan_line": "tenant_id, plan_id, item_id, warehouse_id",
    "fee": "tenant_id, fee_id",
    "invoice": "tenant_id, invoice_id",
    "settlement_statement": "tenant_id, statement_id",
    "reconciliation": "tenant_id, reconciliation_id",
    "licence": "licence_id",
    "licence_alert": "alert_id",
    "onboarding": "tenant_id",
    "pilot": "tenant_id",
    "supplier_document": "tenant_id, document_id",
    "supplier_sample": "tenant_id, sample_id",
    "supplier_trial": "tenant_id, purchase_order_id",
    "supplier_suspension": "tenant_id, suspension_id",
    "campaign": "tenant_id, campaign_id", "campaign_item": "tenant_id, campaign_id, item_id",
    "campaign_sale": "tenant_id, campaign_id, sale_id", "campaign_use": "tenant_id, cause_id, kind, line_no",
    "acceptance_run": "tenant_id, run_id", "member_attribute": "tenant_id, member_id, name",
    "top_up": "tenant_id, top_up_id",
    "offer_opt_in": "tenant_id, item_id, opted_in_at", "feature_switch": "tenant_id, feature",
    "brand_demand": "tenant_id, brand_id", "fee_confirmation": "tenant_id, tariff_id",
    "settlement_line": "tenant_id, statement_id, line_no",
    "exchange_statement": "tenant_id, partner_id, direction, day", "shipment_event": "tenant_id, shipment_id, event_id",
    "draw_prize": "tenant_id, draw_id, prize_no", "supplier_document_alert": "tenant_id, alert_id",
}  # fmt: skip
MUTABLE = {
    "tenant", "member", "category", "brand", "item", "offer", "stock", "hold", "redemption", "redemption_line", "risk_assessment",
    "payment", "flash_sale", "draw", "warehouse", "stock_alert", "expired_stock", "reservation", "supplier", "supplier_terms",
    "purchase_order", "purchase_order_line", "holiday_plan", "holiday_plan_line", "shipment", "compensation", "after_sales_case",
    "survey_answer", "item_review", "chat", "invoice", "settlement_statement", "licence", "licence_alert", "onboarding", "pilot",
    "supplier_document", "supplier_trial", "supplier_suspension", "campaign", "member_attribute", "top_up",
    "offer_opt_in", "feature_switch", "brand_demand", "draw_prize", "supplier_document_alert",
}  # fmt: skip


def landed_rows(folder: DataFolder, view: str, newest: bool) -> list[tuple[str, ...]]:
    pick = f"qualify row_number() over (partition by {KEYS[view]} order by batch desc) = 1" if newest else ""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        columns = "* exclude (batch) replace (xid::bigint as xid)"
        query = f"select {columns} from read_parquet('{folder.landing / view}/*.parquet') {pick}"
        return sorted(tuple(map(str, row)) for row in connection.execute(query).fetchall())


def live_rows(database_url: str, view: str) -> list[tuple[str, ...]]:
    """The rows of a view, but for what erased members did and said, which does not stay landed."""
    kept = "not exists (select from export.member m where m.is_erased and "
    kept += (
        "(m.tenant_id, m.member_id) = (v.tenant_id, v.member_id))" if view in BEHAVIOUR_VIEWS else "false)"
    )
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        rows = connection.execute(f"select * from export.{view} v where {kept}").fetchall()
    return sorted(tuple(map(str, row)) for row in rows)


def assert_all_landed_once(folder: DataFolder, database_url: str) -> None:
    for view in VIEWS:
        assert landed_rows(folder, view, newest=True) == live_rows(database_url, view), view
        if view not in MUTABLE:
            assert row_count(folder.landing, view) == len(live_rows(database_url, view)), view
