"""The whole forecast of a panel: members compete on rolling origins, and what they are worth together ships."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.calibration import Calibration, calibrate
from recommender.demand.combination import Weights
from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.ensemble import Ensemble, Said
from recommender.demand.model import Forecast
from recommender.demand.opening import masked_history, shut
from recommender.demand.panel import History
from recommender.demand.timeline import Timeline
from recommender.demand.validation import COMBINATION, Validation, validate

Report = Callable[[str], None]

# Without a window to judge by, the plainest member that is never far off.
UNJUDGED = "weekday_means"


@dataclass(frozen=True)
class Recipe:
    """A combined, calibrated forecast with what it was made from.

    Attributes:
        forecast: of the released model.
        members: the calibrated forecast of each member.
        weights: by stratum and member; None where nothing could be validated.
        validation: how members and combination did on the inner origins; None as well.
        released: `combination`, or the member that beat it.
    """

    forecast: Forecast
    members: Mapping[str, Forecast]
    weights: Weights | None
    validation: Validation | None
    released: str


def forecast_demand(
    history: History,
    calendar: Calendar,
    horizon: int,
    *,
    seed: int,
    report: Report | None = None,
) -> Recipe:
    """Forecast every series of a history for `horizon` periods after its origin.

    Nothing but the history is used: members are weighted, chosen and calibrated on origins inside it. Covariates of
    the history that are known ahead may reach over the horizon; `is_open`, if there is one, says when a series
    cannot sell, and is forecast at nothing there.
    """
    tell = report or _silent
    known = masked_history(history)
    timeline = Timeline.of(calendar, known.dates[0], known.values.shape[1] + horizon, known.rhythm)
    tell("validating on inner origins")
    validation = validate(known, timeline, horizon, seed=seed, report=tell)
    tell("learning from the whole history")
    context = Context.of(known, timeline, horizon)
    ensemble = Ensemble.fitted(context, seed=seed, is_validated=validation is not None)
    tell("forecasting")
    said = ensemble.say(context)
    is_shut = shut(history, horizon)

    def forecast(median: Floats, calibration: Calibration) -> Forecast:
        return _forecast(known, said, median, calibration, is_shut)

    unjudged = calibrate([])
    members = {
        name: forecast(median, unjudged if validation is None else validation.calibrations[name])
        for name, median in said.medians.items()
    }
    if validation is None:
        return Recipe(members[UNJUDGED], members, None, None, UNJUDGED)
    combined = forecast(
        validation.weights.combine(said.medians, context.is_near, context.is_sparse),
        validation.calibrations[COMBINATION],
    )
    released = validation.gate.released
    return Recipe(
        combined if released == COMBINATION else members[released],
        members,
        validation.weights,
        validation,
        released,
    )


def _forecast(
    history: History, said: Said, median: Floats, calibration: Calibration, is_shut: np.ndarray
) -> Forecast:
    quantiles = calibration.quantiles(median, said.widths)
    mean = np.maximum(median + said.skew, 0.0)
    return Forecast.after(history, np.where(is_shut, 0.0, mean), np.where(is_shut[..., None], 0.0, quantiles))


def _silent(message: str) -> None:
    """Report to nobody."""
