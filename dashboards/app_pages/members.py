"""会员 Members: who are they, and who is leaving?"""

import streamlit as st

from dashboards import kpis, member_groups, members, members_view, profiles
from dashboards.address import from_address, to_address
from dashboards.definitions import definitions
from dashboards.next_steps import show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.periods import choose_month_and_group, months_back, say_if_partial
from dashboards.reader import require_visitor, words_of_reader
from dashboards.report_button import show_report_button
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("members_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *members.TABLES)
months = members.months(marts)
if not months:
    st.info(words("no_members"), icon=":material/hourglass_empty:")
    st.stop()

last_fact, define = kpis.last_fact_date(marts), definitions(words, marts)
groups = member_groups.member_groups(marts, words.language, *members.TABLES_OF_GROUPS)
month, compared, group = choose_month_and_group(words, months, last_fact, groups)
first, before = months_back(month, kpis.DEFAULT_MONTHS), months_back(month, 1)
stages = members.stages(marts, min(first, compared), month)
segments = members.segments(marts, month, compared)
moved = members.moves(marts, month, before) if before in months else None

st.subheader(members_view.answer(words, month, stages, moved, compared), anchor=False)
say_if_partial(words, month, last_fact)
members_view.show_cards(words, define, month, compared, stages, moved)
members_view.show_stages(words, stages)
members_view.show_segments(words, define, segments)

st.subheader(words("triangle"), anchor=False)
if group is not None:
    st.caption(words("triangle_of_group", group=group.name, month=words.month(month)))
kind_names = {
    "registration": words("by_registration"),
    "first_redemption": words("by_first_redemption"),
}
kind = st.segmented_control(
    words("cohort_kind"),
    members.COHORT_KINDS,
    default=from_address("cohort", members.COHORT_KINDS, "registration"),
    required=True,
    format_func=lambda key: kind_names[key],
    key="cohort",
    label_visibility="collapsed",
    wrap=True,
)
to_address("cohort", kind, "registration")
cohorts = members.cohorts(marts, kind, first, month, group)
members_view.show_triangle(words, cohorts)


def show_profile_button() -> None:
    """Offer the profile of the month's year, if the release knows it."""
    if not marts.lacks(*profiles.TABLES):
        year = month.replace(month=1, day=1)
        label = words("download_profile_report", year=year.year)
        show_report_button(words, marts, visitor, "profile", year, label)


show_tables(
    words,
    members_view.tables(words, segments, stages, cohorts),
    file=(f"{month:%Y-%m}",),
    beside=show_profile_button,
)
show_next_steps(words, members_view.steps(words, month, segments, stages))
