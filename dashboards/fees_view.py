"""How fees are told: the answer, cards, charts, and what to do."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import streamlit as st

from dashboards import fees, fees_charts
from dashboards.bills import FORECAST_MONTHS, Forecast
from dashboards.charts import Chart
from dashboards.definitions import Definitions
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.mall import Told
from dashboards.marts import records
from dashboards.next_steps import Step
from dashboards.papers import Paper
from dashboards.plain_cards import show_plain_card
from dashboards.words import NOTHING, Words, literally


def answer(words: Words, month: date, compared: date, course: pd.DataFrame, forecast: Forecast | None) -> str:
    """Return what a month asks against another, and what the coming bills will. `course` is of `fees.course`."""
    now, before = fees.of_month(course, month), fees.of_month(course, compared)
    due, waived = int(now["due_fen"].sum()), int(now["waived_fen"].sum())
    told = words("fees_answer", month=words.month(month), due=words.exact_money(due))
    if waived:
        told += words("fees_answer_waived", waived=words.exact_money(waived))
    moved = None if before.empty else words.relative(due, int(before["due_fen"].sum()))
    if moved is not None:
        told += words("answer_against", against=words.month(compared), change=moved)
    sentences = [told + words("full_stop")]
    if forecast is not None:
        sentences.append(words("fees_to_come", months=FORECAST_MONTHS, due=words.money(forecast.due_fen)))
    return words("between_sentences").join(sentences)


def show_cards(
    words: Words,
    define: Definitions,
    month: date,
    course: pd.DataFrame,
    invoices: pd.DataFrame,
    receivables: pd.DataFrame,
    statements: pd.DataFrame,
    forecast: Forecast | None,
) -> None:
    """Show what the month asks, its invoice, what is unpaid, what is owed to suppliers, and what is to come."""
    st.html(WHOLE_NAMES)
    now = fees.of_month(course, month)
    places = st.columns(5)
    with places[0]:
        show_plain_card(
            words,
            words("fees_due"),
            words.exact_money(int(now["due_fen"].sum())),
            words("fees_waived_note", waived=words.exact_money(int(now["waived_fen"].sum()))),
            meaning=define("fees_due"),
        )
    with places[1]:
        _show_invoice(words, define, fees.of_month(invoices, month))
    with places[2]:
        _show_unpaid(words, define, receivables)
    with places[3]:
        on_time = int(statements["is_on_time"].sum())
        show_plain_card(
            words,
            words("settled_in_month"),
            words.exact_money(int(statements["owed_fen"].sum())),
            words("statements_on_time", on_time=words.count(on_time), n=words.count(len(statements))),
            meaning=define("settled_in_month"),
        )
    with places[4]:
        show_plain_card(
            words,
            words("fees_ahead", months=FORECAST_MONTHS),
            NOTHING if forecast is None else words.money(forecast.due_fen),
            words("mall_does_not_answer")
            if forecast is None
            else words(
                "assumed_per_month",
                redemptions=words.count(forecast.assumed["redemptions"]),
                cash=words.money(forecast.assumed["cash_fen"]),
            ),
            meaning=words("fees_ahead_meaning"),
        )


def show_course(words: Words, rows: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Draw what the months up to the chosen one asked by tariff line. `rows` is part of what `fees.course` returned."""
    st.subheader(words("fees_by_month"), anchor=False)
    if rows.empty:
        st.info(words("nothing_charged"), icon=":material/hourglass_empty:")
        return
    st.altair_chart(_months_chart(words, rows, names), alt=words("fees_by_month_alt"))


def show_forecast(words: Words, forecast: Forecast | None, names: Mapping[str, str]) -> None:
    """Draw what the coming months will ask, or say why that is not known."""
    st.subheader(words("fees_forecast"), anchor=False, help=words("fees_ahead_meaning"))
    if forecast is None:
        st.warning(words("forecast_away"), icon=":material/cloud_off:")
        return
    if forecast.rows.empty:
        st.info(words("no_confirmed_tariff"), icon=":material/contract:")
        return
    st.altair_chart(_months_chart(words, forecast.rows, names), alt=words("fees_forecast_alt"))
    if forecast.waived_fen:
        st.caption(words("fees_ahead_waived", waived=words.exact_money(forecast.waived_fen)))


def steps(
    words: Words, waiting: list[Told], invoices: pd.DataFrame, statements: pd.DataFrame, today: date
) -> list[Step]:
    """Return what to do first: tariffs to confirm, invoices to pay, statements that came late."""
    found = [
        Step(
            words(
                "step_confirm_tariff",
                reference=literally(tariff["reference"]),
                day=words.day(date.fromisoformat(tariff["valid_from"])),
            )
        )
        for tariff in waiting[:1]
    ]
    unpaid = invoices[invoices["unpaid_fen"] > 0].sort_values("due_date")
    is_over = unpaid["due_date"] < pd.Timestamp(today)
    for of, said in ((unpaid[is_over], "step_pay_overdue_invoice"), (unpaid[~is_over], "step_pay_invoice")):
        for row in of.head(1).to_dict("records"):
            found.append(
                Step(
                    words(
                        said,
                        number=literally(row["invoice_number"]),
                        net=words.exact_money(row["unpaid_fen"]),
                        day=words.day(row["due_date"].date()),
                    )
                )
            )
    late = statements[~statements["is_on_time"].astype(bool)]
    if not late.empty:
        found.append(Step(words("step_late_statements", count=words.count(len(late)))))
    return found


def invoice_papers(words: Words, tenant: str, invoices: pd.DataFrame) -> list[Paper]:
    """Return some invoices as documents to take home."""
    return [
        Paper(
            f"/v1/invoices/{row['invoice_id']}",
            tenant,
            f"{row['invoice_number']} · {words.exact_money(row['net_fen'])}",
            (str(row["invoice_number"]),),
        )
        for row in records(invoices)
    ]


def statement_papers(words: Words, tenant: str, statements: pd.DataFrame) -> list[Paper]:
    """Return some settlement statements as documents to take home."""
    return [
        Paper(
            f"/v1/settlements/{row['statement_id']}",
            tenant,
            f"{words.day(row['date'])} · {row['party_name']} · {words.exact_money(row['owed_fen'])}",
            (f"{row['date']:%Y-%m-%d}", str(row["party_name"])),
        )
        for row in records(statements)
    ]


def _show_invoice(words: Words, define: Definitions, of_month: pd.DataFrame) -> None:
    if of_month.empty:
        show_plain_card(
            words, words("invoice"), NOTHING, words("not_invoiced_yet"), meaning=define("invoice")
        )
        return
    row = of_month.iloc[0]
    show_plain_card(
        words,
        words("invoice"),
        words.exact_money(row["net_fen"]),
        words("invoice_note", number=row["invoice_number"], day=words.day(row["due_date"].date())),
        meaning=define("invoice"),
    )


def _show_unpaid(words: Words, define: Definitions, receivables: pd.DataFrame) -> None:
    row = None if receivables.empty else receivables.iloc[0]
    overdue = 0 if row is None else int(row["overdue_fen"])
    show_plain_card(
        words,
        words("unpaid"),
        NOTHING if row is None else words.exact_money(int(row["unpaid_fen"])),
        words("nothing_overdue")
        if not overdue
        else words("overdue_note", overdue=words.exact_money(overdue)),
        meaning=define("unpaid"),
    )


def _months_chart(words: Words, rows: pd.DataFrame, names: Mapping[str, str]) -> Chart:
    order = rows.groupby("line_code")["due_fen"].sum().sort_values(ascending=False).index
    place = {code: place for place, code in enumerate(order)}
    drawn = pd.DataFrame(
        {
            "month": [words.short_month(month) for month in rows["month"]],
            "line": [names.get(code, code) for code in rows["line_code"]],
            "place": rows["line_code"].map(place),
            "due": rows["due_fen"] / 100,
            "told": [words.exact_money(fen) for fen in rows["due_fen"]],
        }
    )
    labels = {"month": words("month"), "line": words("tariff_line"), "due": words("due_yuan")}
    return fees_charts.months(drawn, labels=labels, numbers=words.axis_numbers)
