"""How near the forecasts and the estimate of lost sales came to what was truly wanted."""

from dataclasses import dataclass

import numpy as np

from orchestration.cli.stock_trial.diary import Diary
from orchestration.cli.stock_trial.forecast_rule import HORIZON, ForecastRule
from orchestration.cli.world.catalogue import FloatArray
from orchestration.cli.world.planner import LOOK_BACK, REVIEW_DAYS
from recommender.demand.censoring import demand_without_stock_outs


@dataclass(frozen=True)
class Accuracy:
    """WAPE against true demand, lost sales included.

    Attributes:
        sold_as_demand: of taking what was sold for what was wanted, on days when stock ran out.
        estimated_demand: of the estimate that is learnt from instead, on the same days.
        forecast: of the days ahead, from each weekly review.
        weekday_mean: of the same weekday's mean over four weeks, from the same reviews.
        forecast_of_sums, mean_of_sums: of each item's sum over those days.
    """

    sold_as_demand: float
    estimated_demand: float
    forecast: float
    weekday_mean: float
    forecast_of_sums: float
    mean_of_sums: float


def accuracy_of(rule: ForecastRule, diary: Diary) -> Accuracy:
    """Return the errors over all days and all reviews that the days after are known of."""
    is_out = diary.is_out & diary.is_listed
    days = len(diary.dates)
    estimate = demand_without_stock_outs(diary.sales(days), diary.is_out, diary.dates)
    wanted = diary.demand.astype(np.float64)
    forecasts, means, actual = [], [], []
    first = min(rule.means, default=0)
    for origin, mean in rule.means.items():
        if (origin - first) % REVIEW_DAYS or origin + HORIZON >= days:
            continue
        ahead = slice(origin + 1, origin + 1 + HORIZON)
        listed = diary.is_listed[:, ahead]
        forecasts.append(np.where(listed, mean, 0.0))
        means.append(np.where(listed, _weekday_mean(diary, origin), 0.0))
        actual.append(np.where(listed, wanted[:, ahead], 0.0))
    said, plain, came = (np.array(part) for part in (forecasts, means, actual))
    return Accuracy(
        _wape(diary.sold[is_out].astype(np.float64), wanted[is_out]),
        _wape(estimate[is_out], wanted[is_out]),
        _wape(said, came),
        _wape(plain, came),
        _wape(said.sum(axis=-1), came.sum(axis=-1)),
        _wape(plain.sum(axis=-1), came.sum(axis=-1)),
    )


def _weekday_mean(diary: Diary, origin: int) -> FloatArray:
    """Return the mean of the same weekdays over four weeks, for the days ahead, of days with stock."""
    window = slice(origin + 1 - LOOK_BACK, origin + 1)
    counted = diary.is_listed[:, window] & ~diary.is_out[:, window]
    shape = (len(counted), LOOK_BACK // REVIEW_DAYS, REVIEW_DAYS)
    pieces = np.where(counted, diary.sold[:, window], 0).reshape(shape).sum(axis=1)
    days = counted.reshape(shape).sum(axis=1)
    mean = np.where(days > 0, pieces / np.maximum(days, 1), diary.recent_mean(origin)[:, None])
    return np.tile(mean, HORIZON // REVIEW_DAYS)


def _wape(said: FloatArray, came: FloatArray) -> float:
    total = float(came.sum())
    return float(np.abs(said - came).sum()) / total if total else float("nan")
