"""Forecasts of items, categories and the whole that add up.

Each node's forecast is one measurement of its demand and the sum of its children's another; weighted by their
variances both give the reconciled forecast. On a tree this is the least-squares solution (MinT with variances only,
Wickramasuriya, Athanasopoulos & Hyndman, Journal of the American Statistical Association 2019) and takes two
passes: up, to weigh each node's own against its children's, and down, to share out what is left in proportion to variance.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.model import Forecast


@dataclass(frozen=True)
class Level:
    """Forecasts of one level of the tree.

    Attributes:
        forecast: of (nodes, horizon).
        variance: (nodes, horizon) or (nodes, 1) of its errors, from how far off it was before; zero where the forecast
            is certain, which then takes no share in what is left. Above the items it is > 0.
        parent: (nodes,) the place of each node's parent in the level above; unused at the top.
    """

    forecast: Forecast
    variance: Floats
    parent: NDArray[np.int64]


def reconciled(levels: list[Level]) -> list[Forecast]:
    """Return the forecasts of levels, given from the items up to the whole, with means that add up.

    Quantiles are those of each node times the change of its mean: sums of quantiles are not quantiles of sums.
    """
    means = [levels[0].forecast.mean]
    variances = [np.broadcast_to(levels[0].variance, means[0].shape)]
    for below, level in pairwise(levels):
        n_nodes = len(level.variance)
        total = _summed(means[-1], below.parent, n_nodes)
        spread = _summed(variances[-1], below.parent, n_nodes)
        has_children = (np.bincount(below.parent, minlength=n_nodes) > 0)[:, None]
        weight = np.where(has_children, level.variance / (level.variance + spread), 0.0)
        means.append(weight * total + (1.0 - weight) * level.forecast.mean)
        variances.append(np.where(has_children, weight * spread, level.variance))
    settled = [means[-1]]
    for place in range(len(levels) - 2, -1, -1):
        parent, n_nodes = levels[place].parent, len(levels[place + 1].variance)
        gap = settled[0] - _summed(means[place], parent, n_nodes)
        spread = _summed(variances[place], parent, n_nodes)[parent]
        share = np.divide(variances[place], spread, out=np.zeros_like(spread), where=spread > 0)
        settled.insert(0, means[place] + share * gap[parent])
    return [
        _moved(level.forecast, mean)
        for level, mean in zip(levels, _not_negative(settled, levels), strict=True)
    ]


def _not_negative(means: list[Floats], levels: list[Level]) -> list[Floats]:
    """Return means of items cut at zero and shrunk to what their parents have, and the sums of that above."""
    items = np.maximum(means[0], 0.0)
    if len(levels) > 1:
        parent, n_nodes = levels[0].parent, len(levels[1].variance)
        total = _summed(items, parent, n_nodes)
        wanted = np.maximum(means[1], 0.0)
        items = items * np.divide(wanted, total, out=np.ones_like(total), where=total > 0)[parent]
    found = [items]
    for below, level in pairwise(levels):
        found.append(_summed(found[-1], below.parent, len(level.variance)))
    return found


def _summed(values: Floats, parent: NDArray[np.int64], n_nodes: int) -> Floats:
    total = np.zeros((n_nodes, values.shape[1]))
    np.add.at(total, parent, values)
    return total


def _moved(forecast: Forecast, mean: Floats) -> Forecast:
    ratio = np.divide(mean, forecast.mean, out=np.ones_like(mean), where=forecast.mean > 0)
    return replace(forecast, mean=mean, quantiles=forecast.quantiles * ratio[..., None])
