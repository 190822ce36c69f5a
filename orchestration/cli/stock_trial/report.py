"""What the rules came to, as a person reads it and as a file keeps it."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.evaluate.document import plain_figures
from orchestration.cli.stock_trial.arm import WARM_UP_DAYS, Arm, Order
from orchestration.cli.world.presets import preset_of
from orchestration.release.build import code_version

# What is asked: so few item-days without stock, at so much of the naive rule's stock.
ASKED_STOCK_OUT_RATE, ASKED_STOCK = 0.03, 0.8


def document_of(arms: Sequence[Arm], order: Order) -> dict[str, Any]:
    """Return everything that is written; NaN is null."""
    return plain_figures(
        {
            "plan": {
                "tenant": preset_of(order.number).code,
                "members": order.world.members,
                "past_days": order.first,
                "days": order.world.days - order.first,
                "warm_up_days": WARM_UP_DAYS,
                "seed": order.world.seed,
                "until": str(order.world.until),
            },
            "code_version": code_version(),
            "arms": [asdict(arm) for arm in arms],
            "stock_against_naive_at_same_stock_out": {
                arm.name: ratio for arm in arms if (ratio := against_naive(arm, arms)) is not None
            },
            "asked": {"stock_out_rate": ASKED_STOCK_OUT_RATE, "stock_against_naive": ASKED_STOCK},
        }
    )


def against_naive(arm: Arm, arms: Sequence[Arm]) -> float | None:
    """Return an arm's stock over what the naive rule needs to run out as seldom, between its nearest two factors.

    None for the naive rule itself, and where its factors do not reach so far on either side.
    """
    if arm.accuracy is None:
        return None
    naive = sorted((a for a in arms if a.accuracy is None), key=lambda a: a.stock)
    for fewer, more in pairwise(naive):
        if fewer.stock_out_rate >= arm.stock_out_rate >= more.stock_out_rate:
            width = fewer.stock_out_rate - more.stock_out_rate
            share = (fewer.stock_out_rate - arm.stock_out_rate) / width if width else 0.0
            return arm.stock / (fewer.stock + share * (more.stock - fewer.stock))
    return None


def show(arms: Sequence[Arm], console: Console) -> None:
    """Print the table and what it says."""
    table = Table("rule", box=box.SIMPLE_HEAD)
    for heading in ("stock-out rate", "lost pieces", "stock", "days of stock", "÷ naive at same stock-out"):
        table.add_column(heading, justify="right")
    for arm in arms:
        ratio = against_naive(arm, arms)
        table.add_row(
            arm.name, f"{arm.stock_out_rate:.2%}", f"{arm.lost_rate:.2%}", f"{arm.stock:,.0f}", f"{arm.stock_days:.1f}",
            "" if ratio is None else f"{ratio:.2f}",
        )  # fmt: skip
    console.print(table)
    for arm in arms:
        if arm.accuracy is not None:
            found = arm.accuracy
            console.print(
                f"{arm.name}: WAPE of true demand {found.forecast:.3f} a day, {found.forecast_of_sums:.3f} over four "
                f"weeks; means of weekdays {found.weekday_mean:.3f} and {found.mean_of_sums:.3f}. On days without "
                f"stock, the estimate misses by {found.estimated_demand:.3f}, sales by {found.sold_as_demand:.3f}.",
                highlight=False, soft_wrap=True,
            )  # fmt: skip
            break
