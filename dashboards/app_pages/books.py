"""账单与结算 Invoices and settlement: what is asked and owed, and does it agree?"""

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks import books_desk, books_rows, books_view, platform
from dashboards.desks.books_mall import books_mall_of_visitor
from dashboards.desks.tenants_view import choose_tenant
from dashboards.kpis import month_after
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, now, open_platform_marts, require_tables, show_as_of
from dashboards.papers import show_invoices, show_statements
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

_SHOWN_MONTHS = 24

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "books")
marts = open_platform_marts(words, visitor)

st.title(words("books_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *platform.BOOK_TABLES)
with st.container(horizontal=True, vertical_alignment="bottom"):
    code = choose_tenant(words, marts)
    invoices = platform.invoices(marts, code)
    this_month = business_today().replace(day=1)
    known = {month.date() for month in invoices["month_start"]} | {this_month}
    months = {f"{month:%Y-%m}": month for month in sorted(known, reverse=True)[:_SHOWN_MONTHS]}
    # The month that was closed last; before there is one, the month that runs.
    default = next((key for key, month in months.items() if month < this_month), f"{this_month:%Y-%m}")
    chosen = st.selectbox(
        words("month"),
        list(months),
        list(months).index(from_address("month", list(months), default)),
        lambda key: words.month(months[key]),
        key="month",
        width=170,
    )
    to_address("month", chosen, default)
month = months[chosen]
billed = invoices[invoices["month_start"] == pd.Timestamp(month)]
unpaid = platform.receivables(marts, code)
stated = platform.statements(marts, code, month, month_after(month))
files = platform.reconciliations(marts, code, month, month_after(month))

st.subheader(books_view.answer(words, month, billed, unpaid, stated, files), anchor=False)
books_view.show_cards(words, billed, unpaid, stated, files)
books_view.show_invoiced(words, invoices, month)
books_desk.show_books_desk(words, books_mall_of_visitor(), invoices, stated, now=now())
show_tables(words, books_rows.tables(words, billed, unpaid, stated, files), file=(chosen, code))
show_invoices(words, books_view.invoice_papers(words, billed))
show_statements(words, books_view.statement_papers(words, stated))
show_next_steps(words, books_view.steps(words, unpaid, stated, files))
