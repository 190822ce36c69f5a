"""The whole forecast of a panel: members compete on rolling origins, and what they are worth together ships."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.demand.boosting import FULL, Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.calibration import calibrate
from recommender.demand.combination import Weights
from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.ensemble import Ensemble, Said
from recommender.demand.model import Forecast
from recommender.demand.opening import masked_history, shut
from recommender.demand.panel import History
from recommender.demand.timeline import Timeline
from recommender.demand.validation import COMBINATION, Validation, validate
from recommender.demand.what_if import with_plan

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
        return self.at(history).recipe

    def at(self, history: History) -> "Applied":
        """Apply what was learned to a history."""
        known = masked_history(history)
        context = Context.of(known, _timeline(self.calendar, known, self.horizon), self.horizon)
        plain = self.ensemble.of_plain_periods(context)
        return Applied(self, context, plain, self._recipe(context, self.ensemble.say(context, plain)))

    def _recipe(self, context: Context, said: Said) -> Recipe:
        validation = self.validation
        if validation is None:
            members = {name: self.calibrated(context, said, name, own) for name, own in said.medians.items()}
            return Recipe(members[UNJUDGED], members, None, None, UNJUDGED)
        # Used is what was judged and speaks now: no season may have passed at the inner origins, and of the rows drawn
        # from the longer history too few may have a base.
        weights = validation.weights.of(said.medians)
        members = {name: self.calibrated(context, said, name, said.medians[name]) for name in weights.names}
        combined = weights.combine(said.medians, context.is_near, context.is_sparse)
        forecasts = {**members, COMBINATION: self.calibrated(context, said, COMBINATION, combined)}
        chosen = validation.gate.released
        released = chosen if chosen in forecasts else COMBINATION
        return Recipe(forecasts[released], forecasts, weights, validation, released)

    def calibrated(self, context: Context, said: Said, name: str, median: Floats) -> Forecast:
        """Return a model's forecast as wide as it should have been, around its median (series, horizon)."""
        calibration = calibrate([]) if self.validation is None else self.validation.calibrations[name]
        quantiles = calibration.quantiles(median, said.widths)
        mean = np.maximum(median + said.skew, 0.0)
        is_shut = shut(context.history, self.horizon)
        return Forecast.after(
            context.history, np.where(is_shut, 0.0, mean), np.where(is_shut[..., None], 0.0, quantiles)
        )


@dataclass(frozen=True)
class Applied:
    """What was learned, applied to one history: what no plan of the periods ahead changes is computed once.

    Attributes:
        plain: what the members that are not boosted say of plain periods.
        recipe: the forecast of what is announced.
    """

    learned: Learned
    context: Context
    plain: Mapping[str, Floats]
    recipe: Recipe

    def under(self, plan: Mapping[str, Floats]) -> Forecast:
        """Return the released forecast under another plan (see `with_plan`).

        Raises:
            UnknownCovariate: the plan is of what is not known ahead.
        """
        learned, weights, released = self.learned, self.recipe.weights, self.recipe.released
        context = self.context.under(with_plan(self.context.history, plan))
        if weights is None or released != COMBINATION:
            said = learned.ensemble.say(context, self.plain, {released})
            return learned.calibrated(context, said, released, said.medians[released])
        needed = weights.of(weights.heavy)
        said = learned.ensemble.say(context, self.plain, needed.names)
        combined = needed.combine(said.medians, context.is_near, context.is_sparse)
        return learned.calibrated(context, said, released, combined)


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


def _silent(message: str) -> None:
    """Report to nobody."""
