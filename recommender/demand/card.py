"""The card of one tenant's demand model of one level, told from the panel it was judged and learnt on."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from recommender.card import Choice, ModelCard, Paired, Window, flat_parameters
from recommender.demand.evaluation import Origins, is_active
from recommender.demand.model import DemandModel
from recommender.demand.panel import Panel
from recommender.gate import GateDecision
from recommender.scores import Score

PURPOSE = "Forecasts how many units of each {level} a tenant's members will redeem on each of the days ahead, with quantiles."


def demand_card(
    model: DemandModel,
    panel: Panel,
    origins: Origins,
    gate: GateDecision | None,
    scores: Sequence[Score],
    paired: Paired | None,
    *,
    name: str,
    level: str,
    spell_days: int,
    horizon_days: int,
    seed: int,
) -> ModelCard:
    """Return the card of the model released for a level, which learnt from the whole panel."""
    known = panel.history(panel.dates[-1].astype(object))
    parameters = {key: value for key, value in model.get_params(deep=False).items() if key != "seed"}
    reason = _unchosen(name, origins.validation, horizon_days) if gate is None else gate.reason
    judged_from = [] if origins.validation is None else [origins.validation]
    return ModelCard(
        area="demand",
        purpose=PURPOSE.format(level=level),
        seed=seed,
        choices=[Choice(level, name, gate, reason, paired, flat_parameters(parameters))],
        data=_window(panel, panel.dates[0].astype(object), panel.dates[-1].astype(object)),
        learnt_from={
            "series": len(panel.series_ids),
            "units": int(np.nansum(panel.values)),
            "series_days": int((~np.isnan(panel.values)).sum()),
            "days": len(panel.dates),
        },
        chosen_on=None,
        validation=_after(panel, judged_from, horizon_days),
        test=_after(panel, origins.test, horizon_days),
        scores=list(scores),
        limits={
            "spell_days": spell_days,
            "series_without_forecast": int((~is_active(known)).sum()),
            **_unknown_share(panel, origins.test),
        },
    )


def _unchosen(released: str, validation: date | None, horizon_days: int) -> str:
    if validation is None:
        why = f"The latest unbroken spell is too short for a validation and a test window of {horizon_days} days each"
    else:
        why = "The validation window holds nothing to judge by"
    return f"{why}, so {released} is released, which needs no choice."


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
