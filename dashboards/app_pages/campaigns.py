"""活动与试点 Campaigns and pilot: what worked, should it go on, and what comes next?"""

import streamlit as st

from dashboards import campaigns_results
from dashboards.address import from_address, to_address
from dashboards.campaign_desk import plan
from dashboards.page import business_today, now, open_marts, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "campaigns")
marts = open_marts(words, visitor)

st.title(words("campaigns_page"), anchor=False)
show_as_of(words, marts.release)
names = {"results": words("campaigns_view_results"), "plan": words("campaigns_view_plan")}
view = st.segmented_control(
    words("campaigns_view"),
    list(names),
    default=from_address("view", list(names), "results"),
    required=True,
    format_func=names.__getitem__,
    key="view",
    label_visibility="collapsed",
)
to_address("view", view, "results")
if view == "plan":
    plan.show(words, visitor, marts, today=business_today(), now=now())
else:
    campaigns_results.show(words, marts, today=business_today())
