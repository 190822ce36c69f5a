"""商城演示 Storefront demo: what does a member experience?"""

from typing import cast

import streamlit as st

from dashboards import shop_desk, shop_words
from dashboards.address import from_address, to_address
from dashboards.categories import category_names
from dashboards.mall import MallAway, Refused
from dashboards.page import business_today, open_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.shop import Place, Shop, shop_of_visitor
from dashboards.shop_members import TABLES, demo_members, item_names
from dashboards.shop_orders import show_orders
from dashboards.shop_state import VIEWS, View, state_of
from dashboards.shop_view import answer_of, expiring, show_answer, show_points

# Whose role lets them act for a member, as the mall has it.
ACTING_ROLES = ("enterprise_admin",)

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("storefront_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *TABLES)
found = shop_of_visitor()
if found is None:
    st.info(words("shop_no_serving"), icon=":material/cloud_off:")
    st.stop()
shop: Shop = found
members = demo_members(marts)
if not members:
    st.info(words("no_members"), icon=":material/hourglass_empty:")
    st.stop()

first = next(iter(members))
# Only the tenant's own members are to choose from, whatever the address or a kept choice says.
if st.session_state.get("member") not in members:
    st.session_state["member"] = from_address("member", list(members), first)
member_id = st.selectbox(
    words("shop_as"),
    list(members),
    format_func=lambda key: members[key].label(words),
    key="member",
    width=360,
    help=words("shop_as_help"),
)
to_address("member", member_id, first)
may_act = visitor.role in ACTING_ROLES
state = state_of(visitor, member_id)
names, categories = item_names(marts), category_names(marts, words.language)

try:
    balance, lots = shop.balance(member_id), shop.lots(member_id)
except (MallAway, Refused) as error:
    st.warning(shop_words.refusal(words, error), icon=":material/cloud_off:")
    st.stop()
soon = expiring(lots, business_today())
told = words("shop_answer", points=f"{balance['available']:,}")
if soon[1] is not None:
    told += words("shop_answer_expiring", points=f"{soon[0]:,}", day=words.short_day(soon[1]))
st.subheader(told + words("full_stop"), anchor=False)
show_points(words, balance, soon)
if not may_act:
    st.caption(words("shop_viewers_look"))

if st.session_state.get("view") not in VIEWS:
    st.session_state["view"] = from_address("view", VIEWS, "home")
titles: dict[View, str] = {
    "home": words("shop_home"),
    "expiring": words("shop_use_up"),
    "after_redemption": words("shop_after"),
    "basket": words("shop_basket"),
    "orders": words("shop_orders"),
}


def basket_label(view: View) -> str:
    """Return a view's name, that of the basket with how much is in it."""
    pieces = sum(state.basket.values())
    return f"{titles[view]} ({pieces})" if view == "basket" and pieces else titles[view]


def leave_item() -> None:
    """Go back from an item's page."""
    st.query_params.pop("item", None)
    state.checkout = None


def open_item(item_id: str) -> None:
    """Go to an item's page."""
    st.query_params["item"] = item_id


def show_my_orders() -> None:
    """Go to what was just redeemed."""
    leave_item()
    st.session_state["view"] = "orders"


view = cast(
    View,
    st.segmented_control(
        words("shop_view"),
        VIEWS,
        required=True,
        format_func=basket_label,
        key="view",
        label_visibility="collapsed",
        wrap=True,
        on_change=leave_item,
    ),
)
to_address("view", view, "home")
shop_desk.show_news(words, state)


def show_place(place: Place, item_ids: tuple[str, ...] = ()) -> None:
    """Show what is recommended in a place."""
    answer = answer_of(words, shop, state, member_id, place, item_ids)
    if answer is not None:
        show_answer(
            words,
            shop,
            state,
            answer,
            categories,
            member_id=member_id,
            place=place,
            may_act=may_act,
            on_open=open_item,
        )


item_id = st.query_params.get("item")
if item_id is not None:
    st.button(words("shop_back"), icon=":material/arrow_back:", key="shop_back", on_click=leave_item)
    is_on_sale = shop_desk.show_item(
        words, shop, state, item_id, categories, member_id=member_id, may_act=may_act
    )
    shop_desk.show_checkout(words, shop, state, on_done=show_my_orders)
    if is_on_sale:
        st.subheader(words("shop_together"), anchor=False)
        show_place("goes_with", (item_id,))
elif view == "orders":
    show_orders(words, shop, state, names, member_id=member_id, may_act=may_act)
    st.subheader(words("shop_after"), anchor=False)
    show_place("after_redemption")
elif view == "basket":
    if not state.basket:
        st.info(words("shop_basket_empty"), icon=":material/shopping_cart:")
    else:
        shop_desk.show_basket(words, state, member_id=member_id, may_act=may_act)
        shop_desk.show_checkout(words, shop, state, on_done=show_my_orders)
        st.subheader(words("shop_with_basket"), anchor=False)
        show_place("basket", tuple(state.basket))
else:
    show_place(view)
