"""What is expected of an item or category: the released forecast, the history before it, its score."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from dashboards.marts import TenantMarts

Level = Literal["tenant", "category", "item"]
LEVELS: tuple[Level, ...] = ("tenant", "category", "item")
BASELINE = "seasonal_naive"
HISTORY_DAYS = 56
# A mall that trades is forecast from its last day; a few days without redemptions are no pause.
_FRESH_FOR = timedelta(days=7)

_LEVELS = """
    select distinct level
    from marts.fct_demand_forecasts
    where tenant_id = $tenant_id
"""
_SERIES = """
    select f.series_id, coalesce(any_value(i.name), f.series_id) as name
    from marts.fct_demand_forecasts f
    left join marts.dim_item i on f.level = 'item' and cast(i.item_id as varchar) = f.series_id
    where f.tenant_id = $tenant_id and f.level = $level
    group by f.series_id
    order by sum(f.mean) desc, name
"""
_FORECAST = """
    select date, mean, q05, q50, q90, q95, model, origin_date
    from marts.fct_demand_forecasts
    where tenant_id = $tenant_id and level = $level and series_id = $series_id
    order by date
"""
_ITEM_HISTORY = """
    select date, cast(quantity as double) as quantity, is_in_stock
    from marts.fct_item_demand_daily
    where
        tenant_id = $tenant_id and item_id = cast($series_id as uuid)
        and date > $after and date <= $until
    order by date
"""
# A category, or a mall, is out of stock when nothing of it is left.
_CATEGORY_HISTORY = """
    select d.date, cast(sum(d.quantity) as double) as quantity, bool_or(d.is_in_stock) as is_in_stock
    from marts.fct_item_demand_daily d
    join marts.dim_item i on i.item_id = d.item_id
    where
        d.tenant_id = $tenant_id and i.category = $series_id
        and d.date > $after and d.date <= $until
    group by d.date
    order by d.date
"""
_TENANT_HISTORY = """
    select date, cast(sum(quantity) as double) as quantity, bool_or(is_in_stock) as is_in_stock
    from marts.fct_item_demand_daily
    where tenant_id = $tenant_id and $series_id = 'all' and date > $after and date <= $until
    group by date
    order by date
"""
_HISTORIES = {"item": _ITEM_HISTORY, "category": _CATEGORY_HISTORY, "tenant": _TENANT_HISTORY}
_SCORES = """
    select model, value
    from marts.fct_model_scores
    where tenant_id = $tenant_id and area = 'demand' and slice = $level and metric = 'wape'
"""


@dataclass(frozen=True)
class Forecast:
    """A forecast with the history before it.

    Attributes:
        days: one row per day: date, mean, q05, q50, q90, q95 (units).
        history: one row per day of up to `HISTORY_DAYS` until the origin: date, quantity, is_in_stock.
    """

    days: pd.DataFrame
    history: pd.DataFrame
    model: str
    origin_date: date

    @property
    def first_date(self) -> date:
        """Return the first forecast day."""
        return self.days["date"].iloc[0].date()  # type: ignore[no-any-return]

    @property
    def last_date(self) -> date:
        """Return the last forecast day."""
        return self.days["date"].iloc[-1].date()  # type: ignore[no-any-return]

    def starts_long_before(self, landing_date: date) -> bool:
        """Tell whether the origin lies more than a week before the day the release's data was landed."""
        return landing_date - self.origin_date > _FRESH_FOR

    def expected(self, column: str) -> float:
        """Return the sum of a column over the horizon, in units.

        For quantiles this is the bound if all days went high or low together: the widest it can be.
        """
        return float(self.days[column].sum())


def levels(marts: TenantMarts) -> list[Level]:
    """Return the levels of which there are forecasts, the broadest first."""
    known = set(marts.rows(_LEVELS)["level"])
    return [level for level in LEVELS if level in known]


def series(marts: TenantMarts, level: Level) -> dict[str, str]:
    """Return the names of what has a forecast, by series id, largest expected demand first."""
    rows = marts.rows(_SERIES, level=level)
    return dict(zip(rows["series_id"], rows["name"], strict=True))


def forecast(marts: TenantMarts, level: Level, series_id: str) -> Forecast:
    """Return the forecast of a series that `series` names."""
    days = marts.rows(_FORECAST, level=level, series_id=series_id)
    origin = days["origin_date"].max()
    days = days[days["origin_date"] == origin]
    origin_date: date = origin.date()
    history = _history(marts, level, series_id, origin_date - timedelta(days=HISTORY_DAYS), origin_date)
    return Forecast(days, history, days["model"].iloc[0], origin_date)


def aligned(
    marts: TenantMarts, level: Level, series_id: str, *, first: date, last: date, shift: timedelta
) -> pd.DataFrame:
    """Return what was taken so much earlier, day by day under the days from first to last.

    With the distance of a holiday from the one of the year before, each day stands under the one that lies as far from
    the holiday. Columns: date, own_date (when it was), quantity.
    """
    past = _history(marts, level, series_id, first - shift - timedelta(days=1), last - shift)
    return past.assign(own_date=past["date"], date=past["date"] + pd.Timedelta(shift))[
        ["date", "own_date", "quantity"]
    ]


def _history(marts: TenantMarts, level: Level, series_id: str, after: date, until: date) -> pd.DataFrame:
    return marts.rows(_HISTORIES[level], series_id=series_id, after=after, until=until)


def errors(marts: TenantMarts, level: Level, model: str) -> tuple[float, float] | None:
    """Return the past error (WAPE, 0-1) of a model and of the baseline, None if not measured."""
    scores = marts.rows(_SCORES, level=level).set_index("model")["value"]
    if {model, BASELINE} <= set(scores.index):
        return float(scores[model]), float(scores[BASELINE])
    return None
