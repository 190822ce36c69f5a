"""What a forecast is worth on the shelf: the same stock rule with it, with plain means, and with hindsight.

Every rule orders up to a level for the protection period - lead time and review period together - and is
played over the same demand. A level only ever uses protection periods that were closed at its review.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.demand.model import Forecast
from recommender.replenishment.order_up_to import (
    ClosedPeriods,
    Integers,
    order_up_to,
    variability_strata,
)
from recommender.replenishment.service import Service, measure_service
from recommender.replenishment.simulation import InvalidSimulation, Terms, fixed_levels, simulate

SERVICE_LEVELS = (0.95, 0.975, 0.99)
_MEAN_FACTORS = (1.2, 1.5, 2.0)


@dataclass(frozen=True)
class Setting:
    """When stock is looked at: review and lead in periods (days or weeks), `mean_periods` of the mean rules.

    `warm_up` reviews are played and not counted.
    """

    review: int
    lead: int
    mean_periods: int = 28
    warm_up: int = 2

    @property
    def protection(self) -> int:
        """Return the periods an order must last."""
        return self.review + self.lead


@dataclass(frozen=True)
class InventoryEffect:
    """The service of one rule: its `base` (forecast, mean, hindsight) and how the level was set from it."""

    rule: str
    base: str
    service: Service


def inventory_effect(
    forecasts: Sequence[Forecast],
    actuals: Floats,
    reviews: Integers,
    setting: Setting,
    *,
    is_open: NDArray[np.bool_] | None = None,
    is_holiday: NDArray[np.bool_] | None = None,
    service_levels: Sequence[float] = SERVICE_LEVELS,
) -> list[InventoryEffect]:
    """Play the rules over the actual demand (series, periods), NaN where not observed.

    `forecasts` has one forecast of at least the protection period for each of `reviews`, the places of the
    last known periods in `actuals`. `is_open` (series, periods) marks where demand can come at all, as far
    as that is announced; closed periods count as no demand in every rule. Of the levels, the mean rules use
    the latest `mean_periods` open periods.

    Raises:
        InvalidSimulation: there are not as many forecasts as reviews, or one is too short.
    """
    if len(forecasts) != len(reviews):
        raise InvalidSimulation(f"Got {len(forecasts)} forecasts for {len(reviews)} reviews.")
    short = [forecast.mean.shape[1] for forecast in forecasts if forecast.mean.shape[1] < setting.protection]
    if short:
        raise InvalidSimulation(f"A forecast covers {short[0]} of {setting.protection} periods.")
    opened = np.ones(actuals.shape, dtype=bool) if is_open is None else is_open
    padded = _padded(opened, setting.protection, fill=False)
    spans = reviews[:, None] + 1 + np.arange(setting.protection)
    ahead = padded[:, spans]
    predicted = np.stack([forecast.mean[:, : setting.protection] for forecast in forecasts], axis=1)
    sums = {
        "forecast": np.where(ahead, predicted, 0.0).sum(axis=2).T,
        "mean": _recent_mean(actuals, reviews, setting.mean_periods) * ahead.sum(axis=2).T,
    }
    demand = np.where(opened, actuals, np.nan)
    happened = np.nansum(_padded(np.nan_to_num(demand), setting.protection, fill=0.0)[:, spans], axis=2).T
    is_over = spans[:, -1] < actuals.shape[1]
    strata = variability_strata(actuals[:, : reviews[0] + 1])
    levels: dict[tuple[str, str], Floats] = {
        (f"mean × {factor:g}", "mean"): sums["mean"] * factor for factor in _MEAN_FACTORS
    }
    for base, forecast_sums in sums.items():
        actual = np.where(is_over[:, None], happened, np.nan)
        for level in service_levels:
            levels[f"{base}, conformal {level:g}", base] = conformal_levels(
                forecast_sums, actual, reviews, strata, setting, service_level=level
            )
    levels["known demand", "hindsight"] = happened
    terms = Terms(setting.review, setting.lead)
    return [
        InventoryEffect(
            rule,
            base,
            measure_service(
                simulate(demand, reviews, fixed_levels(level), terms),
                reviews,
                review=setting.review,
                lead=setting.lead,
                warm_up=setting.warm_up,
                is_holiday=is_holiday,
            ),
        )
        for (rule, base), level in levels.items()
    ]


def conformal_levels(
    forecast_sums: Floats,
    actual_sums: Floats,
    reviews: Integers,
    strata: Integers,
    setting: Setting,
    *,
    service_level: float,
) -> Floats:
    """Return the level of every review (reviews, series), each from the periods closed when it was set."""
    levels = np.empty_like(forecast_sums)
    for place, review in enumerate(reviews):
        closed = int(np.searchsorted(reviews + setting.protection, review, side="right"))
        past = ClosedPeriods(forecast_sums[:closed], actual_sums[:closed])
        levels[place] = order_up_to(forecast_sums[place], past, strata, service_level=service_level)
    return levels


def _recent_mean(actuals: Floats, reviews: Integers, periods: int) -> Floats:
    """Return the mean of each series' observed values in the last periods, (reviews, series); zero if none."""
    means = np.zeros((len(reviews), len(actuals)))
    for place, review in enumerate(reviews):
        recent = actuals[:, max(0, review + 1 - periods) : review + 1]
        count = (~np.isnan(recent)).sum(axis=1)
        means[place] = np.nansum(recent, axis=1) / np.maximum(count, 1)
    return means


def _padded(values: NDArray[np.generic], periods: int, *, fill: float | bool) -> NDArray[np.generic]:
    """Return the values with periods after their end, so that every span can be read."""
    return np.pad(values, ((0, 0), (0, periods)), constant_values=fill)
