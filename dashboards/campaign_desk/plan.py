"""The plan of campaigns, whole: what runs and waits, a new draft, and the rows."""

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import streamlit as st

from dashboards.campaign_desk import board, drafting, rows
from dashboards.campaign_desk.asking import CampaignMall, mall_of_visitor
from dashboards.campaign_desk.choices import Choices
from dashboards.campaign_desk.draft import SCHEMES
from dashboards.campaign_desk.estimate import offers
from dashboards.campaign_desk.wording import Names, refusal
from dashboards.categories import category_names
from dashboards.desks.telling import show_live, show_news
from dashboards.mall import MallAway, Refused, Told
from dashboards.marts import TenantMarts
from dashboards.member_groups import member_groups
from dashboards.tables import show_tables
from dashboards.visitor import Visitor
from dashboards.words import Words

# Whose word the mall takes.
DECIDING_ROLES = ("enterprise_admin", "planner")
_KINDS = {"rfm": "segment", "life_cycle": "stage"}


def show(words: Words, visitor: Visitor, marts: TenantMarts, *, today: date, now: datetime) -> None:
    """Show the campaigns that are not over, and to whom may decide the form for a new one."""
    show_news(words)
    mall = mall_of_visitor()
    may_decide = visitor.role in DECIDING_ROLES
    try:
        campaigns = mall.campaigns()
    except MallAway:
        st.warning(words("campaigns_away"), icon=":material/cloud_off:")
        return
    except Refused as error:
        st.warning(refusal(words, error), icon=":material/lock:")
        return
    goods = offers(marts, today)
    named = Names(
        {group.key: group.name for group in member_groups(marts, words.language)},
        category_names(marts, words.language),
        dict(zip(goods["item_id"], goods["name"], strict=True)),
    )
    st.subheader(board.answer(words, campaigns), anchor=False)
    show_live(words, now)
    choices = _choices(words, mall, marts, goods, named) if may_decide else None
    board.show(words, mall, campaigns, named, choices)
    if choices is not None:
        st.subheader(words("campaign_new"), anchor=False)
        drafting.show(words, mall, marts, choices, today=today)
    else:
        st.caption(words("campaign_only_look"))
    tables = [rows.campaigns_table(words, campaigns, named), rows.results_table(words, marts)]
    show_tables(words, tables, file=(f"{today:%Y-%m-%d}",))


def _choices(
    words: Words, mall: CampaignMall, marts: TenantMarts, goods: pd.DataFrame, named: Names
) -> Choices:
    def groups(audience: str) -> dict[str, str]:
        if audience in SCHEMES:
            found = member_groups(marts, words.language)
            return {group.key: group.name for group in found if group.kind == _KINDS[audience]}
        return {tier["code"]: tier["name"] for tier in _asked(words, mall.tiers)}

    return Choices(
        goods,
        named.categories,
        groups,
        lambda: _asked(words, mall.sales),
    )


def _asked(words: Words, ask: Callable[[], list[Told]]) -> list[Told]:
    """Return what there is to choose from; nothing, and why, if the mall does not tell."""
    try:
        return ask()
    except (MallAway, Refused) as error:
        st.warning(refusal(words, error), icon=":material/cloud_off:")
        return []
