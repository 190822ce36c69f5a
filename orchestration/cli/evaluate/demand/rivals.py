"""The statistical methods a forecast is measured against, one fit per series: AutoETS and MSTL of `statsforecast`."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from orchestration.cli.evaluate.columns import Floats
from orchestration.refusal import Refusal
from recommender.demand.model import Forecast
from recommender.demand.panel import History

RIVALS = ("auto_ets", "mstl")
# AutoETS knows no longer season.
_LONGEST_ETS_SEASON = 24
_LEVELS = [80, 90]
# In the order of `QUANTILES`; the middle one is the mean of a symmetric forecast.
_BOUNDS = ("lo-90", "mean", "hi-80", "hi-90")
# A gap is filled with the latest same weekday of so many weeks.
_FILL_WEEKS = 8
# How a fit ends where a series has too little to tell.
_UNFIT = (ValueError, ZeroDivisionError, RuntimeError, IndexError, KeyError, np.linalg.LinAlgError)


class RivalsAbsent(Refusal):
    """The methods to compare with are not installed."""


def require_rivals() -> None:
    """Refuse to compare with what is not there.

    Raises:
        RivalsAbsent: `statsforecast` is not installed.
    """
    try:
        import statsforecast.models  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise RivalsAbsent(
            "AutoETS and MSTL come from the package statsforecast, which is not installed; "
            "install it, or leave them out with --rival-series 0"
        ) from error


def forecast_rivals(
    history: History, horizon: int, plain: Forecast, advance: Callable[[int], None]
) -> tuple[dict[str, Forecast], int]:
    """Fit each method to each series and return the forecasts, and how many fits failed.

    `advance` is called with how many series are done. Where a fit fails the plain forecast stands in. MSTL's seasons are a week, from two years on also the year;
    of weekly values it is the year, and with less than two of them MSTL is left out.
    """
    models = models_of(history)
    failed = 0
    shape = (len(history.series_ids), horizon)
    means = {name: plain.mean.copy() for name in models}
    quantiles = {name: plain.quantiles.copy() for name in models}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Which series are hard to fit is counted here and need not be told one by one.
        warnings.simplefilter("ignore")
        for place in range(shape[0]):
            series = _filled(history.values[place], history.rhythm.week)
            for name, model in models.items():
                found = _fit(model, series, horizon)
                if found is None:
                    failed += 1
                else:
                    means[name][place], quantiles[name][place] = found
            advance(place + 1)
    dates = history.dates_ahead(horizon)
    return {name: Forecast(dates, means[name], quantiles[name]) for name in models}, failed


def models_of(history: History) -> dict[str, Callable[[], Any]]:
    """Return what makes each method's model, with the seasons that the history is long enough for."""
    from statsforecast.models import MSTL, AutoETS

    rhythm = history.rhythm
    week = rhythm.week if rhythm.week > 1 else rhythm.year
    models: dict[str, Callable[[], Any]] = {
        "auto_ets": lambda: AutoETS(season_length=week if week <= _LONGEST_ETS_SEASON else 1)
    }
    has_two_years = history.values.shape[1] >= 2 * rhythm.year
    if has_two_years or rhythm.week > 1:
        seasons = [week, rhythm.year] if has_two_years and rhythm.week > 1 else [week]
        models["mstl"] = lambda: MSTL(season_length=seasons)
    return models


def _fit(model: Callable[[], Any], series: Floats, horizon: int) -> tuple[Floats, Floats] | None:
    try:
        found = model().forecast(y=series, h=horizon, level=_LEVELS)
    except _UNFIT:
        return None
    bounds = np.column_stack([found[name] for name in _BOUNDS])
    if not np.isfinite(bounds).all():
        return None
    bounds = np.maximum(bounds, 0.0)
    return bounds[:, 1], np.sort(bounds, axis=1)


def _filled(values: Floats, week: int) -> Floats:
    """Return a series from its first observed value, gaps filled with the latest same weekday, or else with 0."""
    observed = np.flatnonzero(~np.isnan(values))
    series = values[observed[0] if len(observed) else 0 :].copy()
    for _ in range(_FILL_WEEKS):
        gaps = np.flatnonzero(np.isnan(series[week:])) + week
        if not len(gaps):
            break
        series[gaps] = series[gaps - week]
    filled: Floats = np.nan_to_num(series)
    return filled
