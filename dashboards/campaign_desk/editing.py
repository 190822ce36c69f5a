"""Editing a draft on its card: names, days and budget. What else it gives is for another draft."""

from datetime import date

import streamlit as st

from dashboards.campaign_desk import wording
from dashboards.campaign_desk.asking import CampaignMall
from dashboards.campaign_desk.draft import days_of
from dashboards.desks.telling import act
from dashboards.mall import Told
from dashboards.words import Words


def show(words: Words, mall: CampaignMall, campaign: Told) -> bool:
    """Show the form of a draft; tell whether it was sent and it is known what came of it."""
    key = str(campaign["campaign_id"])
    first, last = wording.days(campaign)
    with st.form(f"campaign_edit_{key}"):
        places = st.columns(2)
        with places[0]:
            name_zh = st.text_input(
                words("campaign_name_zh"), campaign["name_zh"], max_chars=100, key=f"edit_zh_{key}"
            )
            first_day: date = st.date_input(words("first_day"), first, key=f"edit_first_{key}")
        with places[1]:
            name_en = st.text_input(
                words("campaign_name_en"), campaign["name_en"], max_chars=100, key=f"edit_en_{key}"
            )
            last_day: date = st.date_input(words("last_day"), last, key=f"edit_last_{key}")
        document: Told = {"name_zh": name_zh.strip(), "name_en": name_en.strip()}
        # Only what was changed is sent: a campaign of another hour than midnight keeps it.
        if (first_day, last_day) != (first, last):
            document |= days_of(first_day, last_day)
        if campaign["budget_points"] is not None:
            document |= _ask_for_budget(words, campaign, key)
        if not st.form_submit_button(words("campaign_save"), icon=":material/save:"):
            return False

    def save() -> str:
        return words("campaign_edited_now", name=wording.name(words, mall.edit(key, document)))

    return act(words, save, wording.refusal)


def _ask_for_budget(words: Words, campaign: Told, key: str) -> Told:
    places = st.columns(2)
    with places[0]:
        budget = st.number_input(
            words("campaign_budget"), min_value=1, value=campaign["budget_points"], step=1,
            key=f"edit_budget_{key}",
        )  # fmt: skip
    with places[1]:
        limit = st.number_input(
            words("campaign_limit"), min_value=1, value=campaign["member_limit_points"], step=1,
            key=f"edit_limit_{key}",
        )  # fmt: skip
    return {"budget_points": budget, "member_limit_points": limit}
