"""How well stock served demand: figures of what was played, holiday periods apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.replenishment.order_up_to import Integers
from recommender.replenishment.simulation import Played

Flags = NDArray[np.bool_]

# Less than this is a rounding error of floats, not a lost sale.
_LOST = 1e-9


@dataclass(frozen=True)
class Service:
    """Figures over the counted cycles; NaN where there was nothing to count.

    Attributes:
        cycles_short: share of cycles (series × review period) with any lost sale.
        fill_rate: units served over units asked for.
        days_short: share of series × periods with a lost sale.
        stock_periods: median over series of the mean stock at the end of a period over the mean demand of one,
            both over all periods, those without demand too.
        holiday_cycles_short, holiday_fill_rate, holiday_days_short: of the cycles and periods with a holiday.
        cycles: how many cycles were counted.
    """

    cycles_short: float
    fill_rate: float
    days_short: float
    stock_periods: float
    holiday_cycles_short: float
    holiday_fill_rate: float
    holiday_days_short: float
    cycles: int


def measure_service(
    played: Played,
    reviews: Integers,
    *,
    review: int,
    lead: int,
    warm_up: int = 2,
    is_holiday: Flags | None = None,
) -> Service:
    """Measure the cycles that the orders of all reviews but the first `warm_up` were for.

    The cycle of a review lasts from its order's planned arrival to the next one's; cycles that the demand does not hold in
    full are left out. `is_holiday` (periods,) marks the holiday periods.
    """
    starts = reviews[warm_up:] + lead + 1
    starts = starts[starts + review <= played.demand.shape[1]]
    holiday = np.zeros(played.demand.shape[1], dtype=bool) if is_holiday is None else is_holiday
    periods = (starts[:, None] + np.arange(review)).ravel()
    shape = (len(played.demand), len(starts), review)
    demand, lost, stock = (
        part[:, periods].reshape(shape) for part in (played.demand, played.lost, played.stock)
    )
    known = played.is_observed[:, periods].reshape(shape)
    festive = np.broadcast_to(holiday[periods].reshape(1, *shape[1:]), shape)
    short = (lost > _LOST) & known
    counted: Flags = np.any(known, axis=2)
    is_festive_cycle = np.any(festive, axis=2) & counted
    is_short_cycle: Flags = np.any(short, axis=2)
    asked = demand.sum(axis=(1, 2))
    has_demand = asked > 0
    own = np.full(len(asked), np.nan)
    np.divide(stock.sum(axis=(1, 2)), asked, out=own, where=has_demand)
    return Service(
        cycles_short=_share(is_short_cycle, counted),
        fill_rate=1.0 - _over(lost.sum(), demand.sum()),
        days_short=_share(short, known),
        stock_periods=float(np.median(own[has_demand])) if has_demand.any() else float("nan"),
        holiday_cycles_short=_share(is_short_cycle, is_festive_cycle),
        holiday_fill_rate=1.0 - _over(lost[festive].sum(), demand[festive].sum()),
        holiday_days_short=_share(short, known & festive),
        cycles=int(counted.sum()),
    )


def _share(hit: Flags, of: Flags) -> float:
    return _over(float((hit & of).sum()), float(of.sum()))


def _over(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator > 0 else float("nan")
