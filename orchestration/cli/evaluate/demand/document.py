"""What was measured, as a file keeps it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from orchestration.cli.evaluate.demand.cutoffs import Settings
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.inventory import Shelf
from orchestration.cli.evaluate.demand.protocol import Outcome
from recommender.bootstrap import Estimate
from recommender.demand.trial import ALL, HOLIDAYS, LEVEL_METRICS, OF_DAY, WINDOW_DAYS, Board

_DIGITS = 6


@dataclass(frozen=True)
class Run:
    """What was asked and what it took, beside what was measured."""

    known_future_file: str | None
    announced: tuple[str, ...]
    calendar: str
    code_version: str
    forecast_rows: int
    seconds: Mapping[str, float]


def document_of(dataset: Dataset, settings: Settings, outcome: Outcome, run: Run) -> dict[str, Any]:
    """Return everything that is written; NaN is null."""
    panel = dataset.panel
    return {
        "data": {
            "history_file": dataset.file,
            "known_future_file": run.known_future_file,
            "rows": dataset.rows,
            "series": len(panel.series_ids),
            "first": str(panel.dates[0]),
            "last": str(panel.dates[-1]),
            "step_days": panel.step_days,
            "lists_only_sales": dataset.is_sparse,
            "observed": int((~np.isnan(panel.values)).sum()),
            "groups": {name: len(set(labels)) for name, labels in panel.groups.items()},
            "covariates": sorted(panel.covariates.values),
            "known_ahead": sorted(panel.covariates.known_ahead),
        },
        "treatments": [
            {"key": done.key, "count": done.count, "what": done.words} for done in dataset.done
        ],
        "protocol": {
            "cutoff_is": "the first day that is forecast; only what is before it is learnt from",
            "horizon": settings.horizon,
            "horizon_unit": "days" if panel.step_days == 1 else "weeks",
            "calendar": run.calendar,
            "holiday_window_days": WINDOW_DAYS,
            "big_occasions": list(settings.big) if settings.big is not None else [
                occasion.id for occasion in settings.calendar.occasions() if occasion.is_big
            ],
            "announced_columns": list(run.announced),
            "intervals": "95 % percentile bootstrap, 500 resamples of series, the same for all methods",
            "point_forecast": "wape and mase are of the median q50, rmsse and bias of the mean; sums add up means",
            "auto_ets_and_mstl_series": settings.rival_series,
        },
        "cutoffs": [
            {
                "cutoff": str(told.cutoff),
                "first_forecast": str(told.first),
                "series": told.series,
                "extremes_cut_for_learning": told.extremes_cut,
                "fits_of_auto_ets_and_mstl_that_failed": told.failed_fits,
                "released": told.released,
                "validation_wape": None if told.validation is None else _plain(told.validation),
                "weights": None if told.weights is None else _plain(told.weights),
                "seconds": round(told.seconds, 1),
            }
            for told in outcome.told
        ],
        "windows": {
            window: _window(outcome.boards.series, window, settings.seed)
            for window in outcome.boards.series.sums
            if OF_DAY not in window
        },
        "past_holidays": {
            window: _short(outcome.boards.series, window, settings.seed)
            for window in sorted(outcome.boards.series.sums)
            if OF_DAY in window
        },
        "levels": {
            level: {window: _level(board, window, settings.seed) for window in (ALL, HOLIDAYS) if window in board.sums}
            for level, board in outcome.boards.levels.items()
        },
        "members": {
            window: _scores(outcome.boards.members, window, settings.seed)
            for window in (ALL, HOLIDAYS)
            if window in outcome.boards.members.sums
        },
        "stock": _stock(outcome.shelf),
        "forecasts": {"rows": run.forecast_rows},
        "seed": settings.seed,
        "code_version": run.code_version,
        "seconds": {name: round(seconds, 1) for name, seconds in run.seconds.items()},
    }  # fmt: skip


def _stock(shelf: Shelf | str) -> dict[str, Any]:
    if isinstance(shelf, str):
        return {"not_played": shelf}
    return {
        "what": "periodic review, lost sales; order-up-to for review and lead time; levels calibrated on what had ended",
        "review_periods": shelf.setting.review,
        "lead_periods": shelf.setting.lead,
        "reviews": shelf.reviews,
        "reviews_not_counted": shelf.setting.warm_up,
        "series": shelf.series,
        "rules": {
            effect.rule: {
                name: _rounded(value) if isinstance(value, float) else value
                for name, value in asdict(effect.service).items()
            }
            for effect in shelf.effects
        },
    }


def _window(board: Board, window: str, seed: int) -> dict[str, Any]:
    ratios = board.ratios(window, seed=seed)
    return {
        "scores": _scores(board, window, seed),
        "recipe_over_wape": {method: _estimate(ratio) for method, ratio in ratios.items()},
    }


def _short(board: Board, window: str, seed: int) -> dict[str, Any]:
    scores = board.scores(window, seed=seed)
    return {
        method: {metric: _rounded(found[metric].value) for metric in ("wape", "bias", "coverage_90")}
        for method, found in scores.items()
    }


def _level(board: Board, window: str, seed: int) -> dict[str, Any]:
    scores = board.scores(window, seed=seed)
    return {
        "groups": board.units,
        "scores": {
            method: {metric: _estimate(found[metric]) for metric in LEVEL_METRICS} for method, found in scores.items()
        },
    }  # fmt: skip


def _scores(board: Board, window: str, seed: int) -> dict[str, Any]:
    return {
        method: {metric: _estimate(estimate) for metric, estimate in found.items()}
        for method, found in board.scores(window, seed=seed).items()
    }


def _estimate(estimate: Estimate) -> dict[str, float | int | None]:
    return {
        "value": _rounded(estimate.value),
        "low": _rounded(estimate.low),
        "high": _rounded(estimate.high),
        "series": estimate.n,
    }


def _plain(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _rounded(value) for name, value in figures.items()}


def _rounded(value: float) -> float | None:
    return round(float(value), _DIGITS) if math.isfinite(value) else None
