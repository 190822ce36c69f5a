"""Points, or points and cash: what the tenant's rule allows of a price, and how an order's cash is paid."""

from dataclasses import dataclass, replace
from typing import Final, get_args

import streamlit as st

from dashboards import shop_words
from dashboards.mall import MallAway, Refused, Told
from dashboards.shop import CashPart, Order, Provider, Shop
from dashboards.shop_state import ShopState
from dashboards.words import Words, literally

_PROVIDERS: Final[tuple[Provider, ...]] = get_args(Provider)
_WHOLE_BP = 10_000


@dataclass(frozen=True)
class Bounds:
    """How many points of a price may be paid in points when the rest is cash; both included."""

    least: int
    most: int


def bounds_of(program: Told, price: int) -> Bounds | None:
    """Return what of a price may be paid in points beside cash; None if no part may be cash.

    The smallest share of cash is rounded up and the largest down, as the mall does.
    """
    if program["cash"] is None:
        return None
    most = min(price - -(-price * program["cash_share_min_bp"] // _WHOLE_BP), price - 1)
    least = max(price - price * program["cash_share_max_bp"] // _WHOLE_BP, 1)
    return Bounds(least, most) if least <= most else None


def choose_payment(words: Words, shop: Shop, order: Order, price: int, available: int) -> Order:
    """Let the member choose points, or points and cash where the tenant's rule allows it, and return the order."""
    try:
        bounds = bounds_of(shop.program(), price)
    except (MallAway, Refused):
        bounds = None
    if bounds is None or available < bounds.least:
        return order
    ways = {"points": words("shop_pay_points"), "cash": words("shop_pay_cash")}
    # Whoever lacks the points for all of it is asked for cash first.
    way = st.segmented_control(
        words("shop_pay_how"),
        list(ways),
        default="points" if price <= available else "cash",
        required=True,
        format_func=lambda key: ways[key],
        key="shop_pay_how",
    )
    if way != "cash":
        return order
    most = min(bounds.most, available)
    names = {"wechat": words("shop_wechat"), "alipay": words("shop_alipay")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        points = st.number_input(
            words("shop_pay_in_points"),
            bounds.least,
            most,
            most,
            key=f"shop_pay_in_points_{price}",
            width=200,
            help=words("shop_pay_bounds", least=f"{bounds.least:,}", most=f"{bounds.most:,}"),
        )
        provider = st.selectbox(
            words("shop_pay_by"),
            _PROVIDERS,
            format_func=lambda key: names[key],
            key="shop_pay_by",
            width=200,
        )
    return replace(order, cash=CashPart(provider, int(points)))


def show_payment(words: Words, shop: Shop, state: ShopState, order: Told) -> None:
    """Show what is to be paid for an order that waits for its cash, and where."""
    redemption_id = str(order["redemption_id"])
    link = state.links.get(redemption_id)
    with st.container(horizontal=True):
        if link is None:
            st.button(
                words("shop_pay_now", cash=words.money(order["cash_fen"])),
                key=f"pay_{redemption_id}",
                icon=":material/payments:",
                on_click=_ask,
                args=(words, shop, state, redemption_id),
            )
        elif link.startswith(("http://", "https://")):
            st.link_button(
                words("shop_pay_page", cash=words.money(order["cash_fen"])),
                link,
                type="primary",
                icon=":material/open_in_new:",
            )
        else:  # what the member's wallet scans
            st.code(link, language=None)
        st.button(words("shop_pay_look"), key=f"paid_{redemption_id}", icon=":material/refresh:")


def _ask(words: Words, shop: Shop, state: ShopState, redemption_id: str) -> None:
    try:
        state.links[redemption_id] = str(shop.payment_link(redemption_id)["code_url"])
    except MallAway as error:
        state.news = ("refused", shop_words.refusal(words, error))
    except Refused as error:
        detail = literally(str(error.told.get("detail", error.slug)))
        state.news = ("refused", words("shop_no_payment", detail=detail))
