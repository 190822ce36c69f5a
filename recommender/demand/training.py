"""The whole demand run of one level: measure on past days, learn from everything, forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from recommender.card import ModelCard
from recommender.demand.ahead import DEMAND_FORECAST_COLUMNS, Ahead, ahead_of, forecast_frame
from recommender.demand.asked import Asked, sold_panel
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.card import demand_card
from recommender.demand.evaluation import Measured, Outcome, evaluate, measure, paired_wape, plan_origins
from recommender.demand.holiday_accuracy import HOLIDAY_ACCURACY_COLUMNS, accuracy_frame, past_holidays
from recommender.demand.metrics import Errors
from recommender.demand.panel import Panel
from recommender.demand.recipe import UNJUDGED, learn
from recommender.demand.rhythm import DAY, Rhythm
from recommender.demand.sale_effect import SaleEffect, sale_ahead
from recommender.demand.spell import latest_spell
from recommender.demand.validation import Validation
from recommender.frames import typed_frame
from recommender.gate import GateDecision
from recommender.scores import score_frame

BASELINE = "seasonal_naive"
# Every tenant and level is learned twice a night, once to be measured.
NIGHTLY = Effort(20_000, 80)
# Forecasts further ahead are hardly more than last year; a holiday that begins then has a week of days off.
MOST_DAYS = 130


@dataclass(frozen=True)
class DemandResult:
    """The tables of one demand run; without an origin there are no forecasts ahead and no card.

    Attributes:
        sale: what a flash sale would change about the forecasts ahead; None of sums, and where nothing was learned of it.
        tests: what was released from the test origins, and what came.
        validation: what the inner origins taught; None where nothing could be validated.
    """

    demand_forecasts: pd.DataFrame
    model_scores: pd.DataFrame
    holiday_accuracy: pd.DataFrame
    released_model: str
    gate: GateDecision | None
    ahead: Ahead | None
    card: ModelCard | None
    sale: SaleEffect | None = None
    tests: Sequence[Outcome] = ()
    validation: Validation | None = None

    @property
    def origin_date(self) -> date | None:
        """The last day known to the forecasts."""
        return None if self.ahead is None else self.ahead.known.origin


def train_demand(
    history: pd.DataFrame,
    calendar: Calendar,
    *,
    level: str,
    seed: int,
    by: str | None = None,
    groups: tuple[str, ...] = (),
    campaigns: pd.DataFrame | None = None,
    horizon_days: int = 28,
    reach: date | None = None,
    effort: Effort = NIGHTLY,
) -> DemandResult:
    """Train, evaluate and forecast all series of one tenant and level.

    `history` has series_id, date, quantity, optionally is_in_stock, and the `groups`, one row per series and day on
    which it could be had; on days without stock what was likely asked for is learned. Series are summed `by` one of the
    groups or as a `WHOLE`; single ones know of the `campaigns` announced by then; `effort` bounds the cost of each boosted fit.
    They are forecast for `horizon_days`, or up to the day `reach` if that is later, up to `MOST_DAYS`, where the past is
    long enough to learn and to test that; judged are the first `horizon_days`. Forecasts
    are those of the released model, for every series observed in the 28 days up to the origin. The
    origin is the last day of the latest unbroken spell of at least 28 days; without one the tables
    have zero rows. Where nothing can be validated the gate is None and the means of weekdays are released.

    Raises:
        InvalidFrame: the history lacks a column or holds a value that cannot be used.
    """
    return train_spell(
        latest_spell(sold_panel(history, groups)),
        calendar,
        level=level,
        seed=seed,
        by=by,
        campaigns=campaigns,
        horizon_days=horizon_days,
        reach=reach,
        effort=effort,
    )


def train_spell(
    found: tuple[Panel, int] | None,
    calendar: Calendar,
    *,
    level: str,
    seed: int,
    by: str | None = None,
    campaigns: pd.DataFrame | None = None,
    horizon_days: int = 28,
    reach: date | None = None,
    effort: Effort = NIGHTLY,
) -> DemandResult:
    """Train a level as `train_demand` does, on the latest spell of what was sold (see `latest_spell`)."""
    if found is None:
        return DemandResult(
            demand_forecasts=typed_frame(DEMAND_FORECAST_COLUMNS),
            model_scores=score_frame("demand", [], released_model=UNJUDGED, judged_until=None),
            holiday_accuracy=typed_frame(HOLIDAY_ACCURACY_COLUMNS),
            released_model=UNJUDGED,
            gate=None,
            ahead=None,
            card=None,
        )
    sold, spell_days = found
    panel = Asked.of(sold, by, campaigns)
    origin: date = panel.dates[-1].astype(object)
    origins = plan_origins(panel, spell_days=spell_days, horizon_days=horizon_days)
    learned_days = _learned_days(
        origin, origins, spell_days=spell_days, horizon_days=horizon_days, reach=reach
    )
    known = panel.history(origin, learned_days)
    measured = _measured(panel, calendar, origins, horizon_days, learned_days, seed=seed, effort=effort)
    scores = evaluate(measured.overall, level=level, seed=seed)
    learned = learn(known, calendar, learned_days, seed=seed, effort=effort)
    applied = learned.at(known)
    recipe = applied.recipe
    paired = paired_wape(measured.overall, recipe.released, BASELINE, seed=seed)
    card = demand_card(
        recipe,
        panel,
        origins,
        scores,
        paired,
        level=level,
        spell_days=spell_days,
        horizon_days=horizon_days,
        seed=seed,
    )
    ahead = ahead_of(recipe, known)
    return DemandResult(
        demand_forecasts=forecast_frame(ahead, level=level),
        model_scores=score_frame(
            "demand",
            scores,
            released_model=recipe.released,
            judged_until=card.test.last if card.test else None,
        ),
        holiday_accuracy=accuracy_frame(
            measured.holidays,
            level=level,
            released=recipe.released,
            baseline=BASELINE,
            judged_until=known.origin,
        ),
        released_model=recipe.released,
        gate=None if recipe.validation is None else recipe.validation.gate,
        ahead=ahead,
        card=card,
        sale=sale_ahead(applied, ahead.series_ids) if campaigns is not None and by is None else None,
        tests=measured.tests,
        validation=learned.validation,
    )


def _learned_days(
    origin: date, origins: Sequence[date], *, spell_days: int, horizon_days: int, reach: date | None
) -> int:
    """Return over how many days to learn to forecast: those that are judged, or up to `reach` if that can be learned.

    It can where what is known at the first test origin has room for three origins half of those days apart and for the
    two windows before them: fewer would tell little of weights and widths, and those of the days that are judged too.
    """
    wanted = 0 if reach is None else min((reach - origin).days, MOST_DAYS)
    if wanted <= horizon_days or not origins:
        return horizon_days
    known_days = spell_days - (origin - origins[0]).days
    return wanted if known_days >= 2 * wanted + 2 * Rhythm.of(DAY).window else horizon_days


def _measured(
    panel: Panel,
    calendar: Calendar,
    origins: Sequence[date],
    horizon_days: int,
    learned_days: int,
    *,
    seed: int,
    effort: Effort,
) -> Measured:
    """Return the errors of models that learned before the first test day; what is released learns from those days too.

    Where nothing could be validated only what needs no choice is measured.
    """
    if not origins:
        return Measured({}, {})
    before = learn(panel.history(origins[0], learned_days), calendar, learned_days, seed=seed, effort=effort)
    last = origins[-1] + timedelta(days=horizon_days)
    holidays = past_holidays(calendar, origins[0] + timedelta(days=1), last)
    measured = measure(before, panel, origins, holidays, horizon_days)
    if before.validation is not None:
        return measured

    def unchosen(errors: Mapping[str, Errors]) -> dict[str, Errors]:
        return {name: errors[name] for name in (BASELINE, UNJUDGED)}

    return Measured(
        unchosen(measured.overall),
        {key: unchosen(errors) for key, errors in measured.holidays.items()},
        measured.tests,
    )
