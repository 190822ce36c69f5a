"""What came of the approved plans of the holidays that are over, by the demand of their days."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.holiday_plans import priced
from orchestration.training.inputs import TrainingInputs, reading
from orchestration.training.tables import write_frames
from recommender.demand.asked import Asked, sold_panel
from recommender.demand.panel import Panel
from recommender.replenishment.scoring import score_plan

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
    approved = inputs.approved_plan_lines(tenant_id)
    if approved.empty:
        return
    panel = Asked.of(sold_panel(inputs.item_demand(tenant_id), ()), None)
    for plan_id, lines in approved.groupby("plan_id", sort=True):
        ordered = lines.sort_values(["item_id", "warehouse_id"], ignore_index=True)
        as_of, last_day = _day(ordered["as_of_date"]), _day(ordered["last_day"])
        if np.datetime64(last_day, "D") > panel.dates[-1] or np.datetime64(as_of, "D") < panel.dates[0]:
            continue
        supply = inputs.supply(tenant_id, as_of + timedelta(days=1)).drop(columns="warehouse_id")
        # Without terms of then an item's line cannot be scored.
        ordered = ordered[
            ordered["item_id"].isin(supply["item_id"]) & ordered["item_id"].isin(panel.series_ids)
        ]
        if not ordered.empty:
            yield _scored(ordered, supply, panel, as_of, last_day).assign(plan_id=plan_id)


def _scored(
    lines: pd.DataFrame, supply: pd.DataFrame, panel: Panel, as_of: date, last_day: date
) -> pd.DataFrame:
    terms = priced(lines.merge(supply.drop(columns="on_hand"), on="item_id", validate="many_to_one"))
    terms = terms.assign(on_hand=terms["supply_quantity"].astype(np.float64))
    days = np.arange(np.datetime64(as_of, "D") + 1, np.datetime64(last_day, "D") + 1)
    rows = np.searchsorted(panel.series_ids.astype(str), terms["item_id"].to_numpy(dtype=str))
    first = int(np.searchsorted(panel.dates, days[0]))
    # An item that was not on offer on a day was not asked for.
    demand = np.nan_to_num(panel.values[rows, first : first + len(days)])
    arrives = pd.to_datetime(terms["order_by"]) + pd.to_timedelta(terms["lead_days"], unit="D")
    score = score_plan(terms.assign(arrives_on=arrives), terms, demand, days)
    told = score.lines.rename(columns={"left": "left_over"})
    return told.assign(
        quantity=told["quantity"].astype(np.int64),
        occasion_id=terms["occasion_id"].to_numpy(),
        first_day=terms["first_day"].to_numpy(),
        last_day=terms["last_day"].to_numpy(),
    )


def _day(column: pd.Series) -> date:
    day: date = pd.Timestamp(column.iloc[0]).date()
    return day
