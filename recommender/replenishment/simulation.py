"""Periodic review with lost sales, played through day by day over given demand.

A period is a day or a week. At the end of a review period the rule names a level, and what stock and open
orders lack of it is ordered; an order arrives before the demand of the period `lead` + 1 later. What cannot
be served at once is lost (Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 7.9).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.replenishment.order_up_to import Integers


class InvalidSimulation(ValueError):
    """The demand, the reviews and the terms do not fit together."""


@dataclass(frozen=True)
class Observed:
    """What a rule may see at a review: `sales` and `is_short` (series, periods so far), lost demand unseen."""

    sales: Floats
    is_short: NDArray[np.bool_]


# Given the place of the review and what was seen, the levels (series,) to order up to.
Rule = Callable[[int, Observed], Floats]


@dataclass(frozen=True)
class Terms:
    """How supply works; `lead` is in periods, one for all or drawn for each review and series.

    `pack` and `minimum_order` are units, one for all or (series,). An order is raised to the minimum.
    """

    review: int
    lead: int | Integers
    pack: Floats | float = 0.0
    minimum_order: Floats | float = 0.0

    def order(self, lack: Floats) -> Floats:
        """Return what is ordered to fill a lack (series,), in whole packs."""
        wanted = np.where(lack > 0, np.maximum(lack, self.minimum_order), 0.0)
        pack = np.asarray(self.pack, dtype=np.float64)
        # A lack of packs that is whole but for the last bits of its floats is whole.
        packs = np.ceil(wanted / np.where(pack > 0, pack, 1.0) - 1e-9)
        ordered: Floats = np.where(pack > 0, packs * pack, wanted)
        return ordered


@dataclass(frozen=True)
class Played:
    """What happened, each (series, periods): demand that counted, what was lost of it, and the stock left."""

    demand: Floats
    lost: Floats
    stock: Floats
    is_observed: NDArray[np.bool_]


def fixed_levels(levels: Floats) -> Rule:
    """Return the rule that orders up to levels (reviews, series) known beforehand."""
    return lambda place, observed: levels[place]


def simulate(demand: Floats, reviews: Integers, rule: Rule, terms: Terms) -> Played:
    """Play demand (series, periods) from the first review on; NaN is no demand and is not counted.

    `reviews` are the places of the periods at whose end orders are given, `terms.review` apart. The opening
    stock is what the rule names at the first review. Periods up to it have no stock and lose nothing.

    Raises:
        InvalidSimulation: reviews lie outside the demand or are not evenly spaced, or a lead time is negative.
    """
    _require_fitting(demand, reviews, terms)
    n_series, n_periods = demand.shape
    is_observed = ~np.isnan(demand)
    wanted = np.where(is_observed, demand, 0.0)
    sales, lost, stock = wanted.copy(), np.zeros_like(wanted), np.zeros_like(wanted)
    leads = np.broadcast_to(np.asarray(terms.lead), (len(reviews), n_series))
    arriving = np.zeros((n_series, n_periods + int(leads.max(initial=0)) + 2))
    rows = np.arange(n_series)
    place_of = {int(period): place for place, period in enumerate(reviews)}
    first = int(reviews[0])
    on_hand, on_order = rule(0, _seen(sales, lost, first)).astype(np.float64), np.zeros(n_series)
    stock[:, first] = on_hand
    for period in range(first + 1, n_periods):
        on_hand += arriving[:, period]
        on_order -= arriving[:, period]
        sales[:, period] = np.minimum(on_hand, wanted[:, period])
        lost[:, period] = wanted[:, period] - sales[:, period]
        on_hand -= sales[:, period]
        stock[:, period] = on_hand
        place = place_of.get(period)
        if place is not None:
            level = rule(place, _seen(sales, lost, period))
            ordered = terms.order(level - on_hand - on_order)
            arriving[rows, np.minimum(period + leads[place] + 1, arriving.shape[1] - 1)] += ordered
            on_order += ordered
    return Played(wanted, lost, stock, is_observed)


def _seen(sales: Floats, lost: Floats, period: int) -> Observed:
    return Observed(sales[:, : period + 1], lost[:, : period + 1] > 0)


def _require_fitting(demand: Floats, reviews: Integers, terms: Terms) -> None:
    if not len(reviews) or reviews[0] < 0 or reviews[-1] >= demand.shape[1]:
        raise InvalidSimulation(
            f"Reviews must lie within the {demand.shape[1]} periods of the demand; got {reviews.tolist()}."
        )
    if (np.diff(reviews) != terms.review).any():
        raise InvalidSimulation(
            f"Reviews must be {terms.review} periods apart; got the gaps {np.unique(np.diff(reviews)).tolist()}."
        )
    if np.min(terms.lead) < 0:
        raise InvalidSimulation("A lead time cannot be negative.")
