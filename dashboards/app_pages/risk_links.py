"""账户关联 Linked accounts: which accounts are of one hand?"""

import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks import links_view, risk
from dashboards.desks.desk import desk_of_visitor
from dashboards.desks.telling import show_away, show_live
from dashboards.mall import MallAway, Refused
from dashboards.next_steps import Step, show_next_steps
from dashboards.page import now
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

_DAYS = ("7", "30", "90")
_MEMBERS = ("2", "3", "5", "10")

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "risk_links")

st.title(words("risk_links_page"), anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    days = st.selectbox(
        words("first_seen_within"),
        _DAYS,
        _DAYS.index(from_address("days", _DAYS, "30")),
        lambda key: words("days", count=key),
        key="days",
        width=170,
    )
    members = st.selectbox(
        words("accounts_at_least"),
        _MEMBERS,
        _MEMBERS.index(from_address("accounts", _MEMBERS, "2")),
        key="accounts",
        width=170,
    )
to_address("days", days, "30")
to_address("accounts", members, "2")
try:
    rows = risk.links(desk_of_visitor().links(int(days), int(members)))
except (MallAway, Refused) as error:
    show_away(words, error, words("desk_links_away"))
    st.stop()

st.subheader(links_view.answer(words, rows, int(days)), anchor=False)
show_live(words, now())
if not rows.empty:
    links_view.show_network(words, rows)
    show_tables(words, links_view.tables(words, rows), file=(f"{now():%Y-%m-%d}", days, members))
    show_next_steps(words, [Step(words("step_links_review"), "risk_reviews")])
