"""How invoices, statements and reconciled files are told."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.desks import charts
from dashboards.downloads import Column
from dashboards.house_style import ACCENT
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import Words, literally

_SHOWN = 15
_CURRENCY = 100


def answer(words: Words, month: date, billed: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame) -> str:
    """Return what was invoiced for the month, whether statements came by the next day, and which files differ."""
    sentences = [
        words(
            "books_answer",
            month=words.month(month),
            n=words.count(len(billed)),
            net=words.money(float(billed["net_fen"].sum())),
        ),
        words(
            "books_settled",
            n=words.count(len(stated)),
            on_time=words.count(stated["is_on_time"].sum()),
        ),
        words(
            "books_reconciled",
            n=words.count(len(files)),
            differ=words.count((~files["is_clean"].astype(bool)).sum()),
        ),
    ]
    return words("between_sentences").join(sentences)


def show_cards(words: Words, billed: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame) -> None:
    """Show what is asked, what was waived, what is owed on statements, and what differs from the providers' files."""
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    differing = files[~files["is_clean"].astype(bool)]
    with places[0]:
        show_plain_card(
            words,
            words("invoiced_net"),
            words.money(float(billed["net_fen"].sum())),
            words("credited", money=words.money(float(billed["credited_fen"].sum()))),
            meaning=words("invoiced_net_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("waived"),
            words.money(float(billed["waived_fen"].sum())),
            words("of_invoices", n=words.count(len(billed))),
            meaning=words("waived_meaning"),
        )
    with places[2]:
        on_time = float(stated["is_on_time"].mean()) if len(stated) else None
        show_plain_card(
            words,
            words("stated_on_time"),
            words.rate(on_time),
            words("of_statements", n=words.count(len(stated))),
            meaning=words("stated_on_time_meaning"),
            is_small=0 < len(stated) < 30,
        )
    with places[3]:
        show_plain_card(
            words,
            words("files_differ"),
            words.count(len(differing)),
            words("of_files", n=words.count(len(files))),
            meaning=words("files_differ_meaning"),
        )


def show_invoiced(words: Words, rows: pd.DataFrame, month: date) -> None:
    """Draw what each tenant is asked for the month."""
    st.subheader(words("invoiced_by_tenant", month=words.month(month)), anchor=False)
    billed = rows[rows["month_start"] == pd.Timestamp(month)].head(_SHOWN)
    if billed.empty:
        st.info(words("no_invoices_of_month"), icon=":material/hourglass_empty:")
        return
    drawn = pd.DataFrame(
        {"name": billed["tenant"], "kind": words("invoiced_net"), "count": billed["net_fen"] / _CURRENCY}
    )
    labels = {"name": words("tenant"), "kind": words("invoiced_net"), "count": words("yuan_word")}
    st.altair_chart(
        charts.counts(
            drawn, {words("invoiced_net"): ACCENT}, labels=labels, numbers=words.axis_numbers, decimals=2
        ),
        alt=words("invoiced_alt"),
    )


def tables(words: Words, billed: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page of books: invoices, statements and reconciled files."""
    parties = {"supplier": words("supplier"), "tenant": words("tenant")}
    yes_no = {True: words("yes"), False: words("no")}
    return [
        Table(
            "invoices",
            words("invoices_title", n=words.count(len(billed))),
            billed.assign(
                **{
                    name.removesuffix("_fen"): billed[name] / _CURRENCY
                    for name in ("amount_fen", "waived_fen", "credited_fen", "net_fen")
                }
            ),
            [
                Column("tenant", words("tenant"), "text"),
                Column("invoice_number", words("desk_invoice_number"), "text"),
                Column("month_start", words("month"), "month"),
                Column("fee_count", words("fees_word"), "count"),
                Column("amount", words("desk_amount_yuan"), "money"),
                Column("waived", words("desk_waived_yuan"), "money"),
                Column("credited", words("desk_credited_yuan"), "money"),
                Column("net", words("desk_net_yuan"), "money"),
                Column("issued_date", words("issued_on"), "date"),
                Column("due_date", words("due_on"), "date"),
            ],
        ),
        Table(
            "statements",
            words("statements_title", n=words.count(len(stated))),
            stated.assign(
                party_kind=stated["party_kind"].map(parties),
                owed=stated["owed_fen"] / _CURRENCY,
                on_time=stated["is_on_time"].map(yes_no),
            ),
            [
                Column("tenant", words("tenant"), "text"),
                Column("party_name", words("desk_owed_to"), "text"),
                Column("party_kind", words("desk_case_type"), "text"),
                Column("date", words("date"), "date"),
                Column("owed", words("desk_owed_yuan"), "money"),
                Column("line_count", words("order_lines"), "count"),
                Column("stated_date", words("stated_on"), "date"),
                Column("due_date", words("due_on"), "date"),
                Column("on_time", words("is_on_time"), "text"),
            ],
        ),
        Table(
            "reconciliations",
            words("reconciliations_title", n=words.count(len(files))),
            files.assign(
                clean=files["is_clean"].map(yes_no),
                file=files["file_fen"] / _CURRENCY,
                ours=files["our_fen"] / _CURRENCY,
            ),
            [
                Column("tenant", words("tenant"), "text"),
                Column("provider", words("payment_provider"), "text"),
                Column("date", words("date"), "date"),
                Column("clean", words("all_agree"), "text"),
                Column("matched_count", words("lines_matched"), "count"),
                Column("missing_here_count", words("lines_missing_here"), "count"),
                Column("missing_there_count", words("lines_missing_there"), "count"),
                Column("different_amount_count", words("lines_different"), "count"),
                Column("file", words("file_yuan"), "money"),
                Column("ours", words("ours_yuan"), "money"),
            ],
        ),
    ]


def steps(words: Words, stated: pd.DataFrame, files: pd.DataFrame) -> list[Step]:
    """Return what to look into: files that differ, statements that came late."""
    found: list[Step] = []
    differing = files[~files["is_clean"].astype(bool)]
    if not differing.empty:
        row = differing.iloc[0]
        found.append(
            Step(
                words(
                    "step_differ",
                    n=words.count(len(differing)),
                    tenant=literally(row["tenant"]),
                    day=words.day(row["date"]),
                )
            )
        )
    late = int((~stated["is_on_time"].astype(bool)).sum())
    if late:
        found.append(Step(words("desk_step_late_statements", n=words.count(late))))
    return found
