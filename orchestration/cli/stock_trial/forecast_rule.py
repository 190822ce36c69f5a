"""The rule that ships: levels from the recipe's forecast, times how far sums of it were off before."""

from collections.abc import Callable

import numpy as np

from orchestration.cli.stock_trial.diary import Diary
from orchestration.cli.stock_trial.rules import protection_days
from orchestration.cli.world.catalogue import FloatArray
from orchestration.cli.world.planner import REVIEW_DAYS, Shop
from orchestration.cli.world.presets import CATEGORIES
from orchestration.training.mall_calendar import mall_calendar
from recommender.demand.censoring import demand_without_stock_outs
from recommender.demand.panel import History
from recommender.demand.recipe import Learned, learn
from recommender.demand.training import NIGHTLY
from recommender.replenishment.order_up_to import ClosedPeriods, order_up_to, variability_strata

HORIZON = 28
# Members are fitted anew so often; in between they are applied to what came since.
_LEARN_EVERY = 28
# Reviews before the first day of the trial from which it is learnt how far sums are off.
REHEARSALS = 26


class ForecastRule:
    """Learns from what was seen alone: sales and days without stock, never what was wanted and not there."""

    def __init__(
        self, shop: Shop, *, service_level: float, seed: int, report: Callable[[str], None],
        rehearsals: int = REHEARSALS,
    ) -> None:  # fmt: skip
        """Know the shop's calendar; nothing is learnt yet."""
        self._calendar = mall_calendar(shop.days[0], shop.days[-1]).with_member_days(shop.member_day)
        self._ids = np.array([f"{item:04d}" for item in range(len(shop.catalogue))], dtype=object)
        self._groups = {
            "category": np.array([CATEGORIES[c].code for c in shop.catalogue.category], dtype=object)
        }
        self._service_level, self._seed, self._report = service_level, seed, report
        self._rehearsals = rehearsals
        self._rng = np.random.default_rng([seed, 1])
        self._learned: tuple[int, Learned] | None = None
        # By the day they were made on: the sums, and the days that each order turned out to have to last.
        self._sums: dict[int, FloatArray] = {}
        self._lasting: dict[int, np.ndarray] = {}
        self.means: dict[int, FloatArray] = {}

    def levels(self, day: int, diary: Diary) -> FloatArray:
        """Return the levels; the first time, forecasts of the half-year before are made as well."""
        if self._learned is None:
            for back in range(self._rehearsals, 0, -1):
                rehearsed = day - back * REVIEW_DAYS
                self._forecast(rehearsed, self._demand(rehearsed, diary), diary)
        demand = self._demand(day, diary)
        forecast = self._forecast(day, demand, diary)
        strata = variability_strata(demand[:, -HORIZON:])
        return order_up_to(forecast, self._closed(day, demand), strata, service_level=self._service_level)

    def _forecast(self, day: int, demand: FloatArray, diary: Diary) -> FloatArray:
        """Return the sum of each item's forecast over the days an order must last, and keep it."""
        history = History(self._ids, diary.dates[: day + 1], demand, groups=self._groups)
        if self._learned is None or day - self._learned[0] >= _LEARN_EVERY:
            self._report(f"learning what day {day} knows")
            learned = learn(history, self._calendar, HORIZON, seed=self._seed, effort=NIGHTLY)
            self._learned = (day, learned)
        mean = self._learned[1].forecast(history).forecast.mean
        days = protection_days(diary)
        ahead = diary.is_listed[:, day + 1 : day + 1 + HORIZON]
        self.means[day] = mean
        level = diary.recent_mean(day)
        is_new = diary.is_listed[:, : day + 1].sum(axis=1) < HORIZON
        daily = np.where(is_new[:, None], level[:, None], mean)[:, : ahead.shape[1]]
        self._sums[day] = np.where(ahead, daily, 0.0)[:, :days].sum(axis=1)
        self._lasting[day] = REVIEW_DAYS + self._rng.choice(diary.leads, len(mean))
        return self._sums[day]

    def _demand(self, day: int, diary: Diary) -> FloatArray:
        days = day + 1
        demand: FloatArray = demand_without_stock_outs(
            diary.sales(days), diary.is_out[:, :days], diary.dates[:days]
        )
        return demand

    def _closed(self, day: int, demand: FloatArray) -> ClosedPeriods:
        """Return the sums that were forecast and what came; a period lasts as long as some delivery took."""
        total = np.zeros((demand.shape[0], day + 2))
        np.cumsum(np.nan_to_num(demand), axis=1, out=total[:, 1:])
        rows = np.arange(len(demand))
        made = [origin for origin in sorted(self._sums) if origin < day]
        actual = np.full((len(made), len(demand)), np.nan)
        for place, origin in enumerate(made):
            end = origin + 1 + self._lasting[origin]
            is_over = end <= day + 1
            came = total[rows, np.minimum(end, day + 1)] - total[:, origin + 1]
            actual[place] = np.where(is_over, came, np.nan)
        forecast = np.array([self._sums[origin] for origin in made])
        return ClosedPeriods(forecast, actual)
