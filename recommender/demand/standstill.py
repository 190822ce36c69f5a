"""Periods on which everything stood still though demand was expected: the house was shut and nobody told.

One such day teaches nothing of how demand scatters. Left among the errors at inner origins it pulls every lower
quantile of the horizon to zero, since it lies further below the medians than any other day of the year.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.demand.combination import Block

# Of what a usual period brings, so much must have been expected of one that brought nothing.
_EXPECTED_SHARE = 0.25
# A house that stands still more often is one where nothing is asked for on many days: that is its demand.
_MOST_SHARE = 0.1


def without_standstills(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with nothing observed in periods of standstill.

    A standstill brought none of the series anything though the members, on average, expected a quarter of a usual
    period. Where that is more than a tenth of all periods, the blocks stay as they are.
    """
    expected = [_expected(block) for block in blocks]
    usual = float(np.concatenate(expected).mean()) if expected else 0.0
    still = [
        _is_still(block, own, _EXPECTED_SHARE * usual) for block, own in zip(blocks, expected, strict=True)
    ]
    if usual <= 0 or np.concatenate(still).mean() > _MOST_SHARE:
        return list(blocks)
    return [
        replace(block, actual=np.where(own, np.nan, block.actual)) if own.any() else block
        for block, own in zip(blocks, still, strict=True)
    ]


def _expected(block: Block) -> NDArray[np.float64]:
    """Return what the members on average expect of each period of the series that were observed, shape (horizon,)."""
    is_known = ~np.isnan(block.actual)
    sums = [np.where(is_known, median, 0.0).sum(axis=0) for median in block.medians.values()]
    return np.asarray(np.mean(sums, axis=0), dtype=np.float64)


def _is_still(block: Block, expected: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    is_known = ~np.isnan(block.actual)
    brought = np.where(is_known, block.actual, 0.0).sum(axis=0)
    return np.asarray(is_known.any(axis=0) & (brought == 0) & (expected >= least))
