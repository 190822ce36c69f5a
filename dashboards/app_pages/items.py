"""商品 Items: what works, and what should change?"""

import pandas as pd
import streamlit as st

from dashboards import items, items_rows, items_view, kpis, member_groups
from dashboards.categories import with_category_names
from dashboards.definitions import definitions
from dashboards.next_steps import show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.periods import choose_month_and_group, say_if_partial
from dashboards.rates import rate
from dashboards.reader import require_visitor, words_of_reader
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("items_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *items.TABLES)
months = items.months(marts)
if not months:
    st.info(words("no_items"), icon=":material/hourglass_empty:")
    st.stop()

last_fact, define = kpis.last_fact_date(marts), definitions(words, marts)
groups = member_groups.member_groups(marts, words.language, *items.TABLES_OF_GROUPS)
month, compared, group = choose_month_and_group(words, months, last_fact, groups)
against = words("against_month", month=words.month(compared))
redeemed = rate(marts, "item_redemption_rate", month, compared, words.language, group)
if group is not None:
    member_groups.say_group(words, group)
    if redeemed is None:
        member_groups.stop_without_members(words, month)
    st.caption(words("items_are_everybodys"))
rows, improve = (
    with_category_names(marts, of_month, words.language)
    for of_month in (items.performance(marts, month, group), items.to_improve(marts, month))
)
catalogue = items.catalogue(marts)
catalogue = catalogue[catalogue["month"] <= pd.Timestamp(month)].tail(kpis.DEFAULT_MONTHS)
empty = rate(marts, "stock_out_rate", month, compared, words.language)

st.subheader(items_view.answer(words, month, redeemed, improve, words.month(compared)), anchor=False)
say_if_partial(words, month, last_fact)
items_view.show_cards(
    words, define, redeemed, empty, improve, None if catalogue.empty else catalogue.iloc[-1], against
)
items_view.show_quadrant(words, rows)
items_view.show_groups(words, rows)
items_view.show_mix(words, define, catalogue)
show_tables(words, items_rows.tables(words, rows, improve), file=(f"{month:%Y-%m}",))
show_next_steps(words, items_rows.first_steps(words, improve))
