"""What each row of a plan needs and when, from possible courses of demand; rows are followed a few at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from recommender.bootstrap import Floats
from recommender.demand.model import Forecast
from recommender.replenishment.demand_paths import Draws, demand_of_day
from recommender.replenishment.need import Window, first_risky_day, follow, needs_within
from recommender.replenishment.newsvendor import best_quantity, critical_fractile
from recommender.replenishment.order_up_to import Integers

# 2 MB an array of rows × paths, so that a day's arrays stay in the processor's cache.
_CELLS_AT_ONCE = 250_000


@dataclass(frozen=True)
class RowTerms:
    """What is known of each row, all of shape (rows,): pieces, days, fen; `shelf_life` is beyond any plan where unlimited."""

    on_hand: Floats
    lead: Integers
    safety: Integers
    shelf_life: Floats
    unit_cost_fen: Floats
    shortage_fen: Floats
    leftover_fen: Floats

    def of(self, rows: slice) -> "RowTerms":
        """Return the terms of some rows."""
        return RowTerms(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True)
class RowNeeds:
    """What an order of each row could do; days are places in the forecast, -1 for none.

    Attributes:
        need_day: (rows,) the first day on which running out is likelier than it is worth.
        wanted_day, arrival: (rows,) when an order should arrive, and when it can.
        wish: (rows,) pieces to order if they came in time and kept.
        timely: (rows,) pieces to order of those that can come; the best of `need`.
        kept: (rows,) of these, pieces that are worth it within their shelf life.
        need: (rows, paths) pieces that the order could save, arriving when it can, within its shelf life.
        leftover_fen: (rows,) cost of a piece that saves none: of its purchase where it expires.
        lost, left: (rows, paths) pieces lost and left over at the end without an order.
        stock: (rows,) mean stock before the order arrives.
        demand: (rows, paths) pieces asked for over all days.
    """

    need_day: Integers
    wanted_day: Integers
    arrival: Integers
    wish: Floats
    timely: Floats
    kept: Floats
    need: Floats
    leftover_fen: Floats
    lost: Floats
    left: Floats
    stock: Floats
    demand: Floats


def row_needs(forecast: Forecast, arrivals: Floats, terms: RowTerms, draws: Draws) -> RowNeeds:
    """Follow all rows; `forecast` and `arrivals` (rows, days) are of the same rows as the terms."""
    at_once = max(1, _CELLS_AT_ONCE // len(draws.scores))
    parts = [
        _follow(
            Forecast(forecast.dates, forecast.mean[rows], forecast.quantiles[rows]),
            arrivals[rows],
            terms.of(rows),
            draws,
        )
        for rows in _slices(len(terms.on_hand), at_once)
    ]
    return RowNeeds(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(RowNeeds)
        }
    )


def _follow(forecast: Forecast, arrivals: Floats, terms: RowTerms, draws: Draws) -> RowNeeds:
    def days() -> Iterator[Floats]:
        return (demand_of_day(forecast, draws, day) for day in range(len(forecast.dates)))

    course = follow(days(), terms.on_hand, arrivals)
    last = np.full(len(arrivals), len(forecast.dates) - 1)
    fractile = critical_fractile(terms.shortage_fen, terms.leftover_fen)
    need_day = first_risky_day(course.risk, 1.0 - fractile)
    wanted = np.where(need_day >= 0, np.maximum(need_day - terms.safety, 0), -1)
    arrival = np.maximum(wanted, terms.lead)
    until = np.minimum(last.astype(np.float64), arrival + terms.shelf_life - 1).astype(np.int64)
    expires = until < last
    leftover = np.where(expires, np.maximum(terms.leftover_fen, terms.unit_cost_fen), terms.leftover_fen)
    windows = [Window(np.maximum(wanted, 0), last), Window(arrival, last), Window(arrival, until)]
    found, stock = needs_within(days(), terms.on_hand, arrivals, windows)
    # Where running out is not worth an order, none is needed.
    wished, timely, need = (np.where((need_day >= 0)[:, None], part, 0.0) for part in found)
    return RowNeeds(
        need_day=need_day,
        wanted_day=wanted,
        arrival=arrival,
        wish=best_quantity(wished, fractile),
        timely=best_quantity(timely, fractile),
        kept=best_quantity(need, critical_fractile(terms.shortage_fen, leftover)),
        need=need,
        leftover_fen=leftover,
        lost=course.lost,
        left=course.left,
        stock=stock + arrivals[np.arange(len(arrivals)), np.minimum(arrival, last)],
        demand=course.demand,
    )


def _slices(n_rows: int, at_once: int) -> Iterator[slice]:
    for start in range(0, max(n_rows, 1), at_once):
        yield slice(start, start + at_once)
