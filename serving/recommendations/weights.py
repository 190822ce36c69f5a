"""What moves a score up or down without having put the item forward: price, stock, points that expire, sales.

All of them are factors above 0, so none ever removes an item.
"""

import numpy as np

from serving.recommendations.domain import Expiring, Shop
from serving.recommendations.shelf import Flags, Floats, Integers, Shelf

# A price three times the usual one, or a third of it, keeps 0.84 of the score; nothing keeps less than 0.6.
_PRICE_SPREAD = np.log(3.0)
_LEAST_PRICE_FIT = 0.6
# Without a history: a price that the balance pays twice.
_BALANCE_SHARE = 0.5
# The last pieces still show, to those to whom they matter most.
_LEAST_COVER = 0.2
_COVER_DAYS = 1.0
# The eighth place of a list overtakes the fifth by it (10/17 × 1.3 = 0.76 against 10/14 = 0.71).
_EXPIRY_LIFT = 1.3
# Paid with at least half of what expires, and at least half paid by it: a small gift uses up little, and a small rest
# of points is no reason for a large price.
_EXPIRY_SHARE = 0.5
# What takes all of the expiring points counts twice as much as what takes next to none: a choice all the same.
_LEAST_USE = 0.5
# Until a shop has a sale that can be measured: redemptions half again, in the middle of what is let count.
_DEFAULT_SALE_LIFT = 1.5
_LEAST_SALE_LIFT, _MOST_SALE_LIFT = 1.0, 2.0


def price_fit(prices: Integers, usual_points: float | None, available: int) -> Floats:
    """Return how well prices fit what the member usually redeems, or without that its balance: 0.6 to 1."""
    usual = usual_points or _BALANCE_SHARE * available
    if usual <= 0:
        return np.ones(len(prices))
    distance = np.log(prices / usual) / _PRICE_SPREAD
    fit: Floats = _LEAST_PRICE_FIT + (1 - _LEAST_PRICE_FIT) * np.exp(-0.5 * distance**2)
    return fit


def stock_cover(shelf: Shelf, shop: Shop) -> Floats:
    """Return 1 for items with stock for a day or more, down to 0.2 for those nearly gone: few pieces are not for all."""
    cover = np.ones(len(shelf))
    scarce = shop.highest_demand * _COVER_DAYS
    if (shelf.stocks < scarce).any():
        demand = shelf.lasting(shop.daily_demand) * _COVER_DAYS
        is_short = shelf.stocks < demand
        cover[is_short] = np.maximum(shelf.stocks[is_short] / demand[is_short], _LEAST_COVER)
    return cover


def uses_expiring(prices: Integers, expiring: Expiring | None, available: int) -> Flags:
    """Return which prices the points pay for that the member is about to lose."""
    if expiring is None:
        return np.zeros(len(prices), np.bool_)
    least, most = expiring.points * _EXPIRY_SHARE, expiring.points / _EXPIRY_SHARE
    return (prices <= available) & (prices >= least) & (prices <= most)


def expiry_lift(uses: Flags) -> Floats:
    """Return the lift of what uses points that expire."""
    return np.where(uses, _EXPIRY_LIFT, 1.0)


def uses_up(prices: Integers, expiring: Expiring | None) -> Floats:
    """Return how much of the points that expire each price takes, from a half to 1; 0 where it takes more than those."""
    if expiring is None:
        return np.zeros(len(prices))
    share = prices / expiring.points
    return np.where(share <= 1, _LEAST_USE + (1 - _LEAST_USE) * share, 0.0)


def sale_lift(shelf: Shelf, shop: Shop) -> Floats:
    """Return the lift of items on sale: as in their sales so far, or in all of the shop's, from 1 to 2."""
    usual = _DEFAULT_SALE_LIFT if shop.sale_lift is None else shop.sale_lift
    lift = np.ones(len(shelf))
    for n in shelf.on_sale:
        measured = shop.sale_lifts.get(shelf.offers[n].item_id, usual)
        lift[n] = min(max(measured, _LEAST_SALE_LIFT), _MOST_SALE_LIFT)
    return lift
