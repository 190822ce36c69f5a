"""Convex weights of members, learned from how far off they were, and drawn to what was learned from more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from recommender.demand.covariates import Floats
from recommender.demand.shares import shares_by_error

Bools = NDArray[np.bool_]

# A member that errs so much more than the best, in parts, begins with 1/e of its weight. A few weeks of one season
# rank members badly for the next one: of .02 to .2, on six histories of shops, this was best or within half a per cent
# of it, and .05 cost up to four per cent.
_START_SCALE = 0.12
# How strongly weights are drawn to where they begin, in multiples of what the members' differences tell; those of
# a stratum, which holds fewer days, more strongly.
_RIDGE = 1.0
_STRATUM_RIDGE = 2.0
_ROUNDS = 12
# A stratum of fewer cells tells nothing of its own.
_LEAST_CELLS = 500
# Every so many cells are left out beyond this number, which tells eight weights as well as ten times more.
_MOST_CELLS = 60_000


@dataclass(frozen=True)
class Block:
    """What the members said at one inner origin, and what then came.

    Attributes:
        medians: by member, (series, horizon).
        actual: (series, horizon), NaN where not observed or not to be judged.
        is_near: (horizon,) whether an occasion is near.
        is_sparse: (series,) whether on most days nothing is asked for.
    """

    medians: Mapping[str, Floats]
    actual: Floats
    is_near: Bools
    is_sparse: Bools

    def take(self, series: slice) -> "Block":
        """Return the block of some series."""
        medians = {name: values[series] for name, values in self.medians.items()}
        return Block(medians, self.actual[series], self.is_near, self.is_sparse[series])


@dataclass(frozen=True)
class Weights:
    """Weights by stratum, each (members,), for the members in the order of `names`; they sum to one."""

    names: tuple[str, ...]
    by_stratum: Mapping[tuple[bool, bool], Floats]
    pooled: Floats

    def combine(self, medians: Mapping[str, Floats], is_near: Bools, is_sparse: Bools) -> Floats:
        """Return the weighted medians (series, horizon)."""
        combined = np.zeros_like(medians[self.names[0]])
        for (near, sparse), weights in self.by_stratum.items():
            share = np.outer(is_sparse == sparse, is_near == near)
            for name, weight in zip(self.names, weights, strict=True):
                combined += np.where(share, weight * medians[name], 0.0)
        return combined

    @property
    def heavy(self) -> frozenset[str]:
        """The members that weigh something anywhere."""
        total = np.sum([*self.by_stratum.values(), self.pooled], axis=0)
        return frozenset(name for name, weight in zip(self.names, total, strict=True) if weight > 0)

    def of(self, names: Collection[str]) -> "Weights":
        """Return the weights of the members among `names` alone, in the proportions they have.

        Where these weigh nothing they are equal.
        """
        kept = [place for place, name in enumerate(self.names) if name in names]

        def left(weights: Floats) -> Floats:
            own = weights[kept]
            return own / own.sum() if own.sum() > 0 else np.full(len(kept), 1.0 / len(kept))

        by_stratum = {stratum: left(weights) for stratum, weights in self.by_stratum.items()}
        return Weights(tuple(self.names[place] for place in kept), by_stratum, left(self.pooled))


def common(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the members that spoke at every origin; others cannot be weighed against them."""
    names = set.intersection(*(set(block.medians) for block in blocks))
    return [replace(block, medians={name: block.medians[name] for name in sorted(names)}) for block in blocks]


def learn_weights(blocks: Sequence[Block]) -> Weights:
    """Learn pooled weights by absolute error, and those of each stratum (near an occasion, sparse) from there.

    The blocks have the same members.
    """
    names = tuple(sorted(blocks[0].medians))
    cells = [
        _cells(block, names, -(-sum(block.actual.size for block in blocks) // _MOST_CELLS))
        for block in blocks
    ]
    forecasts, actual = (np.concatenate([part[place] for part in cells]) for place in (0, 1))
    stratum = np.concatenate([part[2] for part in cells])
    pooled = convex_weights(forecasts, actual, _start(forecasts, actual), _RIDGE)
    found = {}
    for near in (False, True):
        for sparse in (False, True):
            own = stratum == 2 * near + sparse
            enough = own.sum() >= _LEAST_CELLS and actual[own].any()
            found[near, sparse] = (
                convex_weights(forecasts[own], actual[own], pooled, _STRATUM_RIDGE) if enough else pooled
            )
    return Weights(names, found, pooled)


def convex_weights(forecasts: Floats, actual: Floats, start: Floats, ridge: float) -> Floats:
    """Return weights ≥ 0 that sum to one and make Σ|actual - forecasts · weights| small, drawn to `start`.

    `forecasts` (cells, members). Least absolute error by reweighted least squares (Schlossmacher, Journal of the
    American Statistical Association 1973).
    """
    weights = start
    n_members = forecasts.shape[1]
    if n_members == 1:
        return np.ones(1)
    least = 1e-3 * float(np.abs(actual).mean()) + 1e-9
    for _ in range(_ROUNDS):
        importance = 1.0 / np.maximum(np.abs(actual - forecasts @ weights), least)
        # Weights that sum to one choose between differences from what was begun with.
        centred = forecasts - (forecasts @ start)[:, None]
        gram = (centred * importance[:, None]).T @ centred
        target = (centred * importance[:, None]).T @ (actual - forecasts @ start)
        strength = ridge * float(np.trace(gram)) / n_members + 1e-9
        gram += strength * np.eye(n_members)
        target += strength * start
        weights = _on_simplex(gram, target)
    return weights


def _on_simplex(gram: Floats, target: Floats) -> Floats:
    """Minimise w' gram w / 2 - target' w over w ≥ 0 with sum one."""
    heavy = 1e3 * float(np.sqrt(np.trace(gram)))
    root = np.linalg.cholesky(gram + 1e-10 * np.trace(gram) * np.eye(len(gram)))
    system = np.vstack([root.T, np.full((1, len(gram)), heavy)])
    values = np.append(np.linalg.solve(root, target), heavy)
    weights, _ = nnls(system, values)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _start(forecasts: Floats, actual: Floats) -> Floats:
    return shares_by_error(np.abs(forecasts - actual[:, None]).sum(axis=0), _START_SCALE)


def _cells(block: Block, names: tuple[str, ...], every: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    known = np.flatnonzero(~np.isnan(block.actual.ravel()))[::every]
    forecasts = np.column_stack([block.medians[name].ravel()[known] for name in names])
    stratum = (2 * block.is_near[None, :].astype(np.int64) + block.is_sparse[:, None]).ravel()
    return forecasts, block.actual.ravel()[known], stratum[known]
