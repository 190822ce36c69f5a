"""The rows behind the holiday plan, as tables and files have them."""

import pandas as pd

from dashboards import plan_words
from dashboards.downloads import Column
from dashboards.marts import records
from dashboards.words import Words


def order_rows(words: Words, lines: pd.DataFrame) -> pd.DataFrame:
    """Return a plan's lines with money in yuan and reasons in words."""
    rows = records(lines)
    return lines.assign(
        cost=lines["cost_fen"] / 100,
        proposed_cost=lines["proposed_cost_fen"] / 100,
        cost_without=lines["cost_without_fen"] / 100,
        cost_with=lines["cost_with_fen"] / 100,
        cuts=[plan_words.cuts(words, row) for row in rows],
        risk_after=[plan_words.risk_after(words, row) for row in rows],
        confidence=[plan_words.confidence_name(words, row["confidence"]) for row in rows],
        is_too_late=[words("yes") if row["is_too_late"] else words("no") for row in rows],
        supplier_name=lines["supplier_name"].fillna(""),
        warehouse=lines["warehouse"].fillna(""),
        category=lines["category"].fillna(""),
    )


def order_columns(words: Words) -> list[Column]:
    """Return the columns of `order_rows`."""
    return [
        Column("name", words("item"), "text"),
        Column("category", words("category"), "text"),
        Column("warehouse", words("warehouse"), "text"),
        Column("supplier_name", words("supplier"), "text"),
        Column("quantity", words("order_pieces"), "count"),
        Column("order_by", words("order_by"), "date"),
        Column("proposed_quantity", words("proposed_pieces"), "count"),
        Column("proposed_order_by", words("proposed_order_by"), "date"),
        Column("cost", words("cost_yuan"), "money"),
        Column("proposed_cost", words("proposed_cost_yuan"), "money"),
        Column("risk_without", words("risk_before"), "rate"),
        Column("risk_after", words("risk_after"), "text"),
        Column("cost_without", words("loss_without"), "money"),
        Column("cost_with", words("loss_with"), "money"),
        Column("wish_quantity", words("wished_pieces"), "count"),
        Column("cuts", words("cuts"), "text"),
        Column("arrives_on", words("arrives_on"), "date"),
        Column("need_date", words("need_date"), "date"),
        Column("is_too_late", words("is_too_late"), "text"),
        Column("demand_q05", words("q05"), "quantity"),
        Column("demand_q50", words("median"), "quantity"),
        Column("demand_q95", words("q95"), "quantity"),
        Column("confidence", words("confidence"), "text"),
    ]


def forecast_columns(words: Words) -> list[Column]:
    """Return the columns of a forecast by day."""
    return [
        Column("level", words("level_column"), "text", is_on_page=False),
        Column("name", words("name_column"), "text", is_on_page=False),
        Column("date", words("day"), "date"),
        Column("mean", words("mean"), "quantity"),
        Column("q05", words("q05"), "quantity"),
        Column("q50", words("median"), "quantity"),
        Column("q90", words("q90"), "quantity"),
        Column("q95", words("q95"), "quantity"),
        Column("model", words("model"), "text"),
        Column("origin_date", words("origin"), "date"),
    ]
