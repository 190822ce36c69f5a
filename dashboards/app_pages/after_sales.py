"""售后 After-sales: who waits for an answer, and what went wrong?"""

import streamlit as st

from dashboards import kpis
from dashboards.address import from_address, to_address
from dashboards.desks import case_desk, cases, cases_view
from dashboards.desks.case_words import case_reasons
from dashboards.desks.desk import desk_of_visitor
from dashboards.desks.months import months
from dashboards.desks.telling import show_away, show_live, show_news
from dashboards.kpis import month_after
from dashboards.mall import MallAway, Refused, Told
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, now, open_marts, require_tables, show_as_of
from dashboards.periods import choose_month, say_if_partial
from dashboards.rates import rate
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "after_sales")
marts = open_marts(words, visitor)
desk, moment = desk_of_visitor(), now()

st.title(words("after_sales_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *cases.TABLES)

told: list[Told] | None = None
try:
    told = desk.cases()
except (MallAway, Refused) as error:
    show_away(words, error)

reasons = {"": words("all_reasons")} | case_reasons(words)
known = months(marts, *cases.METRICS) or [business_today().replace(day=1)]
last_fact = kpis.last_fact_date(marts)
with st.container(horizontal=True, vertical_alignment="bottom"):
    reason = st.selectbox(
        words("desk_case_reason"),
        list(reasons),
        list(reasons).index(from_address("reason", list(reasons), "")),
        lambda key: reasons[key],
        key="reason",
        # A phone's whole line, so that month and comparison stand together in the next.
        width=340,
    )
    to_address("reason", reason, "")
    month, compared = choose_month(words, known, last_fact)

answered, complaints = (rate(marts, metric, month, compared, words.language) for metric in cases.METRICS)
opened = cases.opened(marts, month, month_after(month))
rows = None if told is None else cases.waiting(told, moment)
if reason:
    opened = opened[opened["reason"] == reason]
    rows = None if rows is None else rows[rows["reason"] == reason]
show_news(words)
if rows is not None:
    st.subheader(cases_view.answer(words, rows), anchor=False)
    show_live(words, moment)
against = words("against_month", month=words.month(compared))
cases_view.show_cards(words, rows, answered, complaints, against)
say_if_partial(words, month, last_fact)
if rows is not None:
    cases_view.show_waiting(words, rows)
    if not rows.empty:
        st.subheader(words("case_title"), anchor=False)
        case_desk.show_case(words, desk, case_desk.choose_case(words, rows), now=moment)
cases_view.show_responsible(words, opened, month)
show_tables(words, cases_view.tables(words, rows, opened), file=(f"{month:%Y-%m}",))
show_next_steps(words, cases_view.steps(words, rows, opened))
