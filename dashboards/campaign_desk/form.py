"""The form in which a campaign is written down."""

from collections.abc import Callable
from datetime import date, timedelta

import streamlit as st

from dashboards.campaign_desk.choices import Choices
from dashboards.campaign_desk.draft import AUDIENCES, KINDS, SCHEMES, Draft
from dashboards.campaign_desk.goods_fields import ask_for_number, ask_for_prices, choose_sales
from dashboards.campaign_desk.wording import audience_names, kind_names
from dashboards.words import Words

MOST_DAYS = 366
_MOST_FACTOR = 10.0


def ask_for_draft(
    words: Words, choices: Choices, start: Draft, key: Callable[[str], str], *, may_choose_kind: bool
) -> Draft:
    """Show the form, filled in with a draft, and return the draft as it is now.

    Args:
        key: makes the key of a field of its name; a form with other keys begins anew.
    """
    kind = start.kind
    places = st.columns(3 if may_choose_kind else 2)
    if may_choose_kind:
        kinds = kind_names(words)
        with places[0]:
            kind = st.selectbox(
                words("campaign_kind"),
                KINDS,
                KINDS.index(kind),
                format_func=kinds.__getitem__,
                key=key("kind"),
            )
    with places[-2]:
        name_zh = st.text_input(words("campaign_name_zh"), start.name_zh, max_chars=100, key=key("name_zh"))
    with places[-1]:
        name_en = st.text_input(words("campaign_name_en"), start.name_en, max_chars=100, key=key("name_en"))
    days = st.columns(3)
    with days[0]:
        first = _day(words("first_day"), start.first, key("first"))
    with days[1]:
        last = _day(words("last_day"), start.last, key("last"))
    with days[2]:
        audience, groups = _ask_for_audience(words, choices, start, key)
    if kind == "flash_sale":
        sale_ids = choose_sales(words, choices.sales(), start, key("sales"))
        return Draft(kind, name_zh, name_en, first, last, audience, tuple(groups), sale_ids=sale_ids)
    # What the form of a kind does not ask for stays: a program may have drafted it.
    factor, member_days = start.factor, list(start.member_days)
    if kind != "new_item":
        factor, member_days = _ask_for_factor(
            words, start, (first, last), key, is_needed=kind == "member_day"
        )
    discount, items, categories = (
        ask_for_prices(words, choices, start, key)
        if kind != "member_day"
        else (start.discount, start.items, list(start.categories))
    )
    halves = st.columns(2)
    with halves[0]:
        budget = ask_for_number(
            words("campaign_budget"),
            key("budget"),
            value=start.budget,
            meaning=words("campaign_budget_meaning"),
        )
    with halves[1]:
        limit = ask_for_number(
            words("campaign_limit"), key("limit"), value=start.limit, meaning=words("campaign_limit_meaning")
        )
    return Draft(
        kind, name_zh, name_en, first, last, audience, tuple(groups), factor, tuple(member_days), discount, items,
        tuple(categories), budget=budget, limit=limit,
    )  # fmt: skip


def _ask_for_audience(
    words: Words, choices: Choices, start: Draft, key: Callable[[str], str]
) -> tuple[str, list[str]]:
    names = audience_names(words)
    offered = [*AUDIENCES, *({start.audience} - set(AUDIENCES))]
    audience: str = st.selectbox(
        words("campaign_audience"),
        offered,
        offered.index(start.audience),
        format_func=lambda one: names.get(one, one),
        key=key("audience"),
    )
    if audience in ("everybody", "pilot"):
        return audience, []
    groups = choices.groups(audience) if audience in (*SCHEMES, "tiers") else {}
    chosen = start.groups if audience == start.audience else ()
    return audience, st.multiselect(
        words("campaign_groups"),
        [*groups, *(group for group in chosen if group not in groups)],
        list(chosen),
        format_func=lambda group: groups.get(group, group),
        placeholder=words("choose"),
        key=key(f"groups_{audience}"),
    )


def _ask_for_factor(
    words: Words, start: Draft, span: tuple[date, date], key: Callable[[str], str], *, is_needed: bool
) -> tuple[float | None, list[date]]:
    first, last = span
    places = st.columns([1, 2])
    with places[0]:
        factor = st.number_input(
            words("campaign_factor"),
            min_value=1.0,
            # A program may have drafted more.
            max_value=max(_MOST_FACTOR, start.factor or 1.0),
            value=start.factor or (2.0 if is_needed else None),
            step=0.1,
            format="%.2f",
            placeholder=words("campaign_no_factor"),
            key=key(f"factor_{is_needed}"),
        )
    with places[1]:
        window = [first + timedelta(days=day) for day in range(min((last - first).days + 1, MOST_DAYS))]
        days = (
            st.multiselect(
                words("campaign_member_days"),
                window,
                [day for day in start.member_days if first <= day <= last],
                format_func=words.short_day,
                placeholder=words("campaign_every_day"),
                key=key(f"member_days_{first}_{last}"),
            )
            if factor is not None
            else []
        )
    return factor, days


def _day(label: str, value: date, key: str) -> date:
    return st.date_input(label, value, format="YYYY-MM-DD", key=key)
