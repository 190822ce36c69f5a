"""Reads the tenant's holiday plans of the release; nothing is computed here."""

from datetime import date
from uuid import UUID

from serving.release import Release, Rows

PLAN_COLUMNS = (
    "occasion_id", "first_day", "last_day", "as_of_date", "line_count", "ordered_line_count", "too_late_line_count",
    "first_order_by", "wish_quantity", "quantity", "purchase_fen", "cost_without_fen", "cost_with_fen", "risk_without",
    "risk_with",
)  # fmt: skip
LINE_COLUMNS = (
    "item_id", "warehouse_id", "order_up_to", "wish_quantity", "quantity", "expiring_quantity", "order_by",
    "arrives_on", "need_date", "is_too_late", "too_late_quantity", "shelf_life_quantity", "minimum_order_quantity",
    "pack_quantity", "budget_quantity", "storage_quantity", "purchase_fen", "risk_without", "risk_with",
    "cost_without_fen", "cost_with_fen", "demand_mean", "demand_q05", "demand_q50", "demand_q95", "confidence",
)  # fmt: skip


async def plan_rows(release: Release, tenant_id: UUID) -> Rows:
    """Return the plans (`PLAN_COLUMNS`) by their first day."""
    return await release.rows(
        f"select {', '.join(PLAN_COLUMNS)} from release.marts.fct_holiday_plans where tenant_id = ? "
        "order by first_day, occasion_id",
        tenant_id,
    )


async def line_rows(release: Release, tenant_id: UUID, occasion_id: str, first_day: date) -> Rows:
    """Return the lines (`LINE_COLUMNS`) of a plan, the most urgent first."""
    return await release.rows(
        f"select {', '.join(LINE_COLUMNS)} from release.marts.fct_holiday_plan_lines "
        "where tenant_id = ? and occasion_id = ? and first_day = ? order by order_by nulls last, item_id, warehouse_id",
        tenant_id,
        occasion_id,
        first_day,
    )
