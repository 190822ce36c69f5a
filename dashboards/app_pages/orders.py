"""订单时效 Orders: what is due next, and which promises are not kept?"""

import streamlit as st

from dashboards import kpis
from dashboards.address import from_address, to_address
from dashboards.desks import orders, orders_view
from dashboards.desks.desk import desk_of_visitor
from dashboards.desks.months import months
from dashboards.desks.order_words import clock_names, region_names
from dashboards.desks.telling import moment, show_away, show_live
from dashboards.kpis import month_after
from dashboards.mall import MallAway, Refused, Told
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_marts, require_tables, show_as_of
from dashboards.periods import choose_month, say_if_partial
from dashboards.rates import rate
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "orders")
marts = open_marts(words, visitor)

st.title(words("orders_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *orders.TABLES)

queue: Told | None = None
try:
    queue = desk_of_visitor().queue()
except (MallAway, Refused) as error:
    show_away(words, error)

clocks = {"": words("both_clocks")} | clock_names(words)
regions = {"": words("all_regions")} | region_names(words)
known = months(marts, *orders.METRICS) or [business_today().replace(day=1)]
last_fact = kpis.last_fact_date(marts)
with st.container(horizontal=True, vertical_alignment="bottom"):
    clock = st.selectbox(
        words("clock"),
        list(clocks),
        list(clocks).index(from_address("clock", list(clocks), "")),
        lambda key: clocks[key],
        key="clock",
        width=170,
    )
    region = st.selectbox(
        words("desk_region"), list(regions), list(regions).index(from_address("region", list(regions), "")),
        lambda key: regions[key], key="region", width=170,
    )  # fmt: skip
    to_address("clock", clock, "")
    to_address("region", region, "")
    month, compared = choose_month(words, known, last_fact)

ship, deliver = (rate(marts, metric, month, compared, words.language) for metric in orders.METRICS)
broken = orders.breaches(marts, month, month_after(month))
if clock:
    broken = broken[broken["clock"] == clock]
counted = None if queue is None else orders.counts(queue, clock, region)
if queue is None or counted is None:
    orders_view.show_cards(words, None, ship, deliver, words("against_month", month=words.month(compared)))
    awaited = None
else:
    now = moment(queue["as_of"])
    awaited = orders.awaited(queue, clock, region, now)
    st.subheader(orders_view.answer(words, counted), anchor=False)
    show_live(words, now)
    orders_view.show_cards(words, counted, ship, deliver, words("against_month", month=words.month(compared)))
    orders_view.show_queue(words, counted)
say_if_partial(words, month, last_fact)
orders_view.show_breaches(words, broken, month)
if counted is not None and awaited is not None:
    orders_view.say_if_longer(words, counted, len(awaited))
show_tables(words, orders_view.tables(words, awaited, broken), file=(f"{month:%Y-%m}",))
show_next_steps(words, orders_view.steps(words, counted, broken))
