"""风控规则 Risk rules: what do they catch, and whom do they stop wrongly?"""

import streamlit as st

from dashboards.desks import risk, rules_desk, rules_view
from dashboards.desks.desk import desk_of_visitor
from dashboards.desks.telling import show_away, show_news
from dashboards.mall import MallAway, Refused, Told
from dashboards.next_steps import show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "risk_rules")
marts = open_marts(words, visitor)

st.title(words("risk_rules_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *risk.DAILY_TABLES)
show_news(words)
in_force: list[Told] | None = None
proposals: list[Told] = []
acts: list[Told] = []
desk = desk_of_visitor()
try:
    in_force, proposals, acts = desk.rules(), desk.proposals(), desk.rule_acts()
except (MallAway, Refused) as error:
    show_away(words, error)

rows = risk.rules(marts)
if rows.empty:
    st.info(words("no_rule_hits"), icon=":material/hourglass_empty:")
else:
    st.subheader(rules_view.answer(words, rows), anchor=False)
    rules_view.show_cards(words, rows)
    rules_view.show_false_blocks(words, rows)
if in_force is not None:
    rules_desk.show_rules_desk(words, desk, in_force, proposals)
tables = rules_view.tables(words, rows, in_force)
if in_force is not None:
    tables.append(rules_view.acts_table(words, acts))
show_tables(words, tables, file=(marts.release.release_id,))
show_next_steps(words, rules_view.steps(words, rows))
