"""What an order could serve: the pieces it would save from being lost, in each possible course of demand.

With lost sales, what is lost up to a day is the highest that demand minus supply has been so far, if above
zero (the reflection of a net flow at zero: Harrison, Brownian Motion and Stochastic Flow Systems, 1985,
2.2). So an order of Q pieces arriving on day A saves min(Q, N) pieces and leaves (Q - N)+ over, where N is
how far the highest net demand from A on exceeds what was lost before A. That is a newsvendor's demand.

Days come one after another as demand (rows, paths), so that no more than a day of all paths is held.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.replenishment.order_up_to import Integers

# Less than this is a rounding error of floats, not a lost piece.
LOST = 1e-6


@dataclass(frozen=True)
class Course:
    """What becomes of the rows without an order.

    `risk` (rows, days) is the probability that something was lost up to and including a day; `lost`, `left`
    and `demand` (rows, paths) are pieces lost, left over at the end, and asked for.
    """

    risk: Floats
    lost: Floats
    left: Floats
    demand: Floats


@dataclass(frozen=True)
class Window:
    """The days on which an order can serve: from `arrival` to `until`, places (rows,), both included."""

    arrival: Integers
    until: Integers


def follow(days: Iterable[Floats], on_hand: Floats, arrivals: Floats) -> Course:
    """Follow demand from stock on hand (rows,) with arrivals (rows, days), which serve the day they come."""
    risks = []
    for course in _net(days, on_hand, arrivals):
        demand, short, lost = course
        risks.append((lost > LOST).mean(axis=1))
    return Course(np.column_stack(risks), lost, lost - short, demand)


def needs_within(
    days: Iterable[Floats], on_hand: Floats, arrivals: Floats, windows: list[Window]
) -> tuple[list[Floats], Floats]:
    """Return for each window the pieces N (rows, paths) that an order could save in it.

    The second part is the mean stock (rows,) in the evening before the last window's arrival, or at the end
    if that comes first.
    """
    before: list[Floats] = []
    highest: list[Floats] = []
    stock = on_hand.astype(np.float64)
    for day, (_, short, lost) in enumerate(_net(days, on_hand, arrivals)):
        if not day:
            before = [np.zeros_like(short) for _ in windows]
            highest = [np.full_like(short, -np.inf) for _ in windows]
        for place, window in enumerate(windows):
            served = np.flatnonzero((window.arrival <= day) & (day <= window.until))
            highest[place][served] = np.maximum(highest[place][served], short[served])
            eve = np.flatnonzero(window.arrival == day + 1)
            before[place][eve] = lost[eve]
        coming = np.flatnonzero(windows[-1].arrival > day)
        stock[coming] = (lost[coming] - short[coming]).mean(axis=1)
    return [np.maximum(top - lost, 0.0) for top, lost in zip(highest, before, strict=True)], stock


def first_risky_day(risk: Floats, allowed: Floats) -> Integers:
    """Return the first day (rows,) on which a risk (rows, days) exceeds what is allowed (rows,); -1 if none."""
    is_risky: NDArray[np.bool_] = risk > allowed[:, None] + 1e-9
    first: Integers = np.where(is_risky.any(axis=1), is_risky.argmax(axis=1), -1)
    return first


def _net(
    days: Iterable[Floats], on_hand: Floats, arrivals: Floats
) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Yield after each day what was asked for, that minus all supply, and what was lost (rows, paths).

    The arrays are the same ones each day, changed in place.
    """
    for day, demand in enumerate(days):
        if not day:
            asked = np.zeros_like(demand)
            short = np.repeat(-on_hand.astype(np.float64)[:, None], demand.shape[1], axis=1)
            lost = np.zeros_like(demand)
        asked += demand
        short += demand
        short -= arrivals[:, day, None]
        np.maximum(lost, short, out=lost)
        yield asked, short, lost
