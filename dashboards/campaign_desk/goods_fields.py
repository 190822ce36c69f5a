"""The fields in which people say what is cheaper in a campaign, and which flash sales belong to it."""

from collections.abc import Callable

import streamlit as st

from dashboards.campaign_desk.choices import Choices
from dashboards.campaign_desk.draft import Draft
from dashboards.mall import Told
from dashboards.words import Words

# The mall takes more; a person who names more than these will rather name a category.
MOST_ITEMS = 20


def ask_for_prices(
    words: Words, choices: Choices, start: Draft, key: Callable[[str], str]
) -> tuple[float | None, dict[str, int | None], list[str]]:
    """Return the discount in per cent, the items that are cheaper with prices of their own, and the categories."""
    names: dict[str, str] = dict(zip(choices.goods["item_id"], choices.goods["name"], strict=True))
    prices: dict[str, int] = dict(zip(choices.goods["item_id"], choices.goods["price_points"], strict=True))
    places = st.columns(3)
    with places[0]:
        discount: float | None = st.number_input(
            words("campaign_discount"),
            min_value=0.01,
            max_value=99.99,
            value=start.discount,
            step=1.0,
            format="%g",
            key=key("discount"),
        )
    with places[1]:
        categories = st.multiselect(
            words("campaign_categories"),
            sorted(
                {*choices.goods["category"], *start.categories},
                key=lambda code: choices.categories.get(code, code),
            ),
            list(start.categories),
            format_func=lambda code: choices.categories.get(code, code),
            placeholder=words("choose"),
            key=key("categories"),
        )
    with places[2]:
        chosen = st.multiselect(
            words("campaign_items"),
            # What is on offer no more is still named by a draft from before.
            [*names, *(item for item in start.items if item not in names)],
            list(start.items),
            format_func=lambda item: (
                f"{names[item]} · {words.count(prices[item])}" if item in names else item
            ),
            max_selections=max(MOST_ITEMS, len(start.items)),
            placeholder=words("choose"),
            key=key("items"),
        )
    own: dict[str, int | None] = {}
    beside = st.columns(max(1, min(3, len(chosen))))
    for number, item in enumerate(chosen):
        with beside[number % len(beside)]:
            own[item] = ask_for_number(
                words("campaign_own_price", item=names.get(item, item)),
                key(f"price_{item}"),
                value=start.items.get(item),
                placeholder=words("campaign_list_price", points=words.count(prices[item]))
                if item in prices
                else None,
            )
    return discount, own, categories


def choose_sales(words: Words, sales: list[Told], start: Draft, key: str) -> tuple[str, ...]:
    """Return the flash sales that belong to it."""
    names = {
        str(sale["sale_id"]): f"{sale['item_name']} · {words.count(sale['price_points'])}" for sale in sales
    }
    chosen = st.multiselect(
        words("campaign_sales"),
        [*names, *(sale for sale in start.sale_ids if sale not in names)],
        list(start.sale_ids),
        format_func=lambda sale: names.get(sale, sale),
        placeholder=words("choose"),
        key=key,
    )
    return tuple(chosen)


def ask_for_number(
    label: str,
    key: str,
    *,
    value: int | None = None,
    meaning: str | None = None,
    placeholder: str | None = None,
) -> int | None:
    """Return a whole number above 0; None while there is none."""
    return st.number_input(
        label, min_value=1, value=value, step=1, placeholder=placeholder, help=meaning, key=key
    )
