"""Small plans: lines with plain terms, and forecasts whose courses of demand are known."""

import numpy as np
import pandas as pd

from recommender.demand.model import Forecast

FIRST_DAY = np.datetime64("2027-01-10")


def lines(n=1, **changes):
    """Return lines of n items in one warehouse: no stock, at once, by the piece, as dear to lack as to keep."""
    columns = {
        "item_id": [f"item-{place}" for place in range(n)],
        "warehouse_id": "north",
        "on_hand": 0.0,
        "lead_days": 0,
        "safety_days": 0,
        "pack_size": 1,
        "minimum_order": 0,
        "unit_cost_fen": 100.0,
        "shortage_fen": 100.0,
        "leftover_fen": 100.0,
        "unit_volume": 1.0,
        "shelf_life_days": np.nan,
    }
    return pd.DataFrame(columns | changes, index=range(n))


def certain(demand):
    """Return the forecast of demand (series, days) that is known."""
    demand = np.atleast_2d(np.asarray(demand, dtype=float))
    return Forecast(days(demand.shape[1]), demand, np.repeat(demand[:, :, None], 4, axis=2))


def normal(mean, deviation, n=1):
    """Return the forecast of normal demand: shapes (days,), the same for each of n series."""
    mean, deviation = np.asarray(mean, float), np.asarray(deviation, float)
    scores = np.array([-1.6448536269514722, 0.0, 1.2815515655446004, 1.6448536269514722])
    quantiles = mean[:, None] + deviation[:, None] * scores
    return Forecast(days(len(mean)), np.tile(mean, (n, 1)), np.tile(quantiles, (n, 1, 1)))


def days(n):
    return FIRST_DAY + np.arange(n)
