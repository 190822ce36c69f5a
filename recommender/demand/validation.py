"""Rolling origins inside a history, on which members are weighted, judged and calibrated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.demand.boosting import Effort
from recommender.demand.calibration import Calibration, Judged, calibrate
from recommender.demand.combination import Block, Weights, common, learn_weights
from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.ensemble import Ensemble, Said
from recommender.demand.panel import History
from recommender.demand.standstill import without_standstills
from recommender.demand.timeline import Timeline
from recommender.gate import GateDecision, decide_release

COMBINATION = "combination"

# So many series tell weights and widths; more only cost time.
_MOST_SERIES = 2_000
# Recent origins lie half a horizon apart over two months, and are four at least.
_LEAST_ORIGINS = 4
_RECENT_DAYS = 56


@dataclass(frozen=True)
class Validation:
    """What the inner origins taught.

    Attributes:
        recent_origins: how many periods were known at each of the latest origins.
        seasonal_origins: how many a year before.
        wape: by member and of the combination, whose weights were learned without the origin they are judged at.
        weights: learned from all origins.
        calibrations: by member and of the combination.
        judged: what the released model said and what came, at each origin.
        gate: which of them is released; its value of the strongest member is that of choosing a member as well
            without the origin it is judged at.
    """

    recent_origins: Sequence[int]
    seasonal_origins: Sequence[int]
    wape: Mapping[str, float]
    weights: Weights
    calibrations: Mapping[str, Calibration]
    judged: Sequence[Judged]
    gate: GateDecision


def validate(
    history: History,
    timeline: Timeline,
    horizon: int,
    *,
    seed: int,
    effort: Effort,
    report: Callable[[str], None],
) -> Validation | None:
    """Forecast from origins inside the history and learn from the errors; None if it is too short."""
    recent, seasonal = inner_origins(history, horizon)
    if not recent:
        return None
    sampled = history.take(_sample(history))
    blocks: list[Block] = []
    said: list[Said] = []
    for origins in (recent, seasonal):
        for place, origin in enumerate(origins):
            context = Context.of(sampled.until(origin, horizon), timeline, horizon)
            if place == 0:
                report(f"learning from {origin} periods, to be judged by the next")
                ensemble = Ensemble.fitted(context, seed=seed, effort=effort)
            said.append(ensemble.say(context))
            actual = sampled.values[:, origin : origin + horizon].copy()
            actual[~context.is_active] = np.nan
            blocks.append(Block(said[-1].medians, actual, context.is_near, context.is_sparse))
    return _learned(recent, seasonal, blocks, said)


def inner_origins(history: History, horizon: int) -> tuple[list[int], list[int]]:
    """Return the recent inner origins and that of the same season a year before, as periods known, earliest first.

    The latest leaves one horizon to judge by. The earliest, at which members learn, needs two windows before it. The
    season of a year before votes only where the members had a year to look back on then as well.
    """
    rhythm, periods = history.rhythm, history.values.shape[1]
    stride = max(horizon // 2, rhythm.week)
    n_recent = max(_LEAST_ORIGINS, 1 + _RECENT_DAYS // (stride * rhythm.step_days))
    places = [periods - horizon - stride * back for back in reversed(range(n_recent))]
    recent = [place for place in places if place >= 2 * rhythm.window]
    year_ago = periods - rhythm.year
    has_year = year_ago > rhythm.year + rhythm.window and horizon <= rhythm.year
    return recent, [year_ago] if has_year else []


def _sample(history: History) -> np.ndarray:
    """Return the places of series of every size, evenly by rank of their demand."""
    n_series = len(history.series_ids)
    if n_series <= _MOST_SERIES:
        return np.arange(n_series)
    by_size = np.argsort(np.nansum(history.values, axis=1), kind="stable")
    chosen = np.linspace(0, n_series - 1, _MOST_SERIES).round().astype(np.int64)
    return np.sort(by_size[chosen])


def _learned(
    recent: Sequence[int], seasonal: Sequence[int], blocks: Sequence[Block], said: Sequence[Said]
) -> Validation | None:
    demand = sum(float(np.nansum(block.actual)) for block in blocks)
    if demand <= 0:
        return None
    blocks = common(without_standstills(blocks))
    weights = learn_weights(blocks)
    medians = {name: [block.medians[name] for block in blocks] for name in weights.names}
    medians[COMBINATION] = [_combined(weights, block) for block in blocks]
    judged = {
        name: [
            Judged(median, part.widths, block.actual)
            for median, part, block in zip(own, said, blocks, strict=True)
        ]
        for name, own in medians.items()
    }
    calibrations = {name: calibrate(own) for name, own in judged.items()}
    wape = {name: _error(blocks, name) / demand for name in weights.names}
    wape[COMBINATION], best_member_wape = (error / demand for error in _unseen_errors(_folds(blocks)))
    strongest = min(weights.names, key=wape.__getitem__)
    gate = decide_release(
        metric="wape",
        candidate=COMBINATION,
        values={COMBINATION: wape[COMBINATION], strongest: best_member_wape},
        higher_is_better=False,
    )
    return Validation(recent, seasonal, wape, weights, calibrations, judged[gate.released], gate)


def _folds(blocks: Sequence[Block]) -> list[tuple[list[Block], list[Block]]]:
    """Return what to learn from and what to judge by: each origin without itself; a lone one by halves of series."""
    if len(blocks) > 1:
        return [([*blocks[:place], *blocks[place + 1 :]], [block]) for place, block in enumerate(blocks)]
    halves = [blocks[0].take(slice(first, None, 2)) for first in (0, 1)]
    if any(np.isnan(half.actual).all() for half in halves):
        return [([blocks[0]], [blocks[0]])]
    return [([halves[0]], [halves[1]]), ([halves[1]], [halves[0]])]


def _unseen_errors(folds: Sequence[tuple[list[Block], list[Block]]]) -> tuple[float, float]:
    """Return the absolute errors of the combination and of the best member, each chosen on the other folds.

    The best of many members in hindsight is lucky as well as good; chosen like the weights, both are judged alike.
    """
    combined = best = 0.0
    for others, judged in folds:
        weights = learn_weights(others)
        strongest = min(weights.names, key=lambda name: _error(others, name))
        best += _error(judged, strongest)
        combined += sum(
            float(np.nansum(np.abs(block.actual - _combined(weights, block)))) for block in judged
        )
    return combined, best


def _combined(weights: Weights, block: Block) -> Floats:
    return weights.combine(block.medians, block.is_near, block.is_sparse)


def _error(blocks: Sequence[Block], name: str) -> float:
    return sum(float(np.nansum(np.abs(block.actual - block.medians[name]))) for block in blocks)
