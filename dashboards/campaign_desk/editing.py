"""Editing a draft on its card: everything but its kind, as it was when somebody began to edit it."""

from collections.abc import Callable
from datetime import date
from typing import cast

import streamlit as st

from dashboards.campaign_desk import wording
from dashboards.campaign_desk.asking import CampaignMall
from dashboards.campaign_desk.choices import Choices
from dashboards.campaign_desk.draft import Draft, Kind
from dashboards.campaign_desk.drafting import problem_of
from dashboards.campaign_desk.form import ask_for_draft
from dashboards.desks.telling import act
from dashboards.mall import Told
from dashboards.words import Words

_PER_CENT_BP = 100


def show(words: Words, mall: CampaignMall, seen: Told, choices: Choices, forget: Callable[[], None]) -> bool:
    """Show the form of a draft; tell whether it was sent and it is known what came of it.

    Args:
        seen: the draft as it was looked at; if somebody has edited it since, the mall takes no change of it.
        forget: gives the edit up.
    """
    campaign_id, revision = str(seen["campaign_id"]), int(seen["revision"])
    before = draft_of(seen)

    def field(name: str) -> str:
        # What stands in the form of one revision is no change of the next.
        return f"edit_{name}_{campaign_id}_{revision}"

    draft = ask_for_draft(words, choices, before, field, may_choose_kind=False)
    changes = draft.changed_from(before)
    problem = changes and problem_of(
        words, draft, lambda: mall.edit(campaign_id, changes, if_revision=revision, is_trial=True)
    )
    if problem:
        st.warning(problem, icon=":material/edit:")
    with st.container(horizontal=True):
        is_sent = st.button(
            words("campaign_save"),
            type="primary",
            icon=":material/save:",
            key=f"save_{campaign_id}",
            disabled=not changes or bool(problem),
        )
        st.button(words("cancel"), key=f"cancel_{campaign_id}", on_click=forget)
    if not is_sent:
        return False

    def save() -> str:
        told = mall.edit(campaign_id, changes, if_revision=revision)
        return words("campaign_edited_now", name=wording.name(words, told))

    return act(words, save, wording.refusal)


def draft_of(campaign: Told) -> Draft:
    """Return the terms of a campaign that the mall told."""
    first, last = wording.days(campaign)
    numerator, bp = campaign["earn_numerator"], campaign["discount_bp"]
    return Draft(
        cast(Kind, campaign["kind"]),
        campaign["name_zh"],
        campaign["name_en"],
        first,
        last,
        campaign["scheme"] or campaign["audience"],
        tuple(campaign["groups"]),
        numerator and numerator / campaign["earn_denominator"],
        tuple(date.fromisoformat(day) for day in campaign["member_days"]),
        bp and bp / _PER_CENT_BP,
        {str(one["item_id"]): one["price_points"] for one in campaign["items"]},
        tuple(campaign["categories"]),
        tuple(str(sale) for sale in campaign["sale_ids"]),
        campaign["budget_points"],
        campaign["member_limit_points"],
    )
