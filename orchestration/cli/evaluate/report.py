"""The figures as a person reads them."""

import math
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.evaluate.document import reason_of
from recommender.bootstrap import Estimate
from recommender.ranking.comparison import JUDGED_BY, Comparison
from recommender.ranking.trial import RECIPE, Trial

# From so many columns on, the figures at two lengths fit beside each other.
_WIDE = 150
_ACCURACY = {"ndcg": "NDCG", "recall": "recall", "hit": "hit"}
_BEYOND = {
    "coverage": "coverage", "novelty": "novelty", "popularity_bias": "bias", "diversity": "diversity",
    "affordable": "affordable",
}  # fmt: skip


def show(trial: Trial, ks: Sequence[int], console: Console) -> None:
    """Print what each slice says."""
    for slice_name, comparison in trial.comparisons.items():
        if comparison is None:
            console.print(f"{slice_name}: nobody took anything of this kind, so nothing is scored")
            continue
        console.print(
            f"[bold]{slice_name}[/]: {comparison.members:,} members, {comparison.wanted:,} items to be found",
            highlight=False,
        )
        for shown in _groups(ks, console.width):
            console.print(_scores(comparison, shown))
            console.print(_beyond(comparison, shown))
        console.print(_segments(comparison))
        for sentence in _sentences(trial, slice_name, comparison):
            console.print(sentence, highlight=False)
        console.print()


def _groups(ks: Sequence[int], width: int) -> list[Sequence[int]]:
    """Return which lengths share a table of this width."""
    size = 2 if width >= _WIDE else 1
    return [ks[start : start + size] for start in range(0, len(ks), size)]


def _scores(comparison: Comparison, ks: Sequence[int]) -> Table:
    keys = [(metric, k) for metric in _ACCURACY for k in ks]
    table = _table(None, [f"{_ACCURACY[metric]}@{k}" for metric, k in keys])
    table.add_column(f"{RECIPE} ÷ it", justify="right")
    for model in _ordered(comparison):
        ratio = comparison.ratios.get(model)
        cells = [_cell(comparison.scores[model][key]) for key in keys]
        table.add_row(_named(model), *cells, "" if ratio is None else _cell(ratio))
    return table


def _beyond(comparison: Comparison, ks: Sequence[int]) -> Table:
    known = comparison.scores[RECIPE]
    keys = [(metric, k) for metric in _BEYOND for k in ks if (metric, k) in known]
    table = _table(None, [f"{_BEYOND[metric]}@{k}" for metric, k in keys])
    for model in _ordered(comparison):
        table.add_row(_named(model), *(_cell(comparison.scores[model][key]) for key in keys))
    return table


def _segments(comparison: Comparison) -> Table:
    headings = [
        f"{segment.name}\n{segment.fewest:,}-{segment.most:,} rows\n{segment.members:,} members"
        for segment in comparison.segments
    ]
    metric, k = JUDGED_BY
    table = _table(f"{_ACCURACY[metric]}@{k} by what members took before", headings)
    for model in _ordered(comparison):
        table.add_row(_named(model), *(_cell(segment.ndcg[model]) for segment in comparison.segments))
    return table


def _sentences(trial: Trial, slice_name: str, comparison: Comparison) -> list[str]:
    ratio = comparison.ratios[comparison.strongest]
    released = trial.recipe.released(slice_name)
    return [
        reason_of(trial.recipe, slice_name),
        f"The {RECIPE} ({released}) has {_number(ratio.value)} times the NDCG@10 of the strongest baseline, "
        f"{comparison.strongest}" + (f" [{_range(ratio)}]." if math.isfinite(ratio.low) else "."),
    ]


def _ordered(comparison: Comparison) -> list[str]:
    """Return the recipe, then the baselines, the best first."""
    return [
        RECIPE,
        *sorted(comparison.ratios, key=lambda name: (-comparison.scores[name][JUDGED_BY].value, name)),
    ]


def _table(title: str | None, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("model", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _named(model: str) -> str:
    return f"[bold]{model}[/]" if model == RECIPE else model


def _cell(estimate: Estimate) -> str:
    value = _number(estimate.value)
    return f"{value}\n[dim]{_range(estimate)}[/]" if math.isfinite(estimate.low) else value


def _range(estimate: Estimate) -> str:
    return f"{_number(estimate.low)}, {_number(estimate.high)}"


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"
