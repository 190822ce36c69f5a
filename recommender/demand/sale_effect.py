"""What a flash sale would change: the learned recipe applied to one history with a sale ahead and without any.

It says what sales went with in the past. Who puts items on sale chooses them and the days, so that part of the effect
that is due to the choice and not to the sale is in it as well.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.announcements import PROMOTION
from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History
from recommender.demand.recipe import Applied, Learned
from recommender.frames import typed_frame

SALE_COLUMNS = {
    "series_id": "str",
    "date": "datetime64[us]",
    "origin_date": "datetime64[us]",
    **{
        f"{name}_{case}": "float64"
        for case in ("without", "with")
        for name in ("mean", *(f"q{round(quantile * 100):02d}" for quantile in QUANTILES))
    },
}
# Sales of one day so far apart do not tell of each other, as far as features look around a day.
_APART_DAYS = 7


class NothingLearned(ValueError):
    """No sale has happened in the history, or what is released does not heed them: an effect would be invented."""


@dataclass(frozen=True)
class SaleEffect:
    """Forecasts of the same series and days without any sale ahead, and with one."""

    series_ids: NDArray[np.object_]
    without: Forecast
    with_sale: Forecast

    def of(self, series_ids: NDArray[np.object_]) -> "SaleEffect":
        """Return the effect on some of the series."""
        rows = pd.Index(self.series_ids).get_indexer(pd.Index(series_ids))
        return SaleEffect(series_ids, _taken(self.without, rows), _taken(self.with_sale, rows))

    def moved(
        self,
        before_ids: NDArray[np.object_],
        before: Forecast,
        after_ids: NDArray[np.object_],
        after: Forecast,
    ) -> "SaleEffect":
        """Return both forecasts moved as far as a forecast of `before` was, for instance to add up, series by series.

        Series that are not in both are left out.
        """
        both = set(before_ids) & set(after_ids)
        ids = np.array([one for one in self.series_ids if one in both], dtype=object)
        own = self.of(ids)
        old, new = (
            forecast.mean[pd.Index(known).get_indexer(pd.Index(ids))]
            for known, forecast in ((before_ids, before), (after_ids, after))
        )
        ratio = np.divide(new, old, out=np.ones_like(new), where=old > 0)
        return SaleEffect(ids, _times(own.without, ratio), _times(own.with_sale, ratio))

    def frame(self, origin: np.datetime64) -> pd.DataFrame:
        """Return one row per series and day (see `SALE_COLUMNS`)."""
        n_series, n_days = self.without.mean.shape
        columns: dict[str, NDArray[np.generic]] = {
            "series_id": np.repeat(self.series_ids, n_days),
            "date": np.tile(self.without.dates, n_series),
            "origin_date": np.repeat(origin, n_series * n_days),
        }
        for case, forecast in (("without", self.without), ("with", self.with_sale)):
            columns[f"mean_{case}"] = forecast.mean.ravel()
            for place, quantile in enumerate(QUANTILES):
                columns[f"q{round(quantile * 100):02d}_{case}"] = forecast.quantiles[..., place].ravel()
        return typed_frame(SALE_COLUMNS, columns)


def days_on_sale(history: History) -> int:
    """Return how many days of series on sale the history has seen with demand that was observed: what is learned from."""
    promoted = history.covariates.values.get(PROMOTION)
    if promoted is None:
        return 0
    seen = promoted[:, : history.values.shape[1]] == 1.0
    return int((seen & ~np.isnan(history.values)).sum())


def effect_of(learned: Learned, history: History, sale: Floats) -> SaleEffect:
    """Return what a sale would change whose days are 1 in `sale` (series, horizon); on others all stays as announced.

    Raises:
        NothingLearned: no sale has happened in the history, or the released model answers alike with and without one.
    """
    _require_seen(history)
    is_own = sale == 1.0
    applied = learned.at(history)
    without, with_sale = (applied.under({PROMOTION: np.where(is_own, value, np.nan)}) for value in (0.0, 1.0))
    return _told(history, without, with_sale)


def effect_of_a_day(applied: Applied) -> SaleEffect:
    """Return for each day ahead what a sale of that day alone would change about it.

    Raises:
        NothingLearned: see `effect_of`.
    """
    history, horizon = applied.context.history, applied.learned.horizon
    _require_seen(history)
    shape = (len(history.series_ids), horizon)
    without = applied.under({PROMOTION: np.zeros(shape)})
    mean, quantiles = without.mean.copy(), without.quantiles.copy()
    for first in range(min(_APART_DAYS, horizon)):
        own = slice(first, None, _APART_DAYS)
        sale = np.zeros(shape)
        sale[:, own] = 1.0
        found = applied.under({PROMOTION: sale})
        mean[:, own], quantiles[:, own] = found.mean[:, own], found.quantiles[:, own]
    return _told(history, without, Forecast(without.dates, mean, quantiles))


def sale_ahead(applied: Applied, series_ids: NDArray[np.object_]) -> SaleEffect | None:
    """Return what a sale of each day ahead would change about some series; None where nothing was learned of sales."""
    try:
        return effect_of_a_day(applied).of(series_ids)
    except NothingLearned:
        return None


def _require_seen(history: History) -> None:
    if not days_on_sale(history):
        raise NothingLearned(
            "No flash sale has happened in the history, so nothing was learned of their effect."
        )


def _told(history: History, without: Forecast, with_sale: Forecast) -> SaleEffect:
    if np.array_equal(without.mean, with_sale.mean):
        raise NothingLearned(
            "The released model does not heed flash sales, so it tells nothing of their effect."
        )
    return SaleEffect(history.series_ids, without, with_sale)


def _taken(forecast: Forecast, rows: NDArray[np.intp]) -> Forecast:
    return Forecast(forecast.dates, forecast.mean[rows], forecast.quantiles[rows])


def _times(forecast: Forecast, ratio: Floats) -> Forecast:
    return replace(forecast, mean=forecast.mean * ratio, quantiles=forecast.quantiles * ratio[..., None])
