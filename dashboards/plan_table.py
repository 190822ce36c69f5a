"""How the lines of a plan, what is changed in them, and the orders they become stand in tables."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import plan_figures, plan_words
from dashboards.marts import Record, records
from dashboards.words import NOTHING, Words


def shown(words: Words, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of a plan as the table has them."""
    rows = records(lines)
    return pd.DataFrame(
        {
            "name": lines["name"],
            "quantity": lines["quantity"],
            "order_by": lines["order_by"],
            "proposed_quantity": lines["proposed_quantity"],
            "cost": lines["cost_fen"] / 100,
            "risk_without": lines["risk_without"] * 100,
            "risk_after": [plan_words.risk_after(words, row) for row in rows],
            "cuts": [plan_words.cuts(words, row) for row in rows],
            "arrives_on": lines["arrives_on"],
            "need_date": lines["need_date"],
            "demand": [
                words(
                    "interval_of",
                    middle=words.count(row["demand_q50"]),
                    low=words.count(row["demand_q05"]),
                    high=words.count(row["demand_q95"]),
                )
                for row in rows
            ],
            "confidence": [plan_words.confidence_name(words, row["confidence"]) for row in rows],
            "sold_in": [_sold_in(words, row) for row in rows],
            "supplier_name": lines["supplier_name"],
            "warehouse": lines["warehouse"],
            "category": lines["category"],
        }
    )


def columns(words: Words, last_day: date, today: date) -> dict[str, Any]:
    """Return how the columns are told; orders are placed from today to the holiday's last day."""
    config = st.column_config
    return {
        "name": config.TextColumn(words("item"), pinned=True, width="medium"),
        "quantity": config.NumberColumn(
            words("order_pieces"), help=words("order_pieces_meaning"), min_value=0, max_value=1_000_000_000,
            step=1, format="localized", required=True,
        ),
        "order_by": config.DateColumn(
            words("order_by"), help=words("order_by_meaning"), format="YYYY-MM-DD", min_value=today,
            max_value=last_day,
        ),
        "proposed_quantity": config.NumberColumn(words("proposed_pieces"), format="localized"),
        "cost": config.NumberColumn(words("cost_yuan"), help=words("cost_meaning"), format="accounting"),
        "risk_without": config.NumberColumn(
            words("risk_before"), help=words("risk_meaning"), format="%.1f%%"
        ),
        "risk_after": config.TextColumn(
            words("risk_after"), help=words("risk_after_meaning"), alignment="right"
        ),
        "cuts": config.TextColumn(words("cuts"), help=words("cuts_meaning")),
        "arrives_on": config.DateColumn(words("arrives_on"), format="YYYY-MM-DD"),
        "need_date": config.DateColumn(
            words("need_date"), help=words("need_date_meaning"), format="YYYY-MM-DD"
        ),
        "demand": config.TextColumn(words("demand_range"), help=words("demand_range_meaning")),
        "confidence": config.TextColumn(words("confidence"), help=words("confidence_meaning")),
        "sold_in": config.TextColumn(words("sold_in")),
        "supplier_name": config.TextColumn(words("supplier")),
        "warehouse": config.TextColumn(words("warehouse")),
        "category": config.TextColumn(words("category")),
    }  # fmt: skip


def _sold_in(words: Words, row: Record) -> str:
    if pd.isna(row["pack_size"]):
        return words("sold_by_nobody")
    return words(
        "sold_in_packs",
        pack=words.count(row["pack_size"]),
        minimum=words.count(row["min_order_quantity"]),
        days=words.count(row["lead_days"]),
    )


def differences(words: Words, lines: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Return what each changed line was proposed as, was, and is to be."""
    keys = {(edit.item_id, edit.warehouse_id) for edit in plan_figures.edits(lines, made)}
    pairs = [
        (before, after)
        for before, after in zip(records(lines), records(made), strict=True)
        if (after["item_id"], after["warehouse_id"]) in keys
    ]
    proposed = [
        before | {"quantity": before["proposed_quantity"], "order_by": before["proposed_order_by"]}
        for before, _ in pairs
    ]
    return pd.DataFrame(
        {
            words("item"): [after["name"] for _, after in pairs],
            words("was_proposed"): [plan_words.order_by_when(words, line) for line in proposed],
            words("was_saved"): [plan_words.order_by_when(words, before) for before, _ in pairs],
            words("will_be"): [plan_words.order_by_when(words, after) for _, after in pairs],
            words("cost_change"): [_cost_change(words, before, after) for before, after in pairs],
            words("risk_after"): [plan_words.risk_after(words, after) for _, after in pairs],
        }
    )


def _cost_change(words: Words, before: Record, after: Record) -> str:
    change = after["cost_fen"] - before["cost_fen"]
    return NOTHING if pd.isna(change) else words.signed(change, words.money(abs(change)))


def show_orders(words: Words, orders: list[dict[str, Any]], suppliers: Mapping[str, str]) -> None:
    """Show the purchase orders that an approved plan became."""
    st.subheader(words("orders_made", n=len(orders)), anchor=False)
    if not orders:
        st.info(words("no_orders"), icon=":material/inventory_2:")
        return
    st.caption(words("orders_need_approval"))
    status = {
        "proposed": words("order_proposed"),
        "approved": words("order_approved"),
        "rejected": words("order_rejected"),
        "ordered": words("order_ordered"),
        "partially_received": words("order_partially_received"),
        "received": words("order_received"),
        "cancelled": words("order_cancelled"),
    }
    rows = pd.DataFrame(
        {
            "supplier": [suppliers.get(order["supplier_id"], order["supplier_code"]) for order in orders],
            "order_by": pd.to_datetime([order["order_by"] for order in orders]),
            "quantity": [sum(line["quantity"] for line in order["lines"]) for order in orders],
            "lines": [len(order["lines"]) for order in orders],
            "cost": [order["cost_fen"] / 100 for order in orders],
            "status": [status.get(order["status"], order["status"]) for order in orders],
            "created_by": [order["created_by"] for order in orders],
            "purchase_order_id": [order["purchase_order_id"] for order in orders],
        }
    )
    config = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "supplier": config.TextColumn(words("supplier")),
            "order_by": config.DateColumn(words("order_by"), format="YYYY-MM-DD"),
            "quantity": config.NumberColumn(words("pieces"), format="localized"),
            "lines": config.NumberColumn(words("order_lines"), format="localized"),
            "cost": config.NumberColumn(words("cost_yuan"), format="accounting"),
            "status": config.TextColumn(words("status")),
            "created_by": config.TextColumn(words("created_by")),
            "purchase_order_id": config.TextColumn(words("order_number")),
        },
        alt=words("orders_made", n=len(orders)),
        key="plan_orders",
    )
