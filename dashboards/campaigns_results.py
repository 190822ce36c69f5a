"""The results of campaigns, whole: which flash sales worked, and whether the pilot goes on."""

from datetime import date

import streamlit as st

from dashboards import campaigns, campaigns_rows, campaigns_view, kpis, pilot_view
from dashboards.categories import with_category_names
from dashboards.definitions import definitions
from dashboards.marts import TenantMarts
from dashboards.next_steps import show_next_steps
from dashboards.page import require_tables
from dashboards.periods import choose_period
from dashboards.tables import show_tables
from dashboards.words import Words


def show(words: Words, marts: TenantMarts, *, today: date) -> None:
    """Show what flash sales and the pilot came to, or that there was neither."""
    require_tables(words, marts, *campaigns.TABLES)
    months, compared = campaigns.months(marts), campaigns.pilot(marts)
    if not months and compared.empty:
        st.info(words("no_campaigns"), icon=":material/hourglass_empty:")
        return
    last_fact, define = kpis.last_fact_date(marts), definitions(words, marts)
    if not months:
        months = [(last_fact or today).replace(day=1)]
    first, last = choose_period(words, months, months[-kpis.DEFAULT_MONTHS :][0])
    rows = with_category_names(marts, campaigns.sales(marts, first, last), words.language)
    sums = campaigns.totals(rows)

    sentences = [campaigns_view.answer(words, first, last, sums), pilot_view.answer(words, compared)]
    st.subheader(words("between_sentences").join(sentences), anchor=False)
    campaigns_view.show_cards(words, define, sums, *pilot_view.verdict(words, compared))
    campaigns_view.show_uplift(words, define, rows)
    campaigns_view.show_pull_forward(words, define, rows)
    pilot_view.show_pilot(words, define, compared)
    show_tables(
        words,
        [campaigns_rows.table(words, rows), pilot_view.table(words, compared)],
        file=(f"{first:%Y-%m}", f"{last:%Y-%m}"),
    )
    show_next_steps(words, campaigns_view.steps(words, rows))
