"""Reads the tenant's demand forecasts; nothing is computed here."""

from datetime import date
from typing import Literal
from uuid import UUID

from serving.release import Release, Rows

Level = Literal["item", "category", "tenant"]
WHAT_IF_COLUMNS = (
    "date", "mean_without", "q05_without", "q50_without", "q90_without", "q95_without", "mean_with", "q05_with", "q50_with",
    "q90_with", "q95_with", "extra_mean", "origin_date",
)  # fmt: skip


async def is_offered(release: Release, tenant_id: UUID, level: Level, series_id: str) -> bool:
    """Return whether the tenant offers the item, or any item of the category; its whole shop it does."""
    if level == "tenant":
        return True
    column = "o.item_id::varchar" if level == "item" else "i.category"
    found = await release.rows(
        "select o.item_id from release.marts.dim_offer o join release.marts.dim_item i using (item_id) "
        f"where o.tenant_id = ? and {column} = ? limit 1",
        tenant_id,
        series_id,
    )
    return bool(found)


async def forecast_rows(
    release: Release, tenant_id: UUID, level: Level, series_id: str, first: date, last: date
) -> Rows:
    """Return (date, mean, q05, q50, q90, q95, model, origin_date) of the days from first to last."""
    return await release.rows(
        "select date, mean, q05, q50, q90, q95, model, origin_date from release.marts.fct_demand_forecasts "
        "where tenant_id = ? and level = ? and series_id = ? and date between ? and ? order by date",
        tenant_id,
        level,
        series_id,
        first,
        last,
    )


async def what_if_rows(release: Release, tenant_id: UUID, item_id: UUID, first: date, last: date) -> Rows:
    """Return what a flash sale would change about an item (`WHAT_IF_COLUMNS`) on the days from first to last."""
    return await release.rows(
        f"select {', '.join(WHAT_IF_COLUMNS)} from release.marts.fct_campaign_what_if "
        "where tenant_id = ? and item_id = ? and date between ? and ? order by date",
        tenant_id,
        item_id,
        first,
        last,
    )


async def what_is_known(release: Release, tenant_id: UUID, item_id: UUID) -> tuple[bool, bool, bool]:
    """Return whether anything of the tenant is forecast, whether sales are, and whether sales of the item are."""
    ((forecast, sales, own),) = await release.rows(
        "select exists (from release.marts.fct_demand_forecasts where tenant_id = ? and level = 'item'), "
        "  exists (from release.marts.fct_campaign_what_if where tenant_id = ?), "
        "  exists (from release.marts.fct_campaign_what_if where tenant_id = ? and item_id = ?)",
        tenant_id,
        tenant_id,
        tenant_id,
        item_id,
    )
    return bool(forecast), bool(sales), bool(own)
