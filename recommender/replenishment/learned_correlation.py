"""How days of one forecast go wrong together, from the errors of the released model at the origins inside the history."""

from collections.abc import Sequence

import numpy as np

from recommender.demand.calibration import Judged
from recommender.demand.model import Forecast
from recommender.demand.validation import Validation
from recommender.replenishment.demand_paths import ASSUMED_CORRELATION, error_correlation, normal_scores

# Forecasts of a series from an origin with two days or more to compare; of fewer, a few days that all shared decide.
_LEAST_FORECASTS = 50


def learned_correlation(validation: Validation | None) -> float:
    """Return the correlation between two days of one forecast of the released model, assumed where too few were judged."""
    if validation is None:
        return ASSUMED_CORRELATION
    released = validation.gate.released
    calibration = validation.calibrations[released]
    scores = [
        normal_scores(_forecast(part, calibration.quantiles(part.median, part.widths)), part.actual)
        for part in validation.judged
    ]
    return correlation_of(scores)


def correlation_of(scores: Sequence[np.ndarray]) -> float:
    """Return the correlation of scores (series, days) of several origins, assumed where they tell too little."""
    told = [part[(~np.isnan(part)).sum(axis=1) >= 2] for part in scores]
    if sum(len(part) for part in told) < _LEAST_FORECASTS:
        return ASSUMED_CORRELATION
    width = max(part.shape[1] for part in told)
    return error_correlation(
        np.concatenate(
            [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=np.nan) for part in told]
        )
    )


def _forecast(part: Judged, quantiles: np.ndarray) -> Forecast:
    """Return the forecast as it was judged; only its quantiles are looked at."""
    days = np.datetime64("1970-01-01", "D") + np.arange(part.median.shape[1])
    return Forecast(days, part.median, np.sort(np.maximum(quantiles, 0.0), axis=-1))
