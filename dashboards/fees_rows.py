"""The rows behind the page of fees: charges, invoices, bills to come, settlement."""

from collections.abc import Mapping

import pandas as pd

from dashboards.bills import Forecast
from dashboards.downloads import Column
from dashboards.fees import in_yuan
from dashboards.tables import Table
from dashboards.words import Words


def charge_columns(words: Words) -> list[Column]:
    """Return what a charge says of itself, on the screen and on paper."""
    return [
        Column("line", words("tariff_line"), "text"),
        Column("basis", words("fee_basis"), "text"),
        Column("rate_told", words("fee_rate"), "text"),
        Column("quantity", words("fee_quantity"), "count"),
        Column("first_day", words("first_day"), "date"),
        Column("last_day", words("last_day"), "date"),
        Column("amount", words("amount_yuan"), "money"),
        Column("waived", words("waived_yuan"), "money"),
        Column("due", words("due_yuan"), "money"),
    ]


def charges_table(words: Words, rows: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """Return the charges of a month, each with the confirmation it rests on."""
    return Table(
        "charges",
        words("charges"),
        named_lines(words, rows, names),
        [
            *charge_columns(words),
            Column("tariff_valid_from", words("tariff_valid_from"), "date"),
            Column("confirmed_date", words("confirmed_date"), "date"),
            Column("invoice_number", words("invoice_number"), "text"),
        ],
    )


def invoices_table(words: Words, rows: pd.DataFrame) -> Table:
    """Return all invoices."""
    return Table(
        "invoices",
        words("invoices"),
        rows.assign(state=rows["state"].map(state_names(words))),
        [
            Column("month", words("month"), "month"),
            Column("invoice_number", words("invoice_number"), "text"),
            Column("fee_count", words("fee_count"), "count"),
            Column("amount", words("due_yuan"), "money"),
            Column("waived", words("waived_yuan"), "money"),
            Column("credited", words("credited_yuan"), "money"),
            Column("net", words("net_yuan"), "money"),
            Column("paid", words("paid_yuan"), "money"),
            Column("unpaid", words("unpaid_yuan"), "money"),
            Column("state", words("invoice_state"), "text"),
            Column("issued_date", words("issued_date"), "date"),
            Column("due_date", words("due_date"), "date"),
        ],
    )


def forecast_table(words: Words, forecast: Forecast | None, names: Mapping[str, str]) -> Table:
    """Return the bills to come; without rows if they are not known."""
    columns = [
        Column("month", words("month"), "month"),
        Column("line", words("tariff_line"), "text"),
        Column("basis", words("fee_basis"), "text"),
        Column("rate_told", words("fee_rate"), "text"),
        Column("quantity", words("fee_quantity"), "count"),
        Column("amount", words("amount_yuan"), "money"),
        Column("waived", words("waived_yuan"), "money"),
        Column("due", words("due_yuan"), "money"),
    ]
    rows = pd.DataFrame() if forecast is None else named_lines(words, in_yuan(forecast.rows), names)
    return Table("forecast", words("fees_forecast"), rows, columns)


def statements_table(words: Words, rows: pd.DataFrame) -> Table:
    """Return the settlement statements of a month's days."""
    kinds = {"supplier": words("party_supplier"), "tenant": words("party_tenant")}
    return Table(
        "statements",
        words("statements"),
        rows.assign(
            party_kind=rows["party_kind"].map(kinds),
            on_time=rows["is_on_time"].map({True: words("yes"), False: words("no")}),
        ),
        [
            Column("date", words("day"), "date"),
            Column("party_kind", words("owed_to"), "text"),
            Column("party_name", words("owed_to_name"), "text"),
            Column("line_count", words("statement_lines"), "count"),
            Column("quantity", words("statement_quantity"), "count"),
            Column("owed", words("owed_yuan"), "money"),
            Column("stated_date", words("stated_date"), "date"),
            Column("on_time", words("t_plus_1"), "text"),
            Column("due_date", words("due_date"), "date"),
            Column("settled_date", words("settled_date"), "date"),
        ],
    )


def state_names(words: Words) -> dict[str, str]:
    """Return what the states of an invoice are called."""
    return {
        "issued": words("invoice_issued"),
        "partially_paid": words("invoice_partially_paid"),
        "paid": words("invoice_paid"),
        "overdue": words("invoice_overdue"),
    }


def named_lines(words: Words, rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return rows of tariff lines in words: what they are called, what is counted, and what one costs."""
    bases = {
        "month": words("basis_month"),
        "redemption": words("basis_redemption"),
        "cash": words("basis_cash"),
        "piece": words("basis_piece"),
    }
    told = [
        words("basis_points_of_cash", share=words.rate(rate / 10_000))
        if basis == "cash"
        else words.exact_money(rate)
        for basis, rate in zip(rows["basis"], rows["rate"], strict=True)
    ]
    return rows.assign(
        line=[names.get(code, code) for code in rows["line_code"]],
        basis=rows["basis"].map(bases),
        rate_told=told,
    )
