"""风控审核 Reviews: which attempts wait for a decision, and what was held back?"""

import streamlit as st

from dashboards.desks import reviews_view, risk, risk_desk
from dashboards.desks.desk import desk_of_visitor
from dashboards.desks.telling import clock_left, show_away, show_live, show_news
from dashboards.mall import MallAway, Refused
from dashboards.next_steps import show_next_steps
from dashboards.page import now, open_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "risk_reviews")
marts = open_marts(words, visitor)
desk, moment = desk_of_visitor(), now()

st.title(words("risk_reviews_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *risk.DAILY_TABLES)
waiting = feed = None
try:
    waiting = risk.first_to_decide(risk.attempts(desk.waiting(), moment))
    feed = risk.attempts(desk.verdicts(), moment)
except (MallAway, Refused) as error:
    show_away(words, error)

show_news(words)
if waiting is None or feed is None:
    reviews_view.show_daily(words, risk.daily(marts, moment))
    st.stop()
left = None if waiting.empty else clock_left(words, waiting["until"].iloc[0], moment)
st.subheader(reviews_view.answer(words, waiting, left), anchor=False)
show_live(words, moment)
reviews_view.show_cards(words, waiting, feed)
if not waiting.empty:
    st.subheader(words("review_title"), anchor=False)
    risk_desk.show_attempt(words, desk, risk_desk.choose_attempt(words, waiting), now=moment)
reviews_view.show_daily(words, risk.daily(marts, moment))
show_tables(words, reviews_view.tables(words, waiting, feed), file=(f"{moment:%Y-%m-%d}",))
show_next_steps(words, reviews_view.steps(words, waiting))
