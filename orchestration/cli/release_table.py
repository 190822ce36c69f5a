"""A release on the terminal: where it stands, and its model cards as a compact table."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.release.cards import CARDS
from orchestration.release.manifest import MARTS, Manifest
from orchestration.sql import quoted

_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
_NOTHING = "–"
# The measure that decides, by area; lists of ranking are ten long.
_JUDGED_BY = {"ranking": "ndcg", "demand": "wape"}


def print_release(console: Console, manifest: Manifest, release: Path) -> None:
    """Show a release and the cards of its models; a release from before there were cards says so."""
    rows = sum(content.rows for content in manifest.tables.values())
    checks = manifest.checks
    console.print(
        f"release {manifest.release_id}, made {_moment(manifest.created_at)} by version {manifest.code_version}\n"
        f"{rows:,} rows in {len(manifest.tables)} marts, landed until {_landed(manifest)}\n"
        f"checks: {checks.get('passed', 0)} passed, {checks.get('warned', 0)} warned",
        highlight=False,
    )
    for warning in manifest.quality.get("warnings", []):
        console.print(f"[yellow]![/] {escape(warning)}", highlight=False)
    cards = manifest.models.get(CARDS, [])
    if not cards:
        console.print("no model cards: it was made before there were any, or no model has been trained yet")
        return
    names = _tenant_names(release)
    for tenant_id in dict.fromkeys(card["tenant_id"] for card in cards):
        console.print(
            _table(names.get(tenant_id, tenant_id), [c for c in cards if c["tenant_id"] == tenant_id])
        )


def _table(tenant: str, cards: list[dict[str, Any]]) -> Table:
    """Return the models of one tenant; each cell has further lines, so that the table fits a narrow terminal."""
    table = Table("models", title=escape(tenant), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("released", overflow="fold")
    for heading in ("score", "n", "best baseline"):
        table.add_column(heading, justify="right")
    for card in cards:
        for choice in card["choices"]:
            table.add_row(*_cells(card, choice))
    return table


def _cells(card: dict[str, Any], choice: dict[str, Any]) -> Iterator[str]:
    metric = _JUDGED_BY[card["area"]]
    scores = {
        score["model"]: score
        for score in card["scores"]
        if (score["slice"], score["metric"]) == (choice["slice"], metric)
    }
    since = _moment(datetime.fromisoformat(choice["released_since"]))[:10]
    chosen_on = card.get("chosen_on")
    yield f"{card['area']}, {choice['slice']}\nto {card['data']['last']}"
    yield f"{choice['model']}\nsince {since}" + (f"\nchosen {chosen_on}" if chosen_on else "")
    own = scores.pop(choice["model"], None)
    yield _NOTHING if own is None else f"{metric} {own['value']:.3f}\n{_interval(own)}"
    yield _NOTHING if own is None else f"{own['n']:,}"
    # A candidate that was not released is no baseline.
    candidate = None if choice["gate"] is None else choice["gate"]["candidate"]
    others = [score for name, score in scores.items() if name != candidate]
    strongest = max if card["area"] == "ranking" else min
    best = strongest(others, key=lambda score: float(score["value"]), default=None)
    paired = choice.get("paired")
    ratio = _paired(paired) if paired and best and paired["baseline"] == best["model"] else ""
    yield _NOTHING if best is None else f"{best['model']}\n{best['value']:.3f}{ratio}"


def _paired(paired: dict[str, Any]) -> str:
    """Return how many times the baseline's score the released model has, with the interval over the same units."""
    if paired["low"] is None:
        return ""
    return f"\n× {paired['ratio']:.3f}\n{paired['low']:.3f} to {paired['high']:.3f}"


def _interval(score: dict[str, Any]) -> str:
    return "" if score["low"] is None else f"{score['low']:.3f} to {score['high']:.3f}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(_BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def _landed(manifest: Manifest) -> str:
    landed_at = manifest.landing.get("landed_at")
    return _NOTHING if landed_at is None else _moment(datetime.fromisoformat(landed_at))


def _tenant_names(release: Path) -> dict[str, str]:
    """Return the tenants' names by id; none if the marts cannot be read, since the manifest can still be shown."""
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{quoted(release / MARTS)}' as release (read_only)")
            return dict(
                connection.execute("select tenant_id::varchar, name from release.marts.dim_tenant").fetchall()
            )
    except duckdb.Error:
        return {}
