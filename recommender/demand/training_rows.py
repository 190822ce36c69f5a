"""Which (series, origin, step) the boosted models learn from."""

import numpy as np

from recommender.demand.context import Context
from recommender.demand.rolling import Indices

Rows = tuple[Indices, Indices, Indices]


class TooLittleHistory(ValueError):
    """The history is too short to hold a single training row."""


# The season that comes next is seen once a year: this part of the rows is from its earlier years. On the Rossmann
# stores around Christmas and Easter a half made WAPE .103, a quarter .113, none .22.
_SEASON_SHARE = 0.5
_STEPS_A_TARGET = 2


def draw_rows(context: Context, *, max_rows: int, seed: int, after: int = 0) -> Rows:
    """Draw rows (series, origin, step) whose target is observed, each with a full window before its origin.

    Series are drawn in proportion to their demand, so that the loss counts units without sample weights, with
    which binning costs ten times as much; `max_rows` bounds the cost at any number of series. A part of the rows is
    of the season of earlier years that the coming periods are aligned with. Targets lie `after` so many periods.

    Raises:
        TooLittleHistory: there is no such row.
    """
    values, window = context.values, context.history.rhythm.window
    first = max(window, after)
    generator = np.random.default_rng(seed)
    season = _season(context)
    season = season[season >= first]
    is_known = ~np.isnan(values)
    # Each target at a step or two: more draws of the same few periods tell little more.
    possible = int(is_known[:, first:].sum()) * min(context.horizon, _STEPS_A_TARGET)
    n_rows = min(max_rows, possible)
    n_season = int(_SEASON_SHARE * n_rows) if len(season) else 0
    found: list[Rows] = []
    reached = np.cumsum(np.where(is_known, values, 0.0).sum(axis=1) + context.least_level)
    ordinary = np.arange(first, values.shape[1])
    for targets, wanted in ((season, n_season), (ordinary, n_rows - n_season)):
        missing = wanted if len(targets) else 0
        # Some draws fall on what was not observed or lack a window; a few rounds fill the quota.
        for _ in range(8):
            if missing <= 0:
                break
            series = np.searchsorted(reached, generator.random(2 * missing) * reached[-1])
            series = np.minimum(series, len(values) - 1)
            target = targets[generator.integers(0, len(targets), size=len(series))]
            step = generator.integers(1, context.horizon + 1, size=len(series))
            origin = target - step
            usable = origin >= window - 1
            series, origin, step = series[usable], origin[usable], step[usable]
            count = context.rolling.count
            has_level = count[series, origin + 1] > count[series, origin + 1 - window]
            kept = np.flatnonzero(is_known[series, origin + step] & has_level)[:missing]
            found.append((series[kept], origin[kept], step[kept]))
            missing -= len(kept)
    if not any(len(rows[0]) for rows in found):
        raise TooLittleHistory(
            f"{values.shape[1]} periods hold no observed period after {window} periods of history"
        )
    series, origin, step = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return series, origin, step


def _season(context: Context) -> Indices:
    """Return the known periods that those ahead, twice the horizon of them, are aligned with in earlier years."""
    periods, window = context.values.shape[1], context.history.rhythm.window
    aligned = context.timeline.aligned[:, periods : periods + 2 * context.horizon].ravel()
    places = np.unique(np.round(aligned[~np.isnan(aligned)]).astype(np.int64))
    return np.asarray(places[(places >= window) & (places < periods)], dtype=np.int64)
