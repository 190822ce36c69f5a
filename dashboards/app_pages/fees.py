"""费用 Fees: what do we pay, what for, and what is to come?"""

import pandas as pd
import streamlit as st

from dashboards import bills, fees, fees_rows, fees_view, kpis
from dashboards.definitions import definitions
from dashboards.mall import MallAway, Refused, Told, mall_of_visitor
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_marts, require_tables, show_as_of
from dashboards.papers import show_invoices, show_statements
from dashboards.periods import choose_month, months_back
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "fees")
marts = open_marts(words, visitor)


def ask_mall() -> tuple[list[Told], bills.Forecast | None]:
    """Return the tariffs and the bills to come; nothing of them while the mall does not answer."""
    desk = bills.Bills(mall_of_visitor())
    try:
        return desk.tariffs(), desk.forecast()
    except (MallAway, Refused):
        return [], None


st.title(words("fees_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *fees.TABLES)
tariffs, forecast = ask_mall()
names = bills.line_names(tariffs, words.language)
months = fees.months(marts)
if not months:
    st.info(words("no_fees"), icon=":material/hourglass_empty:")
    fees_view.show_forecast(words, forecast, names)
    show_next_steps(
        words,
        fees_view.steps(
            words, bills.unconfirmed(tariffs), fees.invoices(marts), pd.DataFrame({"is_on_time": []}), business_today()
        ),
    )  # fmt: skip
    st.stop()

month, compared = choose_month(words, months, kpis.last_fact_date(marts))
course, invoices, statements = fees.course(marts), fees.invoices(marts), fees.statements(marts, month)
shown = course[
    (course["month"] <= pd.Timestamp(month))
    & (course["month"] > pd.Timestamp(months_back(month, kpis.DEFAULT_MONTHS)))
]

st.subheader(fees_view.answer(words, month, compared, course, forecast), anchor=False)
fees_view.show_cards(
    words, definitions(words, marts), month, course, invoices, fees.receivables(marts), statements, forecast
)
fees_view.show_course(words, shown, names)
fees_view.show_forecast(words, forecast, names)
show_tables(
    words,
    [
        fees_rows.charges_table(words, fees.charges(marts, month), names),
        fees_rows.invoices_table(words, invoices),
        fees_rows.forecast_table(words, forecast, names),
        fees_rows.statements_table(words, statements),
    ],
    file=(f"{month:%Y-%m}",),
)
show_invoices(words, fees_view.invoice_papers(words, visitor.tenant_name, fees.of_month(invoices, month)))
show_statements(words, fees_view.statement_papers(words, visitor.tenant_name, statements))
show_next_steps(
    words, fees_view.steps(words, bills.unconfirmed(tariffs), invoices, statements, business_today())
)
