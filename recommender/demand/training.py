"""The whole demand run of one level: validate, measure, refit on everything, forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from recommender.card import ModelCard
from recommender.demand.boosted_quantiles import BoostedQuantiles, TooLittleHistory
from recommender.demand.card import demand_card
from recommender.demand.evaluation import (
    errors_of,
    evaluate,
    is_active,
    paired_wape,
    plan_origins,
    validation_wape,
)
from recommender.demand.model import QUANTILES, DemandModel, Forecast
from recommender.demand.panel import History, Panel, latest_spell
from recommender.demand.seasonal_naive import SeasonalNaive
from recommender.frames import typed_frame
from recommender.gate import GateDecision, decide_release
from recommender.scores import score_frame

CANDIDATE = "boosted_quantiles"
BASELINE = "seasonal_naive"

DEMAND_FORECAST_COLUMNS = {
    "level": "str",
    "series_id": "str",
    "date": "datetime64[us]",
    "origin_date": "datetime64[us]",
    "model": "str",
    "mean": "float64",
    "q05": "float64",
    "q50": "float64",
    "q90": "float64",
    "q95": "float64",
}


@dataclass(frozen=True)
class DemandResult:
    """The tables of one demand run; `origin_date` is the last day known to the forecasts, without which there is no card."""

    demand_forecasts: pd.DataFrame
    model_scores: pd.DataFrame
    released_model: str
    gate: GateDecision | None
    origin_date: date | None
    card: ModelCard | None


def train_demand(
    history: pd.DataFrame,
    *,
    level: str,
    seed: int,
    horizon_days: int = 28,
    max_rows: int = 30_000,
) -> DemandResult:
    """Train, evaluate and forecast all series of one tenant and level.

    `history` has series_id, date, quantity and optionally is_in_stock, one row per series and day on
    which it could be had; `max_rows` bounds the rows of each boosted fit and so its cost. Forecasts
    are those of the released model, for every series observed in the 28 days up to the origin. The
    origin is the last day of the latest unbroken spell of at least 28 days; without one the tables
    have zero rows. Where nothing can be validated the gate is None and the seasonal naive model is
    released.

    Raises:
        InvalidFrame: the history lacks a column or holds a value that cannot be used.
    """
    found = latest_spell(Panel.from_frame(history))
    if found is None:
        return DemandResult(
            demand_forecasts=typed_frame(DEMAND_FORECAST_COLUMNS),
            model_scores=score_frame("demand", [], released_model=BASELINE, judged_until=None),
            released_model=BASELINE,
            gate=None,
            origin_date=None,
            card=None,
        )
    panel, spell_days = found
    origins = plan_origins(panel, spell_days=spell_days, horizon_days=horizon_days)
    models: dict[str, DemandModel] = {
        CANDIDATE: BoostedQuantiles(seed, horizon_days, max_rows),
        BASELINE: SeasonalNaive(horizon_days),
    }
    gate = _validate(models, panel, origins.validation, horizon_days=horizon_days)
    contenders = models if gate is not None else {BASELINE: models[BASELINE]}
    errors = errors_of(contenders, panel, origins.test, horizon_days=horizon_days)
    scores = evaluate(errors, level=level, seed=seed)
    released = BASELINE if gate is None else gate.released
    known = panel.history(panel.dates[-1].astype(object))
    forecast = models[released].fit(known).forecast(known)
    card = demand_card(
        models[released],
        panel,
        origins,
        gate,
        scores,
        None if released == BASELINE else paired_wape(errors, released, BASELINE, seed=seed),
        name=released,
        level=level,
        spell_days=spell_days,
        horizon_days=horizon_days,
        seed=seed,
    )
    return DemandResult(
        demand_forecasts=forecast_frame(forecast, known, level=level, model=released),
        model_scores=score_frame(
            "demand", scores, released_model=released, judged_until=card.test.last if card.test else None
        ),
        released_model=released,
        gate=gate,
        origin_date=known.origin,
        card=card,
    )


def _validate(
    models: Mapping[str, DemandModel], panel: Panel, origin: date | None, *, horizon_days: int
) -> GateDecision | None:
    """Let the gate decide on the validation window; None where nothing can be learned or scored."""
    if origin is None:
        return None
    try:
        values = {
            name: validation_wape(model, panel, origin, horizon_days=horizon_days)
            for name, model in models.items()
        }
    except TooLittleHistory:
        return None
    if not np.isfinite(list(values.values())).all():
        return None
    return decide_release(metric="wape", candidate=CANDIDATE, values=values, higher_is_better=False)


def forecast_frame(forecast: Forecast, history: History, *, level: str, model: str) -> pd.DataFrame:
    """Return one row per active series and day (see `DEMAND_FORECAST_COLUMNS`)."""
    rows = np.flatnonzero(is_active(history))
    n_days = len(forecast.dates)
    names = [f"q{round(quantile * 100):02d}" for quantile in QUANTILES]
    quantiles = forecast.quantiles[rows].reshape(-1, len(QUANTILES))
    return typed_frame(
        DEMAND_FORECAST_COLUMNS,
        {
            "level": [level] * (len(rows) * n_days),
            "series_id": np.repeat(history.series_ids[rows], n_days),
            "date": np.tile(forecast.dates, len(rows)),
            "origin_date": np.repeat(history.dates[-1], len(rows) * n_days),
            "model": [model] * (len(rows) * n_days),
            "mean": forecast.mean[rows].ravel(),
            **{name: quantiles[:, place] for place, name in enumerate(names)},
        },
    )
