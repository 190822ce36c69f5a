"""The form in which a campaign is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboards.campaign_desk.draft import AUDIENCES, KINDS, SCHEMES, Draft
from dashboards.campaign_desk.wording import audience_names, kind_names
from dashboards.mall import Told
from dashboards.words import Words

# The mall takes more; a person who names more than these will rather name a category.
MOST_ITEMS = 20
MOST_DAYS = 366
_DAYS = 7


@dataclass(frozen=True)
class Choices:
    """What there is to choose from.

    Attributes:
        goods: item_id, name, category and price_points of the items on offer.
        categories: names of their categories by code.
        groups: names of segments, stages and tiers by audience and code; asked for only where they are needed.
        sales: the flash sales that can be linked; asked for only where they are needed.
    """

    goods: pd.DataFrame
    categories: Mapping[str, str]
    groups: Callable[[str], dict[str, str]]
    sales: Callable[[], list[Told]]


def ask_for_draft(words: Words, choices: Choices, *, today: date, turn: int) -> Draft:
    """Show the form and return the draft as it is now; a form of another turn begins empty."""

    def key(name: str) -> str:
        return f"campaign_{name}_{turn}"

    places = st.columns(3)
    kinds, audiences = kind_names(words), audience_names(words)
    with places[0]:
        kind = st.selectbox(words("campaign_kind"), KINDS, format_func=kinds.__getitem__, key=key("kind"))
    with places[1]:
        name_zh = st.text_input(words("campaign_name_zh"), max_chars=100, key=key("name_zh"))
    with places[2]:
        name_en = st.text_input(words("campaign_name_en"), max_chars=100, key=key("name_en"))
    places = st.columns(3)
    with places[0]:
        first = _day(words("first_day"), today + timedelta(days=1), key("first"))
    with places[1]:
        last = _day(words("last_day"), today + timedelta(days=_DAYS), key("last"))
    with places[2]:
        audience = st.selectbox(
            words("campaign_audience"), AUDIENCES, format_func=audiences.__getitem__, key=key("audience")
        )
    groups: list[str] = []
    if audience in (*SCHEMES, "tiers"):
        names = choices.groups(audience)
        groups = st.multiselect(
            words("campaign_groups"),
            list(names),
            format_func=names.__getitem__,
            placeholder=words("choose"),
            key=key(f"groups_{audience}"),
        )
    if kind == "flash_sale":
        sale_ids = _choose_sales(words, choices.sales(), key("sales"))
        return Draft(kind, name_zh, name_en, first, last, audience, tuple(groups), sale_ids=sale_ids)
    factor: float | None = None
    member_days: list[date] = []
    if kind != "new_item":
        factor, member_days = _ask_for_factor(words, first, last, key, is_needed=kind == "member_day")
    discount, items, categories = (
        _ask_for_prices(words, choices, key) if kind != "member_day" else (None, {}, [])
    )
    halves = st.columns(2)
    with halves[0]:
        budget = _number(words("campaign_budget"), key("budget"), meaning=words("campaign_budget_meaning"))
    with halves[1]:
        limit = _number(words("campaign_limit"), key("limit"), meaning=words("campaign_limit_meaning"))
    return Draft(
        kind, name_zh, name_en, first, last, audience, tuple(groups), factor, tuple(member_days), discount, items,
        tuple(categories), budget=budget, limit=limit,
    )  # fmt: skip


def _ask_for_factor(
    words: Words, first: date, last: date, key: Callable[[str], str], *, is_needed: bool
) -> tuple[float | None, list[date]]:
    places = st.columns([1, 2])
    with places[0]:
        factor = st.number_input(
            words("campaign_factor"),
            min_value=1.0,
            max_value=10.0,
            value=2.0 if is_needed else None,
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
                format_func=words.short_day,
                placeholder=words("campaign_every_day"),
                key=key(f"member_days_{first}_{last}"),
            )
            if factor is not None
            else []
        )
    return factor, days


def _ask_for_prices(
    words: Words, choices: Choices, key: Callable[[str], str]
) -> tuple[int | None, dict[str, int | None], list[str]]:
    goods = choices.goods.set_index("item_id")
    places = st.columns(3)
    with places[0]:
        discount = _number(words("campaign_discount"), key("discount"), most=99)
    with places[1]:
        categories = st.multiselect(
            words("campaign_categories"),
            sorted(goods["category"].unique(), key=lambda code: choices.categories.get(code, code)),
            format_func=lambda code: choices.categories.get(code, code),
            placeholder=words("choose"),
            key=key("categories"),
        )
    with places[2]:
        chosen = st.multiselect(
            words("campaign_items"),
            list(goods.index),
            format_func=lambda item: f"{goods['name'][item]} · {words.count(goods['price_points'][item])}",
            max_selections=MOST_ITEMS,
            placeholder=words("choose"),
            key=key("items"),
        )
    prices: dict[str, int | None] = {}
    for place, item in zip(st.columns(max(1, min(3, len(chosen)))) * MOST_ITEMS, chosen, strict=False):
        with place:
            prices[item] = _number(
                words("campaign_own_price", item=goods["name"][item]),
                key(f"price_{item}"),
                placeholder=words("campaign_list_price", points=words.count(goods["price_points"][item])),
            )
    return discount, prices, categories


def _choose_sales(words: Words, sales: list[Told], key: str) -> tuple[str, ...]:
    by_id = {str(sale["sale_id"]): sale for sale in sales}
    chosen = st.multiselect(
        words("campaign_sales"),
        list(by_id),
        format_func=lambda sale: f"{by_id[sale]['item_name']} · {words.count(by_id[sale]['price_points'])}",
        placeholder=words("choose"),
        key=key,
    )
    return tuple(chosen)


def _day(label: str, value: date, key: str) -> date:
    return st.date_input(label, value, format="YYYY-MM-DD", key=key)


def _number(
    label: str,
    key: str,
    *,
    meaning: str | None = None,
    most: int | None = None,
    placeholder: str | None = None,
) -> int | None:
    return st.number_input(
        label, min_value=1, max_value=most, value=None, step=1, placeholder=placeholder, help=meaning, key=key
    )
