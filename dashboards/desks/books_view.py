"""How invoices, statements and reconciled files are told."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.desks import charts
from dashboards.house_style import ACCENT
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.marts import records
from dashboards.next_steps import Step
from dashboards.papers import Paper
from dashboards.plain_cards import show_plain_card
from dashboards.words import Words, literally

_SHOWN = 15
_CURRENCY = 100


def answer(
    words: Words,
    month: date,
    billed: pd.DataFrame,
    unpaid: pd.DataFrame,
    stated: pd.DataFrame,
    files: pd.DataFrame,
) -> str:
    """Return what was invoiced for the month, what is overdue, whether statements came in time, which files differ."""
    sentences = [
        words(
            "books_answer",
            month=words.month(month),
            n=words.count(len(billed)),
            net=words.money(float(billed["net_fen"].sum())),
        ),
        words(
            "books_unpaid",
            unpaid=words.money(float(unpaid["unpaid_fen"].sum())),
            overdue=words.money(float(unpaid["overdue_fen"].sum())),
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


def show_cards(
    words: Words, billed: pd.DataFrame, unpaid: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame
) -> None:
    """Show what is asked, what is unpaid, what was waived, what is owed on statements, and what differs from the providers' files."""
    st.html(WHOLE_NAMES)
    places = st.columns(5)
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
        late = unpaid[unpaid["overdue_fen"] > 0]
        show_plain_card(
            words,
            words("unpaid_of_all"),
            words.money(float(unpaid["unpaid_fen"].sum())),
            words(
                "overdue_of_all",
                money=words.money(float(late["overdue_fen"].sum())),
                n=words.count(len(late)),
            ),
            meaning=words("unpaid_of_all_meaning"),
        )
    with places[2]:
        show_plain_card(
            words,
            words("waived"),
            words.money(float(billed["waived_fen"].sum())),
            words("of_invoices", n=words.count(len(billed))),
            meaning=words("waived_meaning"),
        )
    with places[3]:
        on_time = float(stated["is_on_time"].mean()) if len(stated) else None
        show_plain_card(
            words,
            words("stated_on_time"),
            words.rate(on_time),
            words("of_statements", n=words.count(len(stated))),
            meaning=words("stated_on_time_meaning"),
            is_small=0 < len(stated) < 30,
        )
    with places[4]:
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


def steps(words: Words, unpaid: pd.DataFrame, stated: pd.DataFrame, files: pd.DataFrame) -> list[Step]:
    """Return what to look into: what is overdue, files that differ, statements that came late."""
    found: list[Step] = []
    overdue = unpaid[unpaid["overdue_fen"] > 0]
    for owing in records(overdue.head(1)):
        found.append(
            Step(
                words(
                    "desk_step_overdue",
                    tenant=literally(owing["tenant"]),
                    money=words.money(float(owing["overdue_fen"])),
                    day=words.day(owing["next_due_date"]),
                    n=words.count(len(overdue)),
                )
            )
        )
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


def invoice_papers(words: Words, billed: pd.DataFrame) -> list[Paper]:
    """Return invoices of any tenants as documents to take home."""
    return [
        Paper(
            f"/v1/platform/tenants/{row['tenant_id']}/invoices/{row['invoice_id']}",
            str(row["tenant"]),
            f"{row['tenant']} · {row['invoice_number']} · {words.exact_money(row['net_fen'])}",
            (str(row["invoice_number"]),),
        )
        for row in records(billed)
    ]


def statement_papers(words: Words, stated: pd.DataFrame) -> list[Paper]:
    """Return settlement statements of any tenants as documents to take home."""
    return [
        Paper(
            f"/v1/platform/tenants/{row['tenant_id']}/settlements/{row['statement_id']}",
            str(row["tenant"]),
            f"{row['tenant']} · {words.day(row['date'])} · {row['party_name']} · {words.exact_money(row['owed_fen'])}",
            (str(row["code"]), f"{row['date']:%Y-%m-%d}", str(row["party_name"])),
        )
        for row in records(stated)
    ]
