"""Plans of several holidays in a row, of one shop or of several that share a budget: each counts on what those before it order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from recommender.demand.model import Forecast
from recommender.replenishment.demand_paths import ASSUMED_CORRELATION
from recommender.replenishment.holidays import Holiday
from recommender.replenishment.plan import HolidayPlan, Prepared, plan_together, prepare

_COMING = ["item_id", "warehouse_id", "date", "quantity"]


@dataclass(frozen=True)
class Shop:
    """Whose lines are planned, for which holidays; see `prepare`. The forecast must reach the last day of all."""

    lines: pd.DataFrame
    forecast: Forecast
    holidays: Sequence[Holiday]
    storage: dict[str, float] = field(default_factory=dict)
    open_orders: pd.DataFrame | None = None
    expiring: pd.DataFrame | None = None
    correlation: float = ASSUMED_CORRELATION

    def prepared(self, holiday: Holiday, seed: int) -> Prepared:
        """Return the rows as they are until the holiday's last day."""
        n_days = int((pd.Timestamp(holiday.last_day) - pd.Timestamp(self.forecast.dates[0])).days) + 1
        until = Forecast(
            self.forecast.dates[:n_days], self.forecast.mean[:, :n_days], self.forecast.quantiles[:, :n_days]
        )
        return prepare(
            self.lines,
            until,
            seed=seed,
            storage=self.storage,
            open_orders=self.open_orders,
            expiring=self.expiring,
            correlation=self.correlation,
        )

    def after(self, plan: HolidayPlan) -> "Shop":
        """Return the shop with what a plan orders under way."""
        ordered = plan.lines.loc[plan.lines["quantity"] > 0]
        coming = ordered.rename(columns={"arrives_on": "date"})[_COMING]
        before = [] if self.open_orders is None else [self.open_orders[_COMING]]
        return replace(self, open_orders=pd.concat([*before, coming], ignore_index=True))


def plan_in_succession(
    shops: Sequence[Shop], *, seed: int, budget_fen: float | None = None
) -> Iterator[tuple[int, Holiday, HolidayPlan]]:
    """Plan each holiday, in the order of their last days, and yield the place of each shop that has it, with its plan.

    The budget is for what all shops order for one holiday, and again for the next.

    Raises:
        InvalidFrame, NoPlan: see `prepare` and `plan_together`.
    """
    now = list(shops)
    holidays = {holiday for shop in shops for holiday in shop.holidays}
    for holiday in sorted(holidays, key=lambda one: (one.last_day, one.first_day, one.occasion_id)):
        those = [place for place, shop in enumerate(now) if holiday in shop.holidays]
        plans = plan_together([now[place].prepared(holiday, seed) for place in those], budget_fen)
        for place, plan in zip(those, plans, strict=True):
            now[place] = now[place].after(plan)
            yield place, holiday, plan
