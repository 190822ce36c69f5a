"""Models beside each other: means, ratios and segments of members, with intervals paired over members."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Estimate, interval_of, quotient, resampled_sums
from recommender.gate import strongest_of
from recommender.ranking.measurement import COVERAGE, Key

Floats = NDArray[np.float64]

JUDGED_BY: Key = ("ndcg", 10)
SEGMENTS = ("light", "medium", "heavy")


@dataclass(frozen=True)
class Segment:
    """A third of the members by their number of rows before; `ndcg` is NDCG@10 by model."""

    name: str
    fewest: int
    most: int
    members: int
    ndcg: Mapping[str, Estimate]


@dataclass(frozen=True)
class Comparison:
    """What one slice says.

    Attributes:
        scores: by model, then by metric and k.
        ratios: mean NDCG@10 of the candidate over that of each baseline.
        strongest: the baseline with the highest NDCG@10.
    """

    members: int
    wanted: int
    scores: Mapping[str, Mapping[Key, Estimate]]
    ratios: Mapping[str, Estimate]
    strongest: str
    segments: Sequence[Segment]


def compare(
    measured: Mapping[str, Mapping[Key, Floats]],
    *,
    candidate: str,
    wanted: NDArray[np.int64],
    history: NDArray[np.int64],
    seed: int,
    n_resamples: int = 500,
) -> Comparison:
    """Compare models by what their lists are worth to the same members, at least one of them.

    Coverage has no interval: a resample holds fewer different members, so its lists cover less.

    Args:
        measured: by model, what `measure` returns; NDCG@10 is among it.
        wanted, history: per member.
    """
    values: dict[Hashable, Floats] = {
        (model, key): worth
        for model, found in measured.items()
        for key, worth in found.items()
        if key[0] != COVERAGE
    }
    segment_of = segments_of(history)
    for number, name in enumerate(SEGMENTS):
        for model, found in measured.items():
            values[name, model] = np.where(segment_of == number, found[JUDGED_BY], np.nan)
    resampled = _Resampled(values, n_resamples=n_resamples, seed=seed)
    scores = {
        model: {
            key: _plain(worth, len(wanted)) if key[0] == COVERAGE else resampled.mean((model, key))
            for key, worth in found.items()
        }
        for model, found in measured.items()
    }
    baselines = [model for model in measured if model != candidate]
    return Comparison(
        members=len(wanted),
        wanted=int(wanted.sum()),
        scores=scores,
        ratios={name: resampled.ratio((candidate, JUDGED_BY), (name, JUDGED_BY)) for name in baselines},
        strongest=strongest_of({name: scores[name][JUDGED_BY].value for name in baselines}),
        segments=[
            Segment(
                name=name,
                fewest=int(history[segment_of == number].min()),
                most=int(history[segment_of == number].max()),
                members=int((segment_of == number).sum()),
                ndcg={model: resampled.mean((name, model)) for model in measured},
            )
            for number, name in enumerate(SEGMENTS)
            if (segment_of == number).any()
        ],
    )


def segments_of(history: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the tercile of each member by size of history, 0 to 2; members of one size stay together."""
    bounds = np.quantile(history, [1 / 3, 2 / 3], method="inverted_cdf")
    return np.searchsorted(bounds, history, side="left")


class _Resampled:
    """Sums of per-member values in every resample; a member without a value does not count there."""

    def __init__(self, values: Mapping[Hashable, Floats], *, n_resamples: int, seed: int) -> None:
        n_members = len(next(iter(values.values())))
        columns = [np.ones(n_members)]
        self._places: dict[Hashable, tuple[int, int]] = {}
        for key, worth in values.items():
            known = np.isfinite(worth)
            divisor = 0
            if not known.all():
                divisor = len(columns)
                columns.append(known.astype(np.float64))
            self._places[key] = (len(columns), divisor)
            columns.append(np.where(known, worth, 0.0))
        table = np.column_stack(columns)
        self._total = table.sum(axis=0, keepdims=True)
        self._sums = resampled_sums(table, n_resamples=n_resamples, seed=seed)

    def mean(self, key: Hashable) -> Estimate:
        """Return the mean over the members who have a value."""
        top, bottom = self._places[key]
        return self._estimate(top, bottom, int(self._total[0, bottom]))

    def ratio(self, key: Hashable, other: Hashable) -> Estimate:
        """Return the mean of one over the mean of another that the same members have."""
        return self._estimate(self._places[key][0], self._places[other][0], int(self._total[0, 0]))

    def _estimate(self, top: int, bottom: int, n: int) -> Estimate:
        value = quotient(self._total[:, [top]], self._total[:, [bottom]])
        low, high = interval_of(quotient(self._sums[:, [top]], self._sums[:, [bottom]]))
        return Estimate(float(value[0, 0]), float(low[0]), float(high[0]), n)


def _plain(value: Floats, n: int) -> Estimate:
    return Estimate(float(value[0]), np.nan, np.nan, n)
