"""Demand: each tenant's daily demand through the recommender, by item, by category and in all."""

from datetime import date

import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.cards import Making, write_cards
from orchestration.training.inputs import TrainingInputs, reading
from orchestration.training.item_outlook import FORECASTS
from orchestration.training.mall_calendar import mall_calendar
from orchestration.training.planned_holidays import planned_holidays
from orchestration.training.tables import with_former, write_frames
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.training import DemandResult
from recommender.demand.tree import train_levels
from recommender.replenishment.learned_correlation import learned_correlation

ACCURACY = "forecast_accuracy_by_holiday"
WHAT_IF = "campaign_what_if"

# What is scored by a run takes the place of what former runs said of it; all else of them is kept.
_HOLIDAY = ("level", "occasion_id", "holiday_date")


def train(folder: DataFolder, seed: int, making: Making) -> dict[str, int]:
    """Train and write the forecasts, scores and cards of all tenants; return the rows of each file.

    Forecasts reach to the end of the holidays that are planned for, so that plans are made from them, see `item_outlook`.
    The accuracy of holidays that earlier runs scored is kept until a run scores them again.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        OSError: the files cannot be written; those not yet replaced stay as they were.
    """
    results: list[tuple[str, DemandResult]] = []
    accuracy = []
    with reading(folder.warehouse) as inputs:
        for tenant_id in inputs.tenant_ids():
            history = inputs.item_demand(tenant_id)
            levels = train_levels(
                history,
                _calendar(history),
                seed=seed,
                listings=inputs.listings(tenant_id),
                campaigns=inputs.campaigns(tenant_id),
                reach=_reach(inputs, tenant_id),
            )
            results += [(tenant_id, result) for result in levels.values()]
            accuracy.append((tenant_id, pd.concat([result.holiday_accuracy for result in levels.values()])))
    forecasts = [(tenant_id, _with_correlation(result)) for tenant_id, result in results]
    scores = [(tenant_id, result.model_scores) for tenant_id, result in results]
    sales = [
        (tenant_id, result.sale.frame(result.ahead.known.dates[-1]))
        for tenant_id, result in results
        if result.sale is not None and result.ahead is not None
    ]
    kept = with_former(folder.ml, ACCURACY, _HOLIDAY, accuracy)
    return {
        FORECASTS: write_frames(folder.ml, FORECASTS, FORECASTS, forecasts),
        "demand_scores": write_frames(folder.ml, "demand_scores", "model_scores", scores),
        ACCURACY: write_frames(folder.ml, ACCURACY, ACCURACY, kept),
        WHAT_IF: write_frames(folder.ml, WHAT_IF, WHAT_IF, sales),
        "demand_cards": write_cards(folder.ml, "demand", [(t, r.card) for t, r in results], making),
    }


def _reach(inputs: TrainingInputs, tenant_id: str) -> date | None:
    """Return the last day of the holidays that plans are made for; None without any."""
    origin = inputs.last_demand_day(tenant_id)
    holidays = [] if origin is None else planned_holidays(inputs.stock, tenant_id, origin)
    return max((holiday.last_day for holiday in holidays), default=None)


def _with_correlation(result: DemandResult) -> pd.DataFrame:
    """Return the forecasts with how days of one go wrong together, without which they cannot be summed over days."""
    return result.demand_forecasts.assign(day_correlation=learned_correlation(result.validation))


def _calendar(history: pd.DataFrame) -> Calendar:
    """Return the mall's calendar over a history; without one nothing is asked of it."""
    if history.empty:
        return Calendar(0, 0, ())
    days = pd.to_datetime(history["date"])
    return mall_calendar(days.min().date(), days.max().date())
