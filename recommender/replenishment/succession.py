"""Plans of several holidays in a row: each counts on what those before it order."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recommender.demand.model import Forecast
from recommender.replenishment.holidays import Holiday
from recommender.replenishment.plan import HolidayPlan, Limits, plan_holiday


def plan_in_succession(
    lines: pd.DataFrame,
    forecast: Forecast,
    holidays: Sequence[Holiday],
    *,
    seed: int,
    limits: Limits | None = None,
    open_orders: pd.DataFrame | None = None,
) -> list[tuple[Holiday, HolidayPlan]]:
    """Plan each holiday, in the order of their days, up to its last day; see `plan_holiday`.

    The forecast must reach the last day of all. The limits hold for each holiday by itself.

    Raises:
        InvalidFrame, NoPlan: see `plan_holiday`.
    """
    plans = []
    under_way = open_orders
    for holiday in sorted(holidays, key=lambda one: one.last_day):
        n_days = int((np.datetime64(holiday.last_day) - forecast.dates[0]).astype(np.int64)) + 1
        until = Forecast(forecast.dates[:n_days], forecast.mean[:, :n_days], forecast.quantiles[:, :n_days])
        plan = plan_holiday(lines, until, seed=seed, limits=limits, open_orders=under_way)
        plans.append((holiday, plan))
        ordered = plan.lines.loc[plan.lines["quantity"] > 0]
        coming = ordered.rename(columns={"arrives_on": "date"})[
            ["item_id", "warehouse_id", "date", "quantity"]
        ]
        under_way = coming if under_way is None else pd.concat([under_way, coming], ignore_index=True)
    return plans
