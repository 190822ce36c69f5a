"""Plans of what to order before the coming holidays: each tenant's items that somebody sells it, for its warehouse."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.inputs import TrainingInputs, reading
from orchestration.training.mall_calendar import mall_calendar
from orchestration.training.tables import write_frames
from recommender.demand.asked import Asked, sold_panel
from recommender.demand.model import Forecast
from recommender.demand.recipe import learn
from recommender.demand.spell import latest_spell
from recommender.demand.training import NIGHTLY
from recommender.replenishment.holidays import Holiday, coming_holidays
from recommender.replenishment.newsvendor import shortage_of_service
from recommender.replenishment.plan import HolidayPlan, Limits
from recommender.replenishment.succession import plan_in_succession

TABLE = "holiday_plan_lines"

# A plan is made as long before its holiday as the slowest supplier needs, and a month for people to decide.
_DECIDING_DAYS = 28
# Forecasts further ahead are hardly more than last year.
_FURTHEST_DAYS = 120
# As in the seed of lead times. What a left-over piece costs is assumed, not measured: a tenth of its purchase,
# for room and mark-downs; with the service level it says what a missing piece costs.
_SERVICE_LEVEL = 0.95
_LEFTOVER_SHARE = 0.1
# In the order in which cuts are made.
_REASONS = ("too_late", "shelf_life", "minimum_order", "pack", "budget", "storage")


def plan(folder: DataFolder, seed: int, *, budget_fen: int | None = None) -> dict[str, int]:
    """Plan the coming holidays of all tenants and write the lines; return the rows of the file.

    `budget_fen` is what the orders of one plan may cost to buy. A tenant without supplier terms, without a default warehouse or without 28 days of demand has no plan.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        NoPlan: the solver failed.
        OSError: the file cannot be written; the former one stays.
    """
    with reading(folder.warehouse) as inputs:
        frames = [
            (tenant_id, lines)
            for tenant_id in inputs.tenant_ids()
            for lines in _tenant_lines(inputs, tenant_id, seed, budget_fen)
        ]
    return {TABLE: write_frames(folder.ml, TABLE, TABLE, frames)}


def _tenant_lines(
    inputs: TrainingInputs, tenant_id: str, seed: int, budget_fen: int | None
) -> Iterator[pd.DataFrame]:
    """Yield the lines of each of a tenant's plans."""
    if not inputs.has_supplier_terms(tenant_id):
        return
    found = latest_spell(sold_panel(inputs.item_demand(tenant_id), ("category",)))
    if found is None:
        return
    panel = Asked.of(found[0], None, inputs.campaigns(tenant_id))
    origin: date = panel.dates[-1].astype(object)
    supply = inputs.supply(tenant_id, origin + timedelta(days=1))
    supply = supply[supply["item_id"].isin(panel.series_ids)].reset_index(drop=True)
    if supply.empty:
        return
    calendar = mall_calendar(panel.dates[0].astype(object), origin)
    slowest = int((supply["lead_days"] + supply["safety_days"]).max())
    until = min(slowest + _DECIDING_DAYS, _FURTHEST_DAYS)
    holidays = coming_holidays(calendar, origin, origin + timedelta(days=until))
    if not holidays:
        return
    horizon = (max(holiday.last_day for holiday in holidays) - origin).days
    known = panel.history(origin, horizon)
    forecast = learn(known, calendar, horizon, seed=seed, effort=NIGHTLY).forecast(known).forecast
    rows = np.searchsorted(panel.series_ids.astype(str), supply["item_id"].to_numpy(dtype=str))
    plans = plan_in_succession(
        priced(supply),
        Forecast(forecast.dates, forecast.mean[rows], forecast.quantiles[rows]),
        holidays,
        seed=seed,
        limits=Limits(budget_fen, inputs.storage_room(tenant_id)),
        open_orders=_open_orders(inputs, tenant_id, supply),
    )
    for holiday, made in plans:
        yield _told(holiday, made, origin)


def priced(supply: pd.DataFrame) -> pd.DataFrame:
    """Return the lines to plan, with what a missing and a left-over piece cost."""
    leftover = supply["unit_cost_fen"].to_numpy(dtype=np.float64) * _LEFTOVER_SHARE
    return supply.assign(leftover_fen=leftover, shortage_fen=shortage_of_service(_SERVICE_LEVEL, leftover))


def _open_orders(inputs: TrainingInputs, tenant_id: str, supply: pd.DataFrame) -> pd.DataFrame:
    """Return what is under way of the planned items; wherever it goes, it counts for their one line."""
    warehouses = supply.set_index("item_id")["warehouse_id"]
    coming = inputs.incoming(tenant_id)
    coming = coming[coming["item_id"].isin(warehouses.index)].reset_index(drop=True)
    return coming.assign(warehouse_id=warehouses.reindex(coming["item_id"]).to_numpy())


def _told(holiday: Holiday, made: HolidayPlan, origin: date) -> pd.DataFrame:
    """Return the lines of a plan in whole pieces and fen, as the table has them; cuts add up to what is ordered."""
    lines = made.lines.assign(occasion_id=holiday.occasion_id, first_day=holiday.first_day)
    lines = lines.assign(last_day=holiday.last_day, origin_date=origin)
    for name in ("order_up_to", "wish_quantity"):
        lines[name] = np.ceil(lines[name] - 1e-6).astype(np.int64)
    for name in ("quantity", "purchase_fen", "cost_without_fen", "cost_with_fen"):
        lines[name] = lines[name].round().astype(np.int64)
    for name in ("order_by", "arrives_on", "need_date"):
        lines[name] = lines[name].dt.date.where(lines[name].notna(), None)
    keys = ["item_id", "warehouse_id"]
    cuts = made.cuts.pivot_table(index=keys, columns="reason", values="quantity", aggfunc="sum")
    cuts = cuts.reindex(index=pd.MultiIndex.from_frame(lines[keys]), columns=list(_REASONS)).fillna(0.0)
    pieces = np.rint(cuts.to_numpy(dtype=np.float64)).astype(np.int64)
    # Packs are where pieces become whole anyway.
    missing = lines["quantity"].to_numpy() - lines["wish_quantity"].to_numpy() - pieces.sum(axis=1)
    pieces[:, _REASONS.index("pack")] += missing
    return lines.assign(**{f"{reason}_quantity": pieces[:, place] for place, reason in enumerate(_REASONS)})
