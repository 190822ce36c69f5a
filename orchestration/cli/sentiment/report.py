"""The table of how well texts are judged."""

from collections.abc import Sequence
from math import isnan

from rich.console import Console
from rich.table import Table

from recommender.bootstrap import Estimate
from recommender.sentiment.evaluation import Figures


def show(figures: Sequence[Figures], console: Console) -> None:
    """Print a row per set and what judged it; intervals are 95 % bootstrap intervals over texts."""
    table = Table(title="How well held-out texts are judged")
    for name in ("tested on", "texts", "judged by"):
        table.add_column(name)
    for name in ("accuracy", "macro F1", "left neutral", "accuracy of the rest", "Brier"):
        table.add_column(name, justify="right")
    for one in figures:
        table.add_row(
            one.tested_on,
            f"{one.accuracy.n:,}",
            one.judged_by,
            _with_interval(one.accuracy),
            _with_interval(one.macro_f1),
            _number(one.neutral_rate),
            _number(one.decided_accuracy),
            _number(one.brier),
        )
    console.print(table)


def _with_interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f}-{estimate.high:.3f})"


def _number(value: float) -> str:
    return "" if isnan(value) else f"{value:.3f}"
