"""The card of one tenant's demand model of one level, told from the panel it was judged and learnt on."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from recommender.card import Choice, ModelCard, Paired, Value, Window
from recommender.demand.ahead import is_active
from recommender.demand.panel import Panel
from recommender.demand.recipe import Recipe
from recommender.demand.validation import COMBINATION
from recommender.scores import Score

PURPOSE = "Forecasts how many units of {series} a tenant's members will redeem on each of the days ahead, with quantiles."
_SERIES = {"item": "each item", "category": "each category", "tenant": "all items together"}


def demand_card(
    recipe: Recipe,
    panel: Panel,
    origins: Sequence[date],
    scores: Sequence[Score],
    paired: Paired | None,
    *,
    level: str,
    spell_days: int,
    horizon_days: int,
    seed: int,
) -> ModelCard:
    """Return the card of what is released for a level, which learnt from the whole panel.

    Its parameters are the combination's weights. `origins` are those that the scores were measured from.
    """
    known = panel.history(panel.dates[-1].astype(object))
    validation = recipe.validation
    judged_from = (
        [] if validation is None else [_day(panel, n_known) for n_known in validation.recent_origins]
    )
    return ModelCard(
        area="demand",
        purpose=PURPOSE.format(series=_SERIES[level]),
        seed=seed,
        choices=[
            Choice(
                level,
                recipe.released,
                None if validation is None else validation.gate,
                _unchosen(recipe.released, horizon_days) if validation is None else validation.gate.reason,
                paired,
                _weights(recipe),
            )
        ],
        data=_window(panel, panel.dates[0].astype(object), panel.dates[-1].astype(object)),
        learnt_from={
            "series": len(panel.series_ids),
            "units": int(np.nansum(panel.values)),
            "series_days": int((~np.isnan(panel.values)).sum()),
            "days": len(panel.dates),
        },
        chosen_on=None,
        validation=_after(panel, judged_from, horizon_days),
        test=_after(panel, origins, horizon_days),
        scores=list(scores),
        limits={
            "spell_days": spell_days,
            "series_without_forecast": int((~is_active(known)).sum()),
            **_unknown_share(panel, origins),
        },
    )


def _unchosen(released: str, horizon_days: int) -> str:
    return (
        f"The past holds no demand to judge by in a window of {horizon_days} days after two of 28, "
        f"so {released} is released, which needs no choice."
    )


def _weights(recipe: Recipe) -> dict[str, Value]:
    if recipe.weights is None or recipe.released != COMBINATION:
        return {}
    return {
        f"weights.{name}": round(float(weight), 4)
        for name, weight in zip(recipe.weights.names, recipe.weights.pooled, strict=True)
    }


def _day(panel: Panel, n_known: int) -> date:
    day: date = panel.dates[n_known - 1].astype(object)
    return day


def _after(panel: Panel, origins: Sequence[date], horizon_days: int) -> Window | None:
    """Return the days that the forecasts from these origins are about; None without an origin."""
    if not origins:
        return None
    return _window(panel, origins[0] + timedelta(days=1), origins[-1] + timedelta(days=horizon_days))


def _window(panel: Panel, first: date, last: date) -> Window:
    is_within = (panel.dates >= np.datetime64(first, "D")) & (panel.dates <= np.datetime64(last, "D"))
    is_observed = ~np.isnan(panel.values[:, is_within])
    return Window(first, last, int(is_observed.any(axis=1).sum()), int(is_observed.sum()))


def _unknown_share(panel: Panel, origins: Sequence[date]) -> dict[str, float]:
    """Return which part of the units of the test window were of series nobody had observed before it."""
    if not origins:
        return {}
    is_new = np.isnan(panel.history(origins[0]).values).all(axis=1)
    units = np.nansum(panel.values[:, panel.dates > np.datetime64(origins[0], "D")], axis=1)
    total = float(units.sum())
    return {"unknown_series_share": float(units[is_new].sum()) / total} if total > 0 else {}
