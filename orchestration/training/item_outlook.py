"""What is expected of a tenant's items up to the end of the holidays to plan for: what the night has forecast, if it reaches."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestration.training.inputs import TrainingInputs
from orchestration.training.item_panel import item_panel
from orchestration.training.mall_calendar import mall_calendar
from orchestration.training.planned_holidays import planned_holidays
from orchestration.training.tables import has_table, read_frame
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.recipe import learn
from recommender.demand.training import NIGHTLY
from recommender.replenishment.holidays import Holiday
from recommender.replenishment.learned_correlation import learned_correlation

FORECASTS = "demand_forecasts"
_QUANTILES = [f"q{round(quantile * 100):02d}" for quantile in QUANTILES]


@dataclass(frozen=True)
class Outlook:
    """Forecasts of items from the last day known, which reach the end of the holidays.

    Attributes:
        item_ids: (items,) sorted.
        correlation: between two days of one forecast.
    """

    origin: date
    holidays: list[Holiday]
    item_ids: NDArray[np.object_]
    forecast: Forecast
    correlation: float


def outlook(inputs: TrainingInputs, ml: Path, tenant_id: str, seed: int) -> Outlook | None:
    """Return what was forecast of a tenant's items, or else learn it; None where no holiday is to be planned for.

    It is learned where the forecasts end before a holiday does, as those of a mall whose past is short, or where they
    are not of the last day that is known.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
    """
    origin = inputs.last_demand_day(tenant_id)
    if origin is None or not inputs.stock.has_supplier_terms(tenant_id):
        return None
    return _forecast_already(inputs, ml, tenant_id, origin) or _learned(inputs, tenant_id, seed)


def _forecast_already(inputs: TrainingInputs, ml: Path, tenant_id: str, origin: date) -> Outlook | None:
    if not has_table(ml, FORECASTS):
        return None
    rows = read_frame(ml, FORECASTS, tenant_id)
    rows = rows[rows["level"] == "item"].sort_values(["series_id", "date"])
    holidays = planned_holidays(inputs.stock, tenant_id, origin)
    if rows.empty or rows["origin_date"].iloc[0] != origin or not holidays:
        return None
    dates = np.unique(rows["date"].to_numpy(dtype="datetime64[D]"))
    if dates[-1] < np.datetime64(_end(holidays)):
        return None
    item_ids = rows["series_id"].unique().astype(object)
    shape = (len(item_ids), len(dates))
    forecast = Forecast(
        dates,
        rows["mean"].to_numpy(dtype=np.float64).reshape(shape),
        rows[_QUANTILES].to_numpy(dtype=np.float64).reshape(*shape, len(_QUANTILES)),
    )
    return Outlook(origin, holidays, item_ids, forecast, float(rows["day_correlation"].iloc[0]))


def _learned(inputs: TrainingInputs, tenant_id: str, seed: int) -> Outlook | None:
    panel = item_panel(inputs, tenant_id)
    if panel is None:
        return None
    origin: date = panel.dates[-1].astype(object)
    holidays = planned_holidays(inputs.stock, tenant_id, origin)
    if not holidays:
        return None
    horizon = (_end(holidays) - origin).days
    known = panel.history(origin, horizon)
    calendar = mall_calendar(panel.dates[0].astype(object), origin)
    learned = learn(known, calendar, horizon, seed=seed, effort=NIGHTLY)
    forecast = learned.forecast(known).forecast
    return Outlook(origin, holidays, panel.series_ids, forecast, learned_correlation(learned.validation))


def _end(holidays: list[Holiday]) -> date:
    return max(holiday.last_day for holiday in holidays)
