"""Rolling-origin evaluation: forecast from several past days and compare with what came after.

Tashman, "Out-of-sample tests of forecasting accuracy" (International Journal of Forecasting 2000). Models are
learned once, at the first origin, and applied to the longer history of the later ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from recommender.bootstrap import interval_of, quotient, ratio_intervals, resample_counts
from recommender.card import Paired
from recommender.demand.ahead import Ahead, ahead_of, is_active
from recommender.demand.covariates import Floats
from recommender.demand.holiday_accuracy import PastHoliday, windows_at
from recommender.demand.metrics import METRICS, Errors, Scales, error_sums
from recommender.demand.model import Forecast
from recommender.demand.panel import Panel
from recommender.demand.recipe import Learned
from recommender.demand.rhythm import DAY, Rhythm
from recommender.scores import Score

_WINDOW_DAYS, _WEEK_DAYS = Rhythm.of(DAY).window, Rhythm.of(DAY).week


def plan_origins(
    panel: Panel,
    *,
    spell_days: int,
    horizon_days: int,
    stride_days: int = 14,
    n_test: int = 3,
) -> tuple[date, ...]:
    """Place up to `n_test` test origins before the panel's end.

    Before the first there should be room to learn and to validate what is learned: two windows of 28 days and a
    horizon. Outcome origins are given up, earliest first, as long as that makes this room; where even one cannot have
    it, what needs no learning is tested, with a window before each origin.
    """
    last: date = panel.dates[-1].astype(object)
    for n in range(n_test, 0, -1):
        back = horizon_days + stride_days * (n - 1)
        if spell_days - back - horizon_days >= 2 * _WINDOW_DAYS:
            return _origins(last, horizon_days, stride_days, n)
    possible = (spell_days - _WINDOW_DAYS - horizon_days) // stride_days + 1
    return _origins(last, horizon_days, stride_days, max(0, min(n_test, possible)))


@dataclass(frozen=True)
class Outcome:
    """What was released from a test origin, and what then came.

    Attributes:
        ahead: the released forecasts of the series that are judged, which know of no more than the latest window.
        actual: (series, horizon) of all series, NaN where nothing is judged.
        scale: how hard each of all series is to forecast.
    """

    ahead: Ahead
    actual: Floats
    scale: Scales


@dataclass(frozen=True)
class Measured:
    """Error sums over the origins by model: over all days, and over the window of each holiday; and what was released.

    A row is a series; of a single series it is a week from one of the origins.
    """

    overall: Mapping[str, Errors]
    holidays: Mapping[PastHoliday, Mapping[str, Errors]]
    tests: Sequence[Outcome] = ()


def measure(
    learned: Learned,
    panel: Panel,
    origins: Sequence[date],
    holidays: Sequence[PastHoliday] = (),
    judged_days: int | None = None,
) -> Measured:
    """Measure every member and their combination from the origins; nothing without an origin.

    Args:
        judged_days: how many of the days ahead are judged; all that are forecast, if left out.
    """
    overall: dict[str, Errors] = {}
    by_holiday: dict[PastHoliday, dict[str, Errors]] = {}
    tests = []
    is_single = len(panel.series_ids) == 1
    for origin in origins:
        history = panel.history(origin, learned.horizon)
        actual = panel.actuals(origin, judged_days or learned.horizon).copy()
        actual[~is_active(history)] = np.nan
        scale = Scales.of(history)
        windows = windows_at(holidays, history.dates_ahead(actual.shape[1]))
        recipe = learned.forecast(history)
        tests.append(Outcome(ahead_of(recipe, history.latest(_WINDOW_DAYS)), actual, scale))
        for name, whole in recipe.members.items():
            forecast = whole.first(actual.shape[1])
            _add(overall, name, _unit_sums(forecast, actual, scale), is_by_week=is_single)
            for holiday, is_inside in windows.items():
                inside = np.where(is_inside, actual, np.nan)
                sums = _unit_sums(forecast, inside, scale)
                _add(by_holiday.setdefault(holiday, {}), name, sums, is_by_week=is_single)
    return Measured(overall, by_holiday, tests)


def summed_errors(judged: Iterable[tuple[Forecast, Floats, Scales]]) -> Errors | None:
    """Return the error sums of one model over its forecasts from several origins (see `Measured`); None without any."""
    found: dict[str, Errors] = {}
    for forecast, actual, scale in judged:
        _add(found, "", _unit_sums(forecast, actual, scale), is_by_week=len(actual) == 1)
    return found.get("")


def _unit_sums(forecast: Forecast, actual: Floats, scale: Scales) -> Errors:
    """Return the error sums of each series, or of a single one those of each week: one unit tells nothing of chance."""
    n_series, horizon = actual.shape
    if n_series != 1:
        return error_sums(forecast, actual, scale)
    week = np.arange(horizon) // _WEEK_DAYS
    weeks = np.arange(week[-1] + 1)[:, None]
    rows = np.zeros(len(weeks), dtype=np.int64)
    each = Forecast(forecast.dates, forecast.mean[rows], forecast.quantiles[rows])
    return error_sums(
        each, np.where(week == weeks, actual, np.nan), Scales(scale.seasonal[rows], scale.squared[rows])
    )


def _add(found: dict[str, Errors], name: str, sums: Errors, *, is_by_week: bool) -> None:
    """Add an origin's sums: those of the same series together, weeks beside each other."""
    before = found.get(name)
    if before is None:
        found[name] = sums
    elif is_by_week:
        found[name] = (np.vstack([before[0], sums[0]]), np.vstack([before[1], sums[1]]))
    else:
        found[name] = (before[0] + sums[0], before[1] + sums[1])


def evaluate(errors: Mapping[str, Errors], *, level: str, seed: int, n_resamples: int = 500) -> list[Score]:
    """Score every model by its error sums, with 95 % bootstrap intervals paired over series, or a single one's weeks.

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


def _origins(last: date, horizon_days: int, stride_days: int, n: int) -> tuple[date, ...]:
    return tuple(last - timedelta(days=horizon_days + stride_days * back) for back in reversed(range(n)))
