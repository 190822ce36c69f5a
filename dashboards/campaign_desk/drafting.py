"""Drafting a campaign: the form, what the past says of it, whether the mall would take it, and handing it in."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pandas as pd
import streamlit as st

from dashboards.campaign_desk import estimate_view, wording
from dashboards.campaign_desk.asking import CampaignMall
from dashboards.campaign_desk.choices import Choices
from dashboards.campaign_desk.draft import Draft
from dashboards.campaign_desk.estimate import TABLES, estimate
from dashboards.campaign_desk.form import ask_for_draft
from dashboards.desks.telling import act
from dashboards.mall import MallAway, Refused, Told
from dashboards.marts import TenantMarts
from dashboards.words import Words

_TURN = "campaign_turn"
_REFERENCE = "campaign_reference"
_DAYS = 7


def show(words: Words, mall: CampaignMall, marts: TenantMarts, choices: Choices, *, today: date) -> None:
    """Let somebody write a campaign down, see what it would have given, and hand it in for approval."""
    turn: int = st.session_state.get(_TURN, 0)
    # A campaign that was handed in and whose answer was lost is sent again under the same reference.
    reference: str = st.session_state.setdefault(_REFERENCE, str(uuid4()))
    with st.container(border=True):
        empty = Draft("festival", "", "", today + timedelta(days=1), today + timedelta(days=_DAYS))
        # A form of another turn begins empty.
        draft = ask_for_draft(
            words, choices, empty, lambda name: f"campaign_{name}_{turn}", may_choose_kind=True
        )
        _show_past(words, marts, draft, choices.goods)
        problem = problem_of(words, draft, lambda: mall.draft(draft.document(reference), is_trial=True))
        if problem:
            st.warning(problem, icon=":material/edit:")
        if st.button(
            words("campaign_hand_in"),
            type="primary",
            icon=":material/send:",
            key="campaign_hand_in",
            disabled=problem is not None,
        ):

            def hand_in() -> str:
                told = mall.draft(draft.document(reference))
                st.session_state[_TURN] = turn + 1
                del st.session_state[_REFERENCE]
                return words("campaign_handed_in", name=wording.name(words, told))

            act(words, hand_in, wording.refusal)
            st.rerun()


def _show_past(words: Words, marts: TenantMarts, draft: Draft, goods: pd.DataFrame) -> None:
    if draft.kind == "flash_sale":
        st.info(words("estimate_of_flash_sales"), icon=":material/query_stats:")
        return
    lowers = draft.discount is not None or any(price is not None for price in draft.items.values())
    if draft.last < draft.first or (draft.multiplier is None and not lowers):
        st.info(words("estimate_needs_benefit"), icon=":material/query_stats:")
        return
    found = None if marts.lacks(*TABLES) else estimate(marts, draft, goods)
    if found is None:
        st.info(words("estimate_without_past"), icon=":material/hourglass_empty:")
        return
    estimate_view.show(words, draft, found)


def problem_of(words: Words, draft: Draft, tried: Callable[[], Told]) -> str | None:
    """Return why the mall would not take a draft as it is; None if it would."""
    if draft.last < draft.first:
        return words("campaign_wrong_days")
    try:
        tried()
    except MallAway:
        return words("campaigns_away")
    except Refused as error:
        return wording.refusal(words, error)
    return None
