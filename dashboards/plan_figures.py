"""What a plan comes to, as it was proposed and as it is being made, and what was changed in the table."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.mall import Edit
from dashboards.marts import records


@dataclass(frozen=True)
class Figures:
    """What the lines of a plan come to; fen of lines that nobody sells are not in it.

    Attributes:
        next_order_by: the first day on which something is to be ordered.
        late: lines to order whose day has passed.
        too_late: lines of which an order of the next day comes after it was wanted.
        risk_without, risk_with: mean probability of a line to run out, with the plan as it was proposed.
        unpriced: lines to order without a price.
    """

    lines: int
    ordered: int
    quantity: int
    proposed_quantity: int
    cost_fen: int
    proposed_cost_fen: int
    next_order_by: date | None
    late: int
    too_late: int
    risk_without: float
    risk_with: float
    cost_without_plan_fen: int
    cost_with_plan_fen: int
    unpriced: int
    edited: int


def figures(lines: pd.DataFrame, today: date) -> Figures:
    """Return what lines come to; at least one."""
    ordered = lines[lines["quantity"] > 0]
    first = ordered["order_by"].min()
    return Figures(
        lines=len(lines),
        ordered=len(ordered),
        quantity=int(lines["quantity"].sum()),
        proposed_quantity=int(lines["proposed_quantity"].sum()),
        cost_fen=int(lines["cost_fen"].sum()),
        proposed_cost_fen=int(lines["proposed_cost_fen"].sum()),
        next_order_by=None if pd.isna(first) else first.date(),
        late=int((ordered["order_by"] < pd.Timestamp(today)).sum()),
        too_late=int(lines["is_too_late"].sum()),
        risk_without=float(lines["risk_without"].mean()),
        risk_with=float(lines["risk_with"].mean()),
        cost_without_plan_fen=int(lines["cost_without_fen"].sum()),
        cost_with_plan_fen=int(lines["cost_with_fen"].sum()),
        unpriced=int(ordered["unit_cost_fen"].isna().sum()),
        edited=int(_differs(lines, "proposed_quantity", "proposed_order_by").sum()),
    )


def edited_lines(lines: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return lines with quantity and order_by as a table of them has these now, and with the cost that follows.

    The rows of both are in the same order. A line of no pieces has no day; one whose quantity was emptied, none.
    """
    made = lines.copy()
    made["quantity"] = table["quantity"].fillna(0).astype("int64").to_numpy()
    made["order_by"] = pd.to_datetime(table["order_by"]).where(made["quantity"].to_numpy() > 0).to_numpy()
    made["cost_fen"] = made["quantity"] * made["unit_cost_fen"]
    return made


def edits(lines: pd.DataFrame, made: pd.DataFrame) -> list[Edit]:
    """Return what was changed between lines and what was made of them, row by row."""
    is_other = (made["quantity"] != lines["quantity"]) | _is_another_day(made["order_by"], lines["order_by"])
    return [
        Edit(
            row["item_id"],
            row["warehouse_id"],
            int(row["quantity"]),
            None if pd.isna(row["order_by"]) or row["order_by"] == before else row["order_by"].date(),
        )
        for row, before in zip(records(made[is_other]), lines.loc[is_other, "order_by"], strict=True)
    ]


def _differs(lines: pd.DataFrame, quantity: str, day: str) -> pd.Series:
    return (lines["quantity"] != lines[quantity]) | _is_another_day(lines["order_by"], lines[day])


def _is_another_day(days: pd.Series, others: pd.Series) -> pd.Series:
    return (days != others) & ~(days.isna() & others.isna())
