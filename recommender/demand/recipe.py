"""The whole forecast of a panel: members compete on rolling origins, and what they are worth together ships."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.demand.boosting import FULL, Effort
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
        members: the calibrated forecast of each member, and of their combination.
        weights: by stratum and member; None where nothing could be validated.
        validation: how members and combination did on the inner origins; None as well.
        released: `combination`, or the member that beat it.
    """

    forecast: Forecast
    members: Mapping[str, Forecast]
    weights: Weights | None
    validation: Validation | None
    released: str


@dataclass(frozen=True)
class Learned:
    """Members fitted on one history, and what they are worth; may be applied to the longer history of later days.

    `validation` is None where the history was too short to validate anything.
    """

    calendar: Calendar
    horizon: int
    ensemble: Ensemble
    validation: Validation | None

    def forecast(self, history: History) -> Recipe:
        """Forecast every series for the periods after the history's origin."""
        known = masked_history(history)
        context = Context.of(known, _timeline(self.calendar, known, self.horizon), self.horizon)
        said, validation = self.ensemble.say(context), self.validation
        is_shut = shut(history, self.horizon)

        def forecast(name: str, median: Floats) -> Forecast:
            calibration = calibrate([]) if validation is None else validation.calibrations[name]
            return _forecast(known, said, median, calibration, is_shut)

        if validation is None:
            members = {name: forecast(name, median) for name, median in said.medians.items()}
            return Recipe(members[UNJUDGED], members, None, None, UNJUDGED)
        # Used is what was judged and speaks now: no season may have passed at the inner origins, and of the rows drawn
        # from the longer history too few may have a base.
        weights = validation.weights.of(said.medians)
        members = {name: forecast(name, said.medians[name]) for name in weights.names}
        combined = weights.combine(said.medians, context.is_near, context.is_sparse)
        forecasts = {**members, COMBINATION: forecast(COMBINATION, combined)}
        chosen = validation.gate.released
        released = chosen if chosen in forecasts else COMBINATION
        return Recipe(forecasts[released], forecasts, weights, validation, released)


def learn(
    history: History,
    calendar: Calendar,
    horizon: int,
    *,
    seed: int,
    effort: Effort = FULL,
    report: Report | None = None,
) -> Learned:
    """Fit, weight, choose and calibrate the members on a history and on origins inside it.

    `effort` bounds the cost of each boosted fit.
    """
    tell = report or _silent
    known = masked_history(history)
    timeline = _timeline(calendar, known, horizon)
    validation = validate(known, timeline, horizon, seed=seed, effort=effort, report=tell)
    tell(f"learning from all {known.values.shape[1]} periods")
    context = Context.of(known, timeline, horizon)
    ensemble = Ensemble.fitted(context, seed=seed, effort=effort, is_validated=validation is not None)
    return Learned(calendar, horizon, ensemble, validation)


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
    return learn(history, calendar, horizon, seed=seed, report=report).forecast(history)


def _timeline(calendar: Calendar, history: History, horizon: int) -> Timeline:
    return Timeline.of(calendar, history.dates[0], history.values.shape[1] + horizon, history.rhythm)


def _forecast(
    history: History, said: Said, median: Floats, calibration: Calibration, is_shut: np.ndarray
) -> Forecast:
    quantiles = calibration.quantiles(median, said.widths)
    mean = np.maximum(median + said.skew, 0.0)
    return Forecast.after(history, np.where(is_shut, 0.0, mean), np.where(is_shut[..., None], 0.0, quantiles))


def _silent(message: str) -> None:
    """Report to nobody."""
