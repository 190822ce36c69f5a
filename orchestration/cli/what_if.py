"""`pointmart what-if`: what a campaign would change of the demand for some items, and of what has to be ordered."""

import csv
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from orchestration.cli.days import parse_day
from orchestration.cli.progress import spinner
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings

if TYPE_CHECKING:
    from orchestration.training.what_if import ItemEffect, Pieces


class UnknownName(Refusal):
    """No tenant or item of the warehouse has this code or id."""


class NoWarehouse(Refusal):
    """The warehouse was not built yet, or is being built."""


def what_if(
    tenant: Annotated[str, typer.Option(help="The tenant's code or id.")],
    item: Annotated[list[str], typer.Option(help="Code or id of an item on sale; again for each.")],
    first: Annotated[
        date, typer.Option("--from", parser=parse_day, metavar="DAY", help="First day of the campaign.")
    ],
    last: Annotated[date, typer.Option("--to", parser=parse_day, metavar="DAY", help="Its last day.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 20170101,
    out: Annotated[Path | None, typer.Option(help="Write the figures to this CSV file as well.")] = None,
) -> None:
    """Tell what a flash sale of some items would change: pieces with and without it, and what to order more by when."""
    # DuckDB and scikit-learn take seconds to import; other commands need not wait for them.
    import duckdb

    from orchestration.training.inputs import reading
    from orchestration.training.what_if import Campaign
    from orchestration.training.what_if import what_if as ask

    console = Console()
    warehouse = PipelineSettings().folder.warehouse
    if not warehouse.exists():
        raise NoWarehouse(f"there is no warehouse at {warehouse}; run `pointmart pipeline run` first")
    try:
        with reading(warehouse) as inputs, spinner(console, "reading demand") as report:
            tenant_id = inputs.tenant_named(tenant)
            if tenant_id is None:
                raise UnknownName(f"no tenant of the warehouse has the code or id {tenant}")
            named = inputs.offered(tenant_id, item)
            _require_all(item, named)
            campaign = Campaign(tuple(sorted(named["item_id"])), first, last)
            answer = ask(inputs, tenant_id, campaign, seed=seed, report=report)
            effects = []
            for place, effect in enumerate(answer.effects, 1):
                report(f"item {place} of {len(campaign.item_ids)}")
                effects.append(effect)
    except duckdb.IOException as error:
        raise NoWarehouse("the warehouse is being built; try again when the pipeline is done") from error
    names = named.set_index("item_id")
    console.print(_table(effects, names))
    console.print(
        f"Learned from {answer.days_on_sale:,} days on which an item was on sale, up to {answer.origin}. Pieces are of all "
        f"{campaign.n_days} days from {first} to {last}; in brackets, quantiles .05 to .95.",
        highlight=False,
        soft_wrap=True,
    )
    if out is not None:
        _write(out, effects, names, campaign.first, campaign.last)
        console.print(f"The figures are in {out}.", highlight=False, soft_wrap=True)


def _require_all(wanted: list[str], named: pd.DataFrame) -> None:
    known = {*named["code"], *named["item_id"]}
    for name in wanted:
        if name not in known:
            raise UnknownName(f"the tenant offers no item with the code or id {name}")


def _table(effects: "list[ItemEffect]", names: pd.DataFrame) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("item")
    for column in ("without", "with", "extra", "order more", "by"):
        table.add_column(column, justify="right")
    for effect in effects:
        code = str(names.loc[effect.item_id, "code"])
        pieces = [_told(part) for part in (effect.without, effect.with_sale, effect.extra)]
        table.add_row(code, *pieces, *_order(effect))
    return table


def _told(pieces: "Pieces") -> str:
    return f"{pieces.mean:,.1f} ({pieces.q05:,.0f} to {pieces.q95:,.0f})"


def _order(effect: "ItemEffect") -> tuple[str, str]:
    if effect.more is None:
        return "no terms", ""
    late = " (too late for all of it)" if effect.more.is_too_late else ""
    return f"{effect.more.quantity:,}", f"{effect.more.order_by or ''}{late}"


def _write(out: Path, effects: "list[ItemEffect]", names: pd.DataFrame, first: date, last: date) -> None:
    rows = [_row(effect, names, first, last) for effect in effects]
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _row(effect: "ItemEffect", names: pd.DataFrame, first: date, last: date) -> dict[str, object]:
    row: dict[str, object] = {
        "item_id": effect.item_id,
        "code": names.loc[effect.item_id, "code"],
        "name": names.loc[effect.item_id, "name"],
        "from": first,
        "to": last,
    }
    parts = (("without", effect.without), ("with", effect.with_sale), ("extra", effect.extra))
    for case, pieces in parts:
        row |= {f"{name}_{case}": round(value, 3) for name, value in asdict(pieces).items()}
    more = effect.more
    return row | {
        "order_more": "" if more is None else more.quantity,
        "order_by": "" if more is None else more.order_by or "",
        "is_too_late": "" if more is None else more.is_too_late,
    }
