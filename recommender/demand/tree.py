"""The demand run of all levels of a tenant: its items, their categories and everything together, which add up."""

from dataclasses import replace
from datetime import date

import pandas as pd

from recommender.demand.adding_up import adding_up
from recommender.demand.ahead import Ahead, forecast_frame
from recommender.demand.asked import WHOLE, sold_panel
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.evaluation import evaluate
from recommender.demand.listings import with_new_items
from recommender.demand.reconciled_scores import RECONCILED, reconciled_errors
from recommender.demand.spell import latest_spell
from recommender.demand.training import NIGHTLY, DemandResult, train_spell
from recommender.scores import score_frame

# From below, and what the series of each sum up.
LEVELS = {"item": None, "category": "category", "tenant": WHOLE}


def train_levels(
    history: pd.DataFrame,
    calendar: Calendar,
    *,
    seed: int,
    listings: pd.DataFrame | None = None,
    campaigns: pd.DataFrame | None = None,
    reach: date | None = None,
    effort: Effort = NIGHTLY,
) -> dict[str, DemandResult]:
    """Train every level of a tenant on its items' days (see `train_demand`) and make the forecasts add up.

    `history` has series_id, date, quantity, is_in_stock and category; items know of their `campaigns`. On each day the means of items sum up to the
    mean of their category, and those of categories to the one of the tenant, whose series is `WHOLE`. Quantiles do
    not add up: each belongs to its own series and moved with its mean, for what is exceeded by one item is made up
    by others. Items of the `listings` that are too new for a forecast of their own have one of items like them (see
    `with_new_items`). Scores are those of each level by itself, and beside them, as the model `RECONCILED`, those of the
    released forecasts from the same test origins once they were made to add up. With `reach` all levels are forecast up to
    that day (see `train_demand`).

    Raises:
        InvalidFrame: the history lacks a column or holds a value that cannot be used.
    """
    found = latest_spell(sold_panel(history, ("category",)))
    results = {
        level: train_spell(
            found, calendar, level=level, seed=seed, by=by, campaigns=campaigns, reach=reach, effort=effort
        )
        for level, by in LEVELS.items()
    }
    ahead = [result.ahead for result in results.values() if result.ahead is not None]
    if len(ahead) < len(LEVELS):
        return results
    items, categories, whole = ahead
    if listings is not None:
        items = with_new_items(items, listings)
    added = zip(_with_reconciled(results, seed).items(), adding_up(items, categories, whole), strict=True)
    return {level: _settled(result, found, level) for (level, result), found in added}


def _settled(result: DemandResult, found: Ahead, level: str) -> DemandResult:
    """Return a level's result with forecasts that add up, and what a flash sale would change about these."""
    return replace(
        result,
        ahead=found,
        demand_forecasts=forecast_frame(found, level=level),
        sale=None
        if result.sale is None or result.ahead is None
        else result.sale.moved(
            result.ahead.series_ids, result.ahead.forecast, found.series_ids, found.forecast
        ),
    )


def _with_reconciled(results: dict[str, DemandResult], seed: int) -> dict[str, DemandResult]:
    """Return the results of the levels with the scores of what adds up, from the test origins that all of them have."""
    told = {}
    errors = reconciled_errors(*(result.tests for result in results.values()))
    for (level, result), own in zip(results.items(), errors, strict=True):
        scores = [] if own is None else evaluate({RECONCILED: own}, level=level, seed=seed)
        card = result.card
        until = None if card is None or card.test is None else card.test.last
        table = score_frame("demand", scores, released_model=result.released_model, judged_until=until)
        told[level] = replace(
            result,
            model_scores=pd.concat([result.model_scores, table], ignore_index=True)
            if scores
            else result.model_scores,
            card=None if card is None else replace(card, scores=[*card.scores, *scores]),
        )
    return told
