"""What was measured, as a file keeps it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orchestration.cli.evaluate.history import History
from orchestration.cli.evaluate.window import MIN_ITEMS, Window
from recommender.bootstrap import Estimate
from recommender.ranking.comparison import JUDGED_BY, SEGMENTS, Comparison
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import RankingModel
from recommender.ranking.recipe import Recipe
from recommender.ranking.trial import RECIPE, Trial

_DIGITS = 6


@dataclass(frozen=True)
class Run:
    """What was asked and what it took, beside what was measured."""

    items_file: str | None
    ks: tuple[int, ...]
    novel_only: bool
    seed: int
    code_version: str
    recommendations: Mapping[str, int]
    seconds: Mapping[str, float]


def document_of(trial: Trial, history: History, window: Window, run: Run) -> dict[str, Any]:
    """Return everything that is written; NaN is null."""
    past, test = window.past, window.test
    is_known = np.isin(test.member_ids, past.member_ids)
    return {
        "data": {
            "interactions_file": history.file,
            "items_file": run.items_file,
            **_size(history.interactions),
            "rows_of_quantity_0_left_out": history.n_left_out,
            "timezone": history.timezone,
        },
        "protocol": {
            "kind": "time split" if window.cutoff else "leave last out",
            "cutoff": None if window.cutoff is None else str(window.cutoff),
            "until_excluded": window.until,
            "horizon_days": trial.recipe.candidate().horizon_days,
            "least_items_of_a_tested_member": None if window.cutoff else MIN_ITEMS,
            "lists_are_novel_only": run.novel_only,
            "ks": list(run.ks),
            "coverage_of": "items before the test",
            "intervals": "95 % percentile bootstrap, 500 resamples of members, the same for all models",
        },
        "train": _size(past),
        "test": {
            **_size(test),
            "members_not_known_before": int((~is_known).sum()),
            "items_not_known_before": int((~np.isin(test.item_ids, past.item_ids)).sum()),
            "rows_after_the_window_not_used": window.n_later,
        },
        "slices": {
            name: _slice(trial, name, comparison, run.ks) for name, comparison in trial.comparisons.items()
        },
        "recipe": _parameters(trial.recipe) | _parameters(trial.recipe.candidate()),
        "recommendations": dict(run.recommendations),
        "seed": run.seed,
        "code_version": run.code_version,
        "seconds": {name: round(seconds, 1) for name, seconds in run.seconds.items()},
    }


def write(document: Mapping[str, Any], out: Path) -> None:
    """Write the document, whole or not at all."""
    half = out.with_suffix(".half")
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(out)


def plain_figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures in which what is not finite is null, at any depth of mappings."""
    return {name: _plain_figure(value) for name, value in figures.items()}


def _plain_figure(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain_figures(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def reason_of(recipe: Recipe, slice_name: str) -> str:
    """Return in a sentence why the model of a slice was released."""
    if recipe.choice_ is None:
        return (
            f"There is no window before the test to choose on, so {recipe.released(slice_name)} is released."
        )
    return recipe.choice_.gates[slice_name].reason


def _slice(trial: Trial, name: str, comparison: Comparison | None, ks: tuple[int, ...]) -> dict[str, Any]:
    recipe = trial.recipe
    found: dict[str, Any] = {
        "released": recipe.released(name),
        "why": reason_of(recipe, name),
        "validation": _validation(recipe, name),
        "parameters": {model: _parameters(tuned) for model, tuned in trial.baselines[name].items()},
    }
    if recipe.choice_ is not None:
        found["parameters"]["two_stage"] = _parameters(recipe.choice_.applied_to(recipe.candidate()))
    if comparison is None:
        return {"members": 0, **found}
    metric, k = JUDGED_BY
    return {
        "members": comparison.members,
        "items_to_be_found": comparison.wanted,
        **found,
        "strongest_baseline": comparison.strongest,
        f"{RECIPE}_over_baseline_{metric}@{k}": {
            model: _estimate(ratio) for model, ratio in comparison.ratios.items()
        },
        "scores": {
            model: {
                f"{metric}@{k}": _estimate(estimate)
                for (metric, k), estimate in scores.items()
                if k in ks or (metric, k) == JUDGED_BY
            }
            for model, scores in comparison.scores.items()
        },
        "segments": {
            segment.name: {
                "rows_before": [segment.fewest, segment.most],
                "members": segment.members,
                f"{metric}@{k}": {model: _estimate(value) for model, value in segment.ndcg.items()},
            }
            for segment in comparison.segments
        },
        "segments_are": f"thirds of the members by rows before the test: {', '.join(SEGMENTS)}",
    }


def _validation(recipe: Recipe, slice_name: str) -> dict[str, Any] | None:
    if recipe.choice_ is None:
        return None
    gate = recipe.choice_.gates[slice_name]
    values = recipe.choice_.values[slice_name]
    return {
        "metric": gate.metric,
        "values": {model: _rounded(value) for model, value in values.items()},
        "strongest_baseline": gate.strongest_baseline,
        "candidate": gate.candidate,
        "released": gate.released,
    }


def _parameters(model: RankingModel) -> dict[str, Any]:
    """Return the parameters of a model without what it was given to look things up or to tell."""
    return {
        name: _plain(value)
        for name, value in model.get_params(deep=False).items()
        if name not in ("items", "report", "two_stage")
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _size(interactions: Interactions) -> dict[str, Any]:
    return {
        "rows": len(interactions),
        "members": len(interactions.member_ids),
        "items": len(interactions.item_ids),
        "first_day": str(interactions.active_days[0]),
        "last_day": str(interactions.active_days[-1]),
    }


def _estimate(estimate: Estimate) -> dict[str, float | int | None]:
    return {
        "value": _rounded(estimate.value),
        "low": _rounded(estimate.low),
        "high": _rounded(estimate.high),
        "members": estimate.n,
    }


def _rounded(value: float) -> float | None:
    return round(float(value), _DIGITS) if math.isfinite(value) else None
