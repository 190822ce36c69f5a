"""Rolling origins inside a history, on which members are weighted, judged and calibrated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.demand.calibration import Calibration, Judged, calibrate
from recommender.demand.combination import Block, Weights, learn_weights
from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.ensemble import Ensemble, Said
from recommender.demand.panel import History
from recommender.demand.timeline import Timeline
from recommender.gate import GateDecision, decide_release

COMBINATION = "combination"

# So many series tell weights and widths; more only cost time.
_MOST_SERIES = 2_000
_RECENT_ORIGINS = 4


@dataclass(frozen=True)
class Validation:
    """What the inner origins taught.

    Attributes:
        origins: how many periods were known at each.
        wape: by member and of the combination, whose weights were learned without the origin they are judged at.
        weights: learned from all origins.
        calibrations: by member and of the combination.
        gate: which of them is released.
    """

    origins: Sequence[int]
    wape: Mapping[str, float]
    weights: Weights
    calibrations: Mapping[str, Calibration]
    gate: GateDecision


def validate(
    history: History, timeline: Timeline, horizon: int, *, seed: int, report: Callable[[str], None]
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
                report(f"learning from {origin} periods")
                ensemble = Ensemble.fitted(context, seed=seed)
            said.append(ensemble.say(context))
            actual = sampled.values[:, origin : origin + horizon].copy()
            actual[~context.is_active] = np.nan
            blocks.append(Block(said[-1].medians, actual, context.is_near, context.is_sparse))
    return _learned((*recent, *seasonal), blocks, said)


def inner_origins(history: History, horizon: int) -> tuple[list[int], list[int]]:
    """Return the recent inner origins and that of the same season a year before, as periods known, earliest first.

    The latest leaves one horizon to judge by. The earliest, at which members learn, needs two windows before it. The
    season of a year before votes only where the members had a year to look back on then as well.
    """
    rhythm, periods = history.rhythm, history.values.shape[1]
    stride = max(horizon // 2, rhythm.week)
    places = [periods - horizon - stride * back for back in reversed(range(_RECENT_ORIGINS))]
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


def _learned(origins: Sequence[int], blocks: Sequence[Block], said: Sequence[Said]) -> Validation | None:
    weights = learn_weights(blocks)
    demand = sum(float(np.nansum(block.actual)) for block in blocks)
    if demand <= 0:
        return None
    errors = {name: sum(_error(block, block.medians[name]) for block in blocks) for name in weights.names}
    errors[COMBINATION] = sum(
        _error(block, _combined(weights_without, block))
        for block, weights_without in zip(blocks, _left_out(blocks), strict=True)
    )
    wape = {name: error / demand for name, error in errors.items()}
    medians = {name: [block.medians[name] for block in blocks] for name in weights.names}
    medians[COMBINATION] = [_combined(weights, block) for block in blocks]
    calibrations = {
        name: calibrate(
            [
                Judged(median, part.widths, block.actual)
                for median, part, block in zip(own, said, blocks, strict=True)
            ]
        )
        for name, own in medians.items()
    }
    gate = decide_release(metric="wape", candidate=COMBINATION, values=wape, higher_is_better=False)
    return Validation(origins, wape, weights, calibrations, gate)


def _left_out(blocks: Sequence[Block]) -> list[Weights]:
    """Return for each origin the weights that the others teach; a lone origin's are its own."""
    if len(blocks) == 1:
        return [learn_weights(blocks)]
    return [learn_weights([*blocks[:place], *blocks[place + 1 :]]) for place in range(len(blocks))]


def _combined(weights: Weights, block: Block) -> Floats:
    return weights.combine(block.medians, block.is_near, block.is_sparse)


def _error(block: Block, median: Floats) -> float:
    return float(np.nansum(np.abs(block.actual - median)))
