"""An item's demand shared out among the warehouses that serve it, by what left each of them lately."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recommender.bootstrap import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.frames import require_columns, require_numbers, require_text
from recommender.replenishment.order_up_to import Integers

# Pieces by which an item's shares are drawn to those of all items: fewer tell a tenth no better than chance.
_PRIOR_PIECES = 25.0
# Between the outer quantiles of a normal demand lie so many deviations.
_DEVIATIONS = 2 * 1.6448536269514722


def warehouse_shares(
    left: pd.DataFrame, item_ids: Sequence[str], warehouse_ids: Sequence[str], default: str
) -> Floats:
    """Return the share of each warehouse in the demand of each item, (items, warehouses); a row sums up to one.

    `left` has item_id, warehouse_id and quantity, the pieces that left; those of other items count for what is usual,
    those of other warehouses for nothing. Where nothing left any of these warehouses, all is asked of the `default`.

    Raises:
        InvalidFrame: a column is missing or a value cannot be used.
    """
    require_columns(left, ("item_id", "warehouse_id", "quantity"))
    row = pd.Index(item_ids).get_indexer(pd.Index(require_text(left["item_id"])))
    column = pd.Index(warehouse_ids).get_indexer(pd.Index(require_text(left["warehouse_id"])))
    quantity = require_numbers(left["quantity"], at_least=0.0)
    usual = np.bincount(column[column >= 0], quantity[column >= 0], minlength=len(warehouse_ids))
    if usual.sum() == 0:
        usual[list(warehouse_ids).index(default)] = 1.0
    own = np.zeros((len(item_ids), len(warehouse_ids)))
    is_own = (row >= 0) & (column >= 0)
    np.add.at(own, (row[is_own], column[is_own]), quantity[is_own])
    drawn = own + _PRIOR_PIECES * usual / usual.sum()
    shares: Floats = drawn / drawn.sum(axis=1, keepdims=True)
    return shares


def shares_of_lines(left: pd.DataFrame, lines: pd.DataFrame) -> Floats:
    """Return what part (lines,) of its item's demand each line served, of lines (item_id, warehouse_id) of some warehouses.

    An item's parts sum up to one over the lines it has, which may be of fewer warehouses than those of others; where
    nothing left any of them, each has the same part.

    Raises:
        InvalidFrame: see `warehouse_shares`.
    """
    items, warehouses = sorted(set(lines["item_id"])), sorted(set(lines["warehouse_id"]))
    shares = warehouse_shares(left, items, warehouses, warehouses[0])
    row = pd.Index(items).get_indexer(pd.Index(lines["item_id"]))
    own = shares[row, pd.Index(warehouses).get_indexer(pd.Index(lines["warehouse_id"]))]
    whole = np.bincount(row, own, minlength=len(items))[row]
    count = np.bincount(row, minlength=len(items))[row]
    parts: Floats = np.where(whole > 0, own / np.where(whole > 0, whole, 1.0), 1.0 / count)
    return parts


def shared_out(forecast: Forecast, rows: Integers, shares: Floats) -> Forecast:
    """Return for each line the part of a series' forecast; `rows` (lines,) name the series, `shares` (lines,) the parts.

    Means of a series' parts add up to its own. Quantiles do not: that a piece is asked of one warehouse and not of the
    other is chance, which a part has beside its share in the doubt about the whole (thinned by p, variance V and mean
    m become p²V + p(1 - p)m: Grandell, Mixed Poisson Processes, 1997, 1.3).
    """
    share = shares[:, None]
    whole, quantiles = forecast.mean[rows], forecast.quantiles[rows]
    low, high = QUANTILES.index(0.05), QUANTILES.index(0.95)
    deviation = (quantiles[..., high] - quantiles[..., low]) / _DEVIATIONS
    thinned = np.sqrt(share**2 * deviation**2 + share * (1.0 - share) * whole)
    widening = np.divide(thinned, share * deviation, out=np.ones_like(whole), where=share * deviation > 0)
    mean = share * whole
    median = share * quantiles[..., QUANTILES.index(0.5)]
    spread = share[..., None] * quantiles - median[..., None]
    return Forecast(forecast.dates, mean, np.maximum(median[..., None] + widening[..., None] * spread, 0.0))
