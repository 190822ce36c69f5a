"""The figures as a person reads them."""

import math

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.evaluate.demand.cutoffs import Settings
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.inventory import Shelf
from orchestration.cli.evaluate.demand.judging import RECIPE
from orchestration.cli.evaluate.demand.protocol import Outcome, Told
from recommender.bootstrap import Estimate
from recommender.demand.trial import ALL, HOLIDAYS, LEVEL_METRICS, OF_DAY, Board

_HEADINGS = {
    "wape": "WAPE", "mase": "MASE", "rmsse": "RMSSE", "pinball_05": "pin .05", "pinball_50": "pin .5",
    "pinball_90": "pin .9", "pinball_95": "pin .95", "coverage_90": "cov 90 %", "bias": "bias",
}  # fmt: skip
_LEAST_SHOWN = 0.005
# Intervals stand where decisions are made.
_WITH_RANGE = ("wape", "coverage_90")


def show_data(dataset: Dataset, console: Console) -> None:
    """Print what was read and what was done to it."""
    panel = dataset.panel
    unit = "daily" if panel.step_days == 1 else "weekly"
    console.print(
        f"{dataset.rows:,} rows: {len(panel.series_ids):,} series, {unit}, {panel.dates[0]} to {panel.dates[-1]}"
        + (", only days with sales listed" if dataset.is_sparse else ""),
        highlight=False,
    )
    for done in dataset.done:
        console.print(f"  {done.count:>12,}  {done.words}", highlight=False, soft_wrap=True)
    known = sorted(panel.covariates.known_ahead)
    past = [name for name in panel.covariates if name not in known]
    console.print(
        f"  known ahead: {', '.join(known) or 'the calendar only'}"
        + (f"; known of the past only: {', '.join(past)}" if past else "")
        + (f"; groups: {', '.join(panel.groups)}" if panel.groups else ""),
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def show(outcome: Outcome, settings: Settings, console: Console) -> None:
    """Print all days and holiday windows, each occasion in short, and the levels."""
    if not outcome.boards.series.sums:
        console.print("Nothing is known after the cutoffs, so nothing is scored.")
        return
    for window, title in ((ALL, "All days"), (HOLIDAYS, "Within 7 days of a big holiday")):
        if window in outcome.boards.series.sums:
            console.print(_scores(outcome.boards.series, window, title, settings.seed))
    console.print(_occasions(outcome.boards.series, settings.seed))
    for level, board in outcome.boards.levels.items():
        console.print(_level(board, level, settings.seed))


def show_shelf(shelf: Shelf | str, step_days: int, console: Console) -> None:
    """Print how stock by each rule would have served."""
    if isinstance(shelf, str):
        console.print(shelf, highlight=False, soft_wrap=True)
        return
    unit = "days" if step_days == 1 else "weeks"
    title = f"Stock ordered each week, delivered a week later: {shelf.series:,} series, {shelf.reviews} weeks from the first cutoff"
    table = _table(
        title, ["cycles short", "near holidays", "fill rate", f"{unit} of stock"], first="order up to"
    )
    for effect in shelf.effects:
        found = effect.service
        shown = (found.cycles_short, found.holiday_cycles_short, found.fill_rate, found.stock_periods)
        table.add_row(effect.rule, *(_number(value) for value in shown))
    console.print(table)


def show_cutoff(told: Told, console: Console) -> None:
    """Print what one cutoff told."""
    weights = sorted((told.weights or {}).items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"{name} {weight:.2f}" for name, weight in weights if weight >= _LEAST_SHOWN)
    parts = [f"{told.series:,} series", f"{told.seconds:,.0f} s"]
    if told.extremes_cut:
        parts.append(f"{told.extremes_cut:,} extremes cut for learning")
    if told.failed_fits:
        parts.append(f"{told.failed_fits:,} fits of AutoETS and MSTL failed")
    if shown:
        parts.append(f"weights: {shown}")
    console.print(
        f"{told.cutoff}: {told.released} released ({'; '.join(parts)})", highlight=False, soft_wrap=True
    )


def _scores(board: Board, window: str, title: str, seed: int) -> Table:
    table = _table(title, [*_HEADINGS.values(), f"{RECIPE} ÷ it", "series"])
    scores = board.scores(window, seed=seed)
    ratios = board.ratios(window, seed=seed)
    for method, found in scores.items():
        cells = [_cell(found[metric], ranged=metric in _WITH_RANGE) for metric in _HEADINGS]
        ratio = "" if method == RECIPE else _cell(ratios[method], ranged=True)
        table.add_row(_named(method), *cells, ratio, f"{found['wape'].n:,}")
    return table


def _occasions(board: Board, seed: int) -> Table:
    windows = [window for window in board.sums if window not in (ALL, HOLIDAYS) and OF_DAY not in window]
    methods = list(board.sums[ALL])
    table = _table(
        "WAPE within 7 days of each occasion", [_named(method) for method in methods], first="occasion"
    )
    for window in sorted(windows):
        scores = board.scores(window, seed=seed)
        table.add_row(
            window,
            *(_cell(scores[method]["wape"], ranged=False) if method in scores else "" for method in methods),
        )
    return table


def _level(board: Board, level: str, seed: int) -> Table:
    headings = [f"{_HEADINGS[metric]}{when}" for when in ("", " holidays") for metric in LEVEL_METRICS]
    table = _table(f"Sums by {level}" if level != "total" else "All series together", headings)
    every, near = board.scores(ALL, seed=seed), board.scores(HOLIDAYS, seed=seed)
    for method, found in every.items():
        cells = [_cell(found[metric], ranged=False) for metric in LEVEL_METRICS]
        cells += [
            _cell(near[method][metric], ranged=False) if method in near else "" for metric in LEVEL_METRICS
        ]
        table.add_row(_named(method), *cells)
    return table


def _table(title: str, headings: list[str], first: str = "method") -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column(first, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _named(method: str) -> str:
    return f"[bold]{method}[/]" if method == RECIPE else method


def _cell(estimate: Estimate, *, ranged: bool) -> str:
    value = _number(estimate.value)
    if not ranged or not math.isfinite(estimate.low):
        return value
    return f"{value}\n[dim]{_number(estimate.low)}, {_number(estimate.high)}[/]"


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"
