"""供应商 Suppliers: who keeps their word, and what have they agreed to until when?"""

import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks import dossiers, supplier_scores, suppliers, suppliers_view
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "suppliers")
marts = open_marts(words, visitor)
today = business_today()

st.title(words("suppliers_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *suppliers.TABLES, *dossiers.TABLES, *supplier_scores.TABLES)
rows, terms = suppliers.scores(marts), suppliers.terms(marts, today)
gates, authorisations = dossiers.gates(marts), dossiers.authorisations(marts, words.language)
monthly = supplier_scores.monthly_scores(marts)
if rows.empty and terms.empty:
    st.info(words("no_suppliers"), icon=":material/hourglass_empty:")
    st.stop()

names = {"": words("all_suppliers")} | dict(
    zip(
        [*rows["supplier_code"], *terms["supplier_code"]],
        [*rows["supplier_name"], *terms["supplier_name"]],
        strict=True,
    )
)
supplier = st.selectbox(
    words("supplier"),
    list(names),
    list(names).index(from_address("supplier", list(names), "")),
    lambda key: names[key],
    key="supplier",
    width=260,
)
to_address("supplier", supplier, "")
if supplier:
    rows, terms, gates, authorisations, monthly = (
        frame[frame["supplier_code"] == supplier] for frame in (rows, terms, gates, authorisations, monthly)
    )

ending = suppliers.expiring(terms, today)
st.subheader(suppliers_view.answer(words, rows, ending), anchor=False)
suppliers_view.show_cards(words, rows, ending)
suppliers_view.show_scores(words, rows)
suppliers_view.show_lateness(words, rows)
tables = [
    *suppliers_view.tables(words, rows, terms),
    supplier_scores.table(words, monthly),
    *dossiers.tables(words, gates, authorisations),
]
show_tables(words, tables, file=(marts.release.release_id,))
show_next_steps(words, suppliers_view.steps(words, rows, ending))
