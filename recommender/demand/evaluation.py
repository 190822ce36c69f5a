"""Rolling-origin evaluation: forecast from several past days and compare with what came after.

Tashman, "Out-of-sample tests of forecasting accuracy" (International Journal of Forecasting 2000). A
model is fitted once, at the first origin, and applied to the longer history of the later ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import interval_of, quotient, ratio_intervals, resample_counts
from recommender.card import Paired
from recommender.demand.features import WINDOW_DAYS
from recommender.demand.metrics import METRICS, Scales, error_sums
from recommender.demand.model import DemandModel
from recommender.demand.panel import Floats, History, Panel
from recommender.scores import Score

# Numerators and denominators, both of shape (series, metrics).
Errors = tuple[Floats, Floats]


@dataclass(frozen=True)
class Origins:
    """The days forecast from: one for the gate, its window closed before the first test origin."""

    validation: date | None
    test: tuple[date, ...]


def plan_origins(
    panel: Panel,
    *,
    spell_days: int,
    horizon_days: int,
    stride_days: int = 14,
    n_test: int = 3,
) -> Origins:
    """Place up to `n_test` test origins before the panel's end, and a validation origin before them.

    A test origin needs 28 days of the spell up to it; the validation origin needs as many more as the
    horizon, to train on. Test origins are given up, earliest first, as long as that makes room for
    validation.
    """
    last: date = panel.dates[-1].astype(object)
    for n in range(n_test, 0, -1):
        back = horizon_days + stride_days * (n - 1)
        if spell_days - back - horizon_days >= WINDOW_DAYS + horizon_days:
            test = _origins(last, horizon_days, stride_days, n)
            return Origins(test[0] - timedelta(days=horizon_days), test)
    possible = (spell_days - WINDOW_DAYS - horizon_days) // stride_days + 1
    return Origins(None, _origins(last, horizon_days, stride_days, max(0, min(n_test, possible))))


def is_active(history: History) -> NDArray[np.bool_]:
    """Return which series were observed in the last 28 days; only those are forecast and scored."""
    return np.asarray((~np.isnan(history.values[:, -WINDOW_DAYS:])).any(axis=1))


def rolling_error_sums(
    model: DemandModel, panel: Panel, origins: Sequence[date], *, horizon_days: int
) -> Errors:
    """Fit at the first origin, forecast from each, and add up the error sums per series."""
    model.fit(panel.history(origins[0]))
    numerators = np.zeros((len(panel.series_ids), len(METRICS)))
    denominators = np.zeros_like(numerators)
    for origin in origins:
        history = panel.history(origin)
        actual = panel.actuals(origin, horizon_days).copy()
        actual[~is_active(history)] = np.nan
        sums = error_sums(model.forecast(history), actual, Scales.of(history))
        numerators += sums[0]
        denominators += sums[1]
    return numerators, denominators


def errors_of(
    models: Mapping[str, DemandModel], panel: Panel, origins: Sequence[date], *, horizon_days: int
) -> dict[str, Errors]:
    """Return the error sums of every model over the origins; none without an origin."""
    if not origins:
        return {}
    return {
        name: rolling_error_sums(model, panel, origins, horizon_days=horizon_days)
        for name, model in models.items()
    }


def evaluate(errors: Mapping[str, Errors], *, level: str, seed: int, n_resamples: int = 500) -> list[Score]:
    """Score every model by its error sums, with 95 % bootstrap intervals paired over series.

    A metric without any demand to divide by is left out.
    """
    scores = []
    for name, sums in errors.items():
        counts = resample_counts(len(sums[0]), n_resamples=n_resamples, seed=seed)
        n_scored = int((sums[1] > 0).any(axis=1).sum())
        for metric, value, low, high in zip(METRICS, *ratio_intervals(*sums, counts), strict=True):
            if np.isfinite(value):
                scores.append(Score(name, level, metric, None, value, low, high, n_scored))
    return scores


def paired_wape(
    errors: Mapping[str, Errors], model: str, baseline: str, *, seed: int, n_resamples: int = 500
) -> Paired | None:
    """Return a model's WAPE over that of a baseline, both on the same resamples of the series; None if one was not measured."""
    if model not in errors or baseline not in errors:
        return None
    column = METRICS.index("wape")
    own, theirs = (np.column_stack([part[:, column] for part in errors[name]]) for name in (model, baseline))
    table = np.column_stack([own, theirs])
    counts = resample_counts(len(table), n_resamples=n_resamples, seed=seed)

    def ratios(sums: Floats) -> Floats:
        return quotient(quotient(sums[:, [0]], sums[:, [1]]), quotient(sums[:, [2]], sums[:, [3]]))

    value = ratios(table.sum(axis=0, keepdims=True))[0, 0]
    low, high = interval_of(ratios(counts @ table))
    return Paired(baseline, float(value), float(low[0]), float(high[0]), int((own[:, 1] > 0).sum()))


def validation_wape(model: DemandModel, panel: Panel, origin: date, *, horizon_days: int) -> float:
    """Return the WAPE of the days after one origin, the number the gate compares; inf if no demand."""
    numerators, denominators = rolling_error_sums(model, panel, [origin], horizon_days=horizon_days)
    demand = float(denominators[:, METRICS.index("wape")].sum())
    error = float(numerators[:, METRICS.index("wape")].sum())
    return error / demand if demand > 0 else float("inf")


def _origins(last: date, horizon_days: int, stride_days: int, n: int) -> tuple[date, ...]:
    return tuple(last - timedelta(days=horizon_days + stride_days * back) for back in reversed(range(n)))
