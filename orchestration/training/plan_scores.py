"""What came of the approved plans of the holidays that are over, by the demand of their days at each warehouse."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.inputs import TrainingInputs, reading
from orchestration.training.supply import priced
from orchestration.training.tables import write_frames
from recommender.bootstrap import Floats
from recommender.demand.asked import Asked, sold_panel
from recommender.demand.panel import Panel
from recommender.replenishment.scoring import score_plan
from recommender.replenishment.sharing import shares_of_lines

TABLE = "holiday_plan_scores"


def score(folder: DataFolder) -> dict[str, int]:
    """Score the plans of all tenants and write a row per line; return the rows of the file.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        OSError: the file cannot be written; the former one stays.
    """
    with reading(folder.warehouse) as inputs:
        frames = [
            (tenant_id, scored)
            for tenant_id in inputs.tenant_ids()
            for scored in _tenant_scores(inputs, tenant_id)
        ]
    return {TABLE: write_frames(folder.ml, TABLE, TABLE, frames)}


def _tenant_scores(inputs: TrainingInputs, tenant_id: str) -> Iterator[pd.DataFrame]:
    """Yield the scored lines of each of a tenant's plans whose last day is over."""
    approved = inputs.stock.approved_plan_lines(tenant_id)
    if approved.empty:
        return
    panel = Asked.of(sold_panel(inputs.item_demand(tenant_id), ()), None)
    for plan_id, lines in approved.groupby("plan_id", sort=True):
        ordered = lines.sort_values(["item_id", "warehouse_id"], ignore_index=True)
        as_of, last_day = _day(ordered["as_of_date"]), _day(ordered["last_day"])
        if np.datetime64(last_day, "D") > panel.dates[-1] or np.datetime64(as_of, "D") < panel.dates[0]:
            continue
        first = as_of + timedelta(days=1)
        terms = inputs.stock.terms(tenant_id, first)
        # Without terms of then an item's line cannot be scored.
        ordered = ordered[
            ordered["item_id"].isin(terms["item_id"]) & ordered["item_id"].isin(panel.series_ids)
        ]
        if not ordered.empty:
            left = inputs.stock.issued(tenant_id, first, last_day)
            yield _scored(ordered, terms, _demand(ordered, left, panel, first, last_day), first).assign(
                plan_id=plan_id
            )


def _demand(lines: pd.DataFrame, left: pd.DataFrame, panel: Panel, first: date, last: date) -> Floats:
    """Return the demand (lines, days) from first to last: an item's, by what left the plan's warehouses then."""
    rows = np.searchsorted(panel.series_ids.astype(str), lines["item_id"].to_numpy(dtype=str))
    begin, end = np.searchsorted(panel.dates, np.array([first, last], dtype="datetime64[D]"))
    # An item that was not on offer on a day was not asked for.
    asked = np.nan_to_num(panel.values[rows, begin : end + 1])
    return asked * shares_of_lines(left, lines)[:, None]


def _scored(lines: pd.DataFrame, terms: pd.DataFrame, demand: Floats, first: date) -> pd.DataFrame:
    known = priced(lines.merge(terms, on="item_id", validate="many_to_one"))
    known = known.assign(on_hand=known["supply_quantity"].astype(np.float64))
    days = np.datetime64(first, "D") + np.arange(demand.shape[1])
    arrives = pd.to_datetime(known["order_by"]) + pd.to_timedelta(known["lead_days"], unit="D")
    score = score_plan(known.assign(arrives_on=arrives), known, demand, days)
    told = score.lines.rename(columns={"left": "left_over"})
    return told.assign(
        quantity=told["quantity"].astype(np.int64),
        occasion_id=known["occasion_id"].to_numpy(),
        first_day=known["first_day"].to_numpy(),
        last_day=known["last_day"].to_numpy(),
    )


def _day(column: pd.Series) -> date:
    day: date = pd.Timestamp(column.iloc[0]).date()
    return day
