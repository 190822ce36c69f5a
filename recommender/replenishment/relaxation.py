"""The linear relaxation of a plan: parts of orders that each gain something and use the common limits.

Few limits and many parts: HiGHS takes 0.2 s for 20,000 parts and 10 s for 100,000. So larger ones are solved
by sifting (Bixby et al., "Very Large-Scale Linear Programming", Operations Research 1992): prices of a
sample decide the clear parts, the unclear ones are solved, and the answer is taken once no decided part
would change its mind at the new prices, which proves it best for all.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from recommender.bootstrap import Floats

_PARTS_AT_ONCE = 20_000


class NoPlan(RuntimeError):
    """The solver found no quantities; the message is its own."""


@dataclass(frozen=True)
class Relaxed:
    """The share in [0, 1] taken of each part (parts,), and what a unit of each limit is worth (limits,)."""

    taken: Floats
    prices: Floats


def relax(gain: Floats, uses: Floats, available: Floats, *, at_once: int = _PARTS_AT_ONCE) -> Relaxed:
    """Take parts so that their `gain` (parts,) is least, within what is available (limits,) of `uses` (limits, parts).

    Raises:
        NoPlan: the solver failed.
    """
    n_parts = len(gain)
    if n_parts <= at_once:
        return _solve(gain, uses, available)
    step = -(-n_parts // at_once)
    sample = slice(None, None, step)
    prices = _solve(gain[sample], uses[:, sample], available * (len(gain[sample]) / n_parts)).prices
    while at_once < n_parts:
        reduced = gain + prices @ uses
        is_open = np.zeros(n_parts, dtype=bool)
        is_open[np.argpartition(np.abs(reduced) / np.abs(gain), at_once)[:at_once]] = True
        is_taken = (reduced < 0) & ~is_open
        left = available - uses[:, is_taken].sum(axis=1)
        if (left >= 0).all():
            found = _solve(gain[is_open], uses[:, is_open], left)
            prices = found.prices
            regret = np.where(is_taken, 1.0, -1.0) * (gain + prices @ uses)
            if (regret[~is_open] <= 1e-9 * np.abs(gain[~is_open])).all():
                taken = is_taken.astype(np.float64)
                taken[is_open] = found.taken
                return Relaxed(taken, prices)
        at_once *= 2
    return _solve(gain, uses, available)


def _solve(gain: Floats, uses: Floats, available: Floats) -> Relaxed:
    # Presolving these few dense rows takes 20 times as long as the one or two pivots they need.
    found = linprog(
        gain,
        A_ub=csr_array(uses),
        b_ub=available,
        bounds=(0.0, 1.0),
        method="highs-ds",
        options={"presolve": False},
    )
    if found.x is None:
        raise NoPlan(str(found.message))
    prices: Floats = np.maximum(-np.asarray(found.ineqlin.marginals, dtype=np.float64), 0.0)
    return Relaxed(np.asarray(found.x, dtype=np.float64), prices)
